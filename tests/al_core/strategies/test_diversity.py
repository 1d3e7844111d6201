"""Diversity, representativeness and coverage, against the papers' formulas written out."""

import numpy as np
import pytest

from al_core.errors import ConfigError
from al_core.strategies import STRATEGIES, Pool, ask, clustering, diversity, strategy_of
from al_core.strategies.clustering import centres, to_nearest, to_point
from al_core.strategies.coverage import prob_cover, pure_radius
from al_core.strategies.diversity import (
    coreset,
    importance,
    information_density,
    kmeans,
    lightweight_coreset,
    typiclust,
)

SELECTORS = ["kmeans", "coreset", "lightweight_coreset", "typiclust", "prob_cover"]
ALL = [*SELECTORS, "information_density"]
NONE = np.empty((0, 1))

pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters")


def rng(seed=0):
    return np.random.default_rng(seed)


def unit(n, d=5, seed=0):
    points = rng(seed).standard_normal((n, d)).astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def line(*values):
    return np.array(values, dtype=np.float32)[:, None]


def pool_of(embeddings, labelled=None, classes=3):
    labelled = embeddings[:0] if labelled is None else labelled
    proba = rng(1).dirichlet(np.ones(classes), len(embeddings))
    codes = np.arange(len(labelled)) % classes
    everything = {"proba": proba, "embeddings": embeddings, "labelled_embeddings": labelled, "labelled_codes": codes}
    for array in everything.values():
        array.setflags(write=False)
    return Pool(np.arange(len(embeddings)), **everything)


def choose(name, pool, k, seed=0):
    return ask(strategy_of(name), pool, k, rng(seed)).positions.tolist()


def table(points, others):
    return np.linalg.norm(points[:, None].astype(float) - others[None], axis=2)


# What all of them do


LEGAL = {
    "one text": unit(1),
    "all alike": np.tile(unit(1, seed=4), (14, 1)),
    "all zero": np.zeros((14, 5), np.float32),
    "some zero": np.vstack([unit(8), np.zeros((6, 5), np.float32)]),
    "each twice": np.repeat(unit(10), 2, axis=0),
    "opposite": np.vstack([unit(5), -unit(5)]),
    "one dimension": unit(15, d=1),
    "far from the origin": unit(20) + np.float32(50),
}


@pytest.mark.parametrize("labelled", [0, 7])
@pytest.mark.parametrize("case", LEGAL)
@pytest.mark.parametrize("name", ALL)
def test_any_legal_pool_gives_distinct_positions(name, case, labelled):
    embeddings = LEGAL[case].copy()
    pool = pool_of(embeddings, np.resize(embeddings, (labelled, embeddings.shape[1])), classes=1 + labelled % 3)
    for k in {(len(pool) + 1) // 2, len(pool)}:
        assert len(set(choose(name, pool, k))) == k
    np.testing.assert_array_equal(embeddings, LEGAL[case])


@pytest.mark.parametrize("name", ALL)
def test_where_all_texts_are_alike_any_may_come_first(name):
    alike = pool_of(np.tile(unit(1, d=8), (3, 1)), np.tile(unit(1, d=8), (2, 1)))
    pool = Pool(alike.rows, **{need: getattr(alike, need) for need in STRATEGIES[name].needs - {"proba"}})
    if name == "information_density":
        pool = Pool(alike.rows, embeddings=alike.embeddings, proba=np.full((3, 2), 0.5))
    assert {choose(name, pool, 1, seed)[0] for seed in range(20)} == {0, 1, 2}


@pytest.mark.parametrize("name", ALL)
def test_only_the_generator_is_random(name):
    pool = pool_of(unit(30), unit(3, seed=9))
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = choose(name, pool, 5)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(4)  # noqa: NPY002
    assert choose(name, pool, 5) == first


def test_they_are_for_any_kind_of_labels_unless_they_look_at_classes():
    one = {name for name in ALL if STRATEGIES[name].labels == "one"}
    assert one == {"prob_cover", "information_density"}
    assert {need for name in ALL for need in STRATEGIES[name].needs} == {
        "proba",
        "embeddings",
        "labelled_embeddings",
        "labelled_codes",
    }


@pytest.mark.parametrize(
    "text",
    [
        "typiclust(neighbours=0)",
        "prob_cover(radius=0)",
        "prob_cover(purity=1.5)",
        "prob_cover(classes=1)",
        "information_density(beta=-1)",
    ],
)
def test_settings_that_mean_nothing_are_refused(text):
    with pytest.raises(ConfigError, match=text.split("(")[1].split("=")[0]):
        strategy_of(text)


# Clustering


def test_distances_are_exact_far_from_the_origin_too():
    points = line(1000, 1000.125, 1001)
    assert to_point(points, points[1]).tolist() == [0.015625, 0.0, 0.765625]
    positions, distances = to_nearest(points, points[[2, 0]])
    assert (positions[[0, 2]].tolist(), distances[[0, 2]].tolist()) == ([1, 0], [0.0, 0.0])


def test_mini_batches_find_clusters_that_are_far_apart(monkeypatch):
    points = np.vstack([unit(200, seed=seed) + 20 * seed for seed in range(3)]).astype(np.float32)
    expected = [points[start : start + 200].mean(axis=0) for start in (0, 200, 400)]
    whole = centres(points, 3, rng())
    monkeypatch.setattr(clustering, "_LLOYD", 0)
    batches = centres(points, 3, rng())
    for found in (whole, batches):
        np.testing.assert_allclose(found[found[:, 0].argsort()], expected, atol=0.1)
    assert not np.array_equal(whole, batches)


# kmeans


def test_kmeans_gives_the_text_nearest_to_each_centre_that_of_the_largest_cluster_first():
    # means: 1.25 of four, 20.5 of two, 11 of three; 20 and 21 tie
    embeddings = line(20, 21, 0, 1, 1, 3, 10, 11, 12)
    chosen = [kmeans(embeddings, 3, rng(seed)).tolist() for seed in range(20)]
    usual = [one for one in chosen if one[0] in (3, 4) and one[1] == 7]
    assert len(usual) > 10  # the others ended in another optimum
    assert {one[0] for one in usual} == {3, 4}
    assert {one[2] for one in usual} == {0, 1}


def test_kmeans_is_the_nearest_member_of_each_cluster():
    embeddings = unit(60)
    middles = centres(embeddings, 6, rng())
    distances = table(embeddings, middles)
    clusters = distances.argmin(axis=1)
    members = [np.flatnonzero(clusters == cluster) for cluster in range(6)]
    naive = {int(mine[distances[mine, cluster].argmin()]) for cluster, mine in enumerate(members)}
    chosen = kmeans(embeddings, 6, rng())
    assert set(chosen.tolist()) == naive
    sizes = [len(members[cluster]) for cluster in clusters[chosen]]
    assert sizes == sorted(sizes, reverse=True)


def test_kmeans_of_too_few_distinct_texts_goes_round_again():
    chosen = kmeans(line(0, 0, 0, 5, 5), 4, rng()).tolist()
    assert [position < 3 for position in chosen] == [True, False, True, False]


# coreset


def test_coreset_starts_with_the_text_nearest_to_the_mean_if_none_is_labelled():
    # the mean is 4; then 10 is 6 from 4, 0 is 4 from it, 2 and 4.. are 2 and less
    assert coreset(line(0, 4, 10, 2), NONE, 4, rng()).tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize("labelled", [0, 4])
def test_coreset_is_the_greedy_k_centre(labelled):
    embeddings, known = unit(50), unit(labelled, seed=3)
    naive = [] if labelled else [int(table(embeddings, embeddings.mean(axis=0)[None]).argmin())]
    while len(naive) < 8:
        distances = table(embeddings, np.vstack([known, embeddings[naive]])).min(axis=1)
        naive.append(int(distances.argmax()))
    assert coreset(embeddings, known, 8, rng()).tolist() == naive


def test_coreset_takes_texts_that_are_labelled_already_last():
    embeddings = unit(12)
    assert set(coreset(embeddings, embeddings[[2, 5]], 12, rng()).tolist()[-2:]) == {2, 5}


# lightweight_coreset


def test_importance_is_half_uniform_and_half_by_squared_distance_to_the_mean():
    embeddings = unit(40)
    squares = table(embeddings, embeddings.mean(axis=0)[None])[:, 0] ** 2
    np.testing.assert_allclose(importance(embeddings), 1 / 80 + squares / squares.sum() / 2, rtol=1e-5)
    assert importance(np.ones((4, 2), np.float32)).tolist() == [0.25] * 4


def test_lightweight_coreset_draws_as_often_as_the_importance_says():
    embeddings = line(0, 3, 3, 6)  # importance 3/8, 1/8, 1/8, 3/8
    draw = rng()
    pairs = np.array([lightweight_coreset(embeddings, 2, draw) for _ in range(2000)])
    np.testing.assert_allclose(np.bincount(pairs[:, 0]) / 2000, [0.375, 0.125, 0.125, 0.375], atol=0.04)
    after_first = pairs[pairs[:, 0] == 0, 1]  # without replacement: 1/8, 1/8, 3/8 of what is left
    np.testing.assert_allclose(np.bincount(after_first)[1:] / len(after_first), [0.2, 0.2, 0.6], atol=0.06)


# typiclust


GROUPS = line(0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 200, 201)
"""Six, five and two texts."""


def test_typiclust_gives_the_most_typical_of_each_cluster_the_largest_first(monkeypatch):
    monkeypatch.setattr(diversity, "centres", lambda points, k, rng: line(2.5, 102, 200.5))
    # With two neighbours each inner text is at a mean distance of 1 to them, each outer one of 1.5.
    firsts, seconds = zip(*(typiclust(GROUPS, NONE, 3, rng(seed), neighbours=2)[:2] for seed in range(60)), strict=True)
    assert set(firsts) == {1, 2, 3, 4}
    assert set(seconds) == {7, 8, 9}


def test_typiclust_goes_round_the_clusters_of_five_before_it_takes_of_smaller_ones(monkeypatch):
    monkeypatch.setattr(diversity, "centres", lambda points, k, rng: line(2.5, 102, 200.5))
    groups = np.array([0] * 6 + [1] * 5 + [2] * 2)
    in_order = groups[typiclust(GROUPS, NONE, 13, rng())].tolist()
    assert in_order == [0, 1] * 5 + [0] + [2, 2]


def test_typiclust_takes_clusters_with_the_fewest_labelled_first(monkeypatch):
    monkeypatch.setattr(diversity, "centres", lambda points, k, rng: line(2.5, 102, 200.5, 300))
    more = np.vstack([GROUPS, line(300, 300, 300, 300)])
    labelled = line(2, 4, 102, 300)  # two, one, none, one: with its labelled text, the last has five
    groups = np.array([0] * 6 + [1] * 5 + [2] * 2 + [3] * 4)
    assert groups[typiclust(more, labelled, 4, rng())].tolist() == [1, 3, 0, 1]


def test_typiclust_is_the_papers_formula():
    embeddings, labelled = unit(80, d=3), unit(2, d=3, seed=5)
    both = np.vstack([labelled, embeddings])
    clusters = table(both, centres(both, 5, rng())).argmin(axis=1)
    counts, sizes = np.bincount(clusters[:2], minlength=5), np.bincount(clusters)
    order = sorted(range(5), key=lambda cluster: (counts[cluster], -sizes[cluster]))
    assert sizes.min() >= 5
    naive = []
    for cluster in order[:3]:
        mine = np.flatnonzero(clusters[2:] == cluster)
        distances = np.sort(table(embeddings[mine], embeddings[mine]), axis=1)[:, 1:8]
        naive.append(int(mine[(1 / distances.mean(axis=1)).argmax()]))
    chosen = typiclust(embeddings, labelled, 3, rng(), neighbours=7).tolist()
    assert set(chosen) == set(naive)
    assert [sizes[clusters[2 + one]] for one in chosen] == [sizes[clusters[2 + one]] for one in naive]


def test_typiclust_looks_at_a_sample_of_a_very_large_cluster(monkeypatch):
    monkeypatch.setattr(diversity, "_MEMBERS", 3)
    assert len({choose("typiclust", pool_of(line(0, 1, 2, 3, 9)), 1, seed)[0] for seed in range(40)}) > 1


# prob_cover


def test_prob_cover_takes_the_fullest_ball_of_what_is_not_covered_yet():
    # radius 1.5: 1 covers 0, 1, 2 and 10.5 covers 10 and 11 too; of 2 and 3 one is left, then nothing
    embeddings = line(0, 1, 2, 3, 10, 10.5, 11, 11.5)
    chosen = prob_cover(embeddings, NONE, np.array([]), 3, rng(), radius=1.1).tolist()
    assert set(chosen[:2]) in ({1, 5}, {1, 6}, {2, 5}, {2, 6})


def test_prob_cover_starts_from_what_labelled_texts_cover():
    embeddings = line(0, 1, 2, 10, 11)
    assert prob_cover(embeddings, line(1.2), np.array([0]), 1, rng(), radius=1.5)[0] in (3, 4)


def test_prob_cover_has_open_balls_and_the_rest_in_any_order_once_all_is_covered():
    embeddings = line(0, 1, 2)
    first = {prob_cover(embeddings, NONE, np.array([]), 1, rng(seed), radius=1.0)[0] for seed in range(30)}
    assert first == {0, 1, 2}  # a ball of radius 1 holds its centre only
    after = {prob_cover(line(0, 1.5), line(1), np.array([0]), 1, rng(seed), radius=1.0)[0] for seed in range(10)}
    assert after == {0}  # and that around the labelled text not the one at 1 from it
    orders = {tuple(prob_cover(embeddings, NONE, np.array([]), 3, rng(seed), radius=1.5)) for seed in range(30)}
    assert orders == {(1, 0, 2), (1, 2, 0)}


@pytest.mark.parametrize("labelled", [0, 3])
def test_prob_cover_is_the_greedy_maximum_coverage(labelled):
    embeddings, known = unit(150, d=3), unit(labelled, d=3, seed=3)
    balls = table(embeddings, embeddings) < 0.5
    uncovered = ~(table(known, embeddings) < 0.5).any(axis=0)
    for chosen in prob_cover(embeddings, known, np.arange(labelled), 9, rng(), radius=0.5):
        gains = (balls & uncovered).sum(axis=1)
        assert gains[chosen] == gains.max()
        uncovered &= ~balls[chosen]


def test_the_radius_is_the_largest_at_which_enough_balls_are_pure():
    points = unit(60, d=3)
    clusters, _ = to_nearest(points, centres(points, 4, rng()))
    distances, differ = table(points, points) ** 2, clusters[:, None] != clusters
    for purity in (0.3, 0.5, 0.95, 1.0):
        found = pure_radius(points, clusters, purity)
        candidates = distances[differ]
        pure = np.array([(~((distances < one) & differ).any(axis=1)).mean() for one in candidates])
        np.testing.assert_allclose(found, candidates[pure >= purity].max(), rtol=1e-4)
    assert pure_radius(points, np.zeros(60), 0.95) == np.inf


def test_prob_cover_takes_the_number_of_classes_from_the_labelled_texts_unless_it_is_set(monkeypatch):
    asked = []
    monkeypatch.setattr("al_core.strategies.coverage.centres", lambda points, k, rng: asked.append(k) or points[:k])
    embeddings = unit(20)
    prob_cover(embeddings, embeddings[:6], np.array([0, 1, 2, 5, 5, 5]), 1, rng())
    prob_cover(embeddings, embeddings[:0], np.array([], dtype=int), 1, rng())
    prob_cover(embeddings, embeddings[:0], np.array([], dtype=int), 1, rng(), classes=7)
    prob_cover(embeddings[:3], embeddings[:0], np.array([], dtype=int), 1, rng(), classes=7)
    assert asked == [4, 2, 7, 3]


def test_prob_cover_finds_one_text_of_each_group_by_itself():
    groups = np.vstack([unit(30, seed=seed) + 30 * seed for seed in range(3)]).astype(np.float32)
    pool = pool_of(groups)
    assert {one // 30 for one in choose("prob_cover(classes=3)", pool, 3)} == {0, 1, 2}


# information_density


def test_information_density_is_entropy_times_mean_cosine():
    proba, embeddings = rng(1).dirichlet(np.ones(4), 30), np.abs(unit(30)) * 3
    lengths = np.linalg.norm(embeddings, axis=1)
    cosines = embeddings @ embeddings.T / lengths / lengths[:, None]
    entropies = -(proba * np.log(proba)).sum(axis=1)
    for beta in (0, 0.5, 1, 3):
        naive = entropies * cosines.mean(axis=1) ** beta
        np.testing.assert_allclose(information_density(proba, embeddings, beta=beta), naive, rtol=1e-5)


def test_information_density_of_texts_unlike_the_pool_is_zero():
    embeddings = np.array([[1, 0], [1, 0], [1, 0], [-1, 0], [0, 0]], dtype=np.float32)
    scores = information_density(np.full((5, 2), 0.5), embeddings, beta=2)
    np.testing.assert_allclose(scores, np.log(2) * np.array([0.16, 0.16, 0.16, 0, 0]), rtol=1e-6)
