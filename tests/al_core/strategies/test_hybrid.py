"""Hybrid strategies choose what their papers say, whatever the pool looks like."""

from collections import Counter

import numpy as np
import pytest
from scipy.special import rel_entr

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.hybrid import badge, cluster_margin, contrastive, round_robin


def rng(seed=0):
    return np.random.default_rng(seed)


def a_pool(n, labelled=12, classes=3, dimensions=5, seed=0):
    random = rng(seed)
    pool = Pool(
        rows=np.arange(n),
        proba=random.dirichlet(np.ones(classes), n),
        embeddings=random.normal(size=(n, dimensions)).astype(np.float32),
        labelled_proba=random.dirichlet(np.ones(classes), labelled),
        labelled_embeddings=random.normal(size=(labelled, dimensions)).astype(np.float32),
    )
    for table in (pool.proba, pool.embeddings, pool.labelled_proba, pool.labelled_embeddings):
        table.flags.writeable = False
    return pool


def flat(n, classes=2, labelled=0):
    """A pool in which all texts are the same."""
    return Pool(
        rows=np.arange(n),
        proba=np.full((n, classes), 1 / classes),
        embeddings=np.ones((n, 4), np.float32),
        labelled_proba=np.full((labelled, classes), 1 / classes),
        labelled_embeddings=np.ones((labelled, 4), np.float32),
    )


def naive_gradients(proba, embeddings):
    """The whole (n, c d) matrix, as the paper writes it."""
    errors = proba.copy()
    errors[np.arange(len(proba)), proba.argmax(axis=1)] -= 1
    return (errors[:, :, None] * embeddings[:, None, :]).reshape(len(proba), -1)


def naive_badge(proba, embeddings, k, random):
    """k-means++ on that matrix, drawing random numbers as `badge` does."""
    gradients = naive_gradients(proba, embeddings.astype(np.float64))
    random.permutation(len(proba))
    chosen = [int(np.linalg.norm(gradients, axis=1).argmax())]
    while len(chosen) < k:
        squares = ((gradients[:, None] - gradients[chosen][None]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(random.choice(len(squares), p=squares / squares.sum())))
    return chosen


def naive_contrastive(pool, k):
    """One text at a time, with scipy's relative entropy."""
    angles = pool.labelled_embeddings / np.linalg.norm(pool.labelled_embeddings, axis=1, keepdims=True)
    scores = []
    for proba, embedding in zip(pool.proba, pool.embeddings, strict=True):
        distances = np.linalg.norm(embedding / np.linalg.norm(embedding) - angles, axis=1)
        near = np.argsort(distances)[:k]
        scores.append(np.mean([rel_entr(pool.labelled_proba[one], proba).sum() for one in near]))
    return scores


@pytest.mark.parametrize("name", ["badge", "contrastive", "cluster_margin"])
@pytest.mark.parametrize("make", [a_pool, flat], ids=["different", "equal"])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (30, 7), (30, 30)])
def test_any_pool_gives_k_distinct_positions_and_the_same_ones_again(name, make, n, k):
    first, second = (ask(strategy_of(name), make(n), k, rng(3)).positions for _ in range(2))
    assert first.tolist() == second.tolist()
    assert len(set(first.tolist())) == k


@pytest.mark.parametrize("name", ["badge", "contrastive", "cluster_margin"])
def test_equal_texts_are_chosen_equally_often(name):
    firsts = Counter(int(ask(strategy_of(name), flat(4, labelled=3), 2, rng(seed)).positions[1]) for seed in range(400))
    assert min(firsts[position] for position in range(4)) > 60


@pytest.mark.parametrize("name", ["badge", "contrastive", "cluster_margin"])
def test_one_class_zero_vectors_and_certain_answers_are_fine(name):
    certain = Pool(
        rows=np.arange(6),
        proba=np.eye(3)[[0, 1, 2, 0, 1, 2]],
        embeddings=np.zeros((6, 4), np.float32),
        labelled_proba=np.eye(3)[[0, 0]],
        labelled_embeddings=np.zeros((2, 4), np.float32),
    )
    assert len(set(ask(strategy_of(name), certain, 5, rng()).positions)) == 5
    assert len(set(ask(strategy_of(name), flat(6, classes=1, labelled=2), 5, rng()).positions)) == 5


def test_badge_starts_with_the_longest_gradient_worked_out_by_hand():
    # p = (.8, .2): e = (-.2, .2), |e|² = .08; p = (.6, .4): e = (-.4, .4), |e|² = .32
    proba = np.array([[0.8, 0.2], [0.6, 0.4], [1.0, 0.0]])
    embeddings = np.array([[3.0, 0.0], [0.0, 1.0], [9.0, 9.0]])  # lengths of g squared: .72, .32, 0
    assert badge(proba, embeddings, 1, rng())[0] == 0


def test_badge_draws_by_squared_distance_worked_out_by_hand():
    # |g|² = .72, .32 and 0 as above; g of 0 is orthogonal to that of 1, so 1 is 1.04 away and 2 is .72
    proba = np.array([[0.8, 0.2], [0.6, 0.4], [1.0, 0.0]])
    embeddings = np.array([[3.0, 0.0], [0.0, 1.0], [9.0, 9.0]])
    second = Counter(int(badge(proba, embeddings, 2, rng(seed))[1]) for seed in range(3000))
    assert second[1] / 3000 == pytest.approx(1.04 / 1.76, abs=0.03)
    assert second[0] == 0


def test_badge_counts_one_minus_p_of_the_likeliest_class():
    # |e|² = .6² + 2 × .3² = .54 and .1² + 2 × .05² = .015; with -p instead, .34 and .815, the sure text would be first
    proba = np.array([[0.4, 0.3, 0.3], [0.9, 0.05, 0.05]])
    assert (naive_gradients(proba, np.ones((2, 1))) ** 2).sum(axis=1) == pytest.approx([0.54, 0.015])
    assert badge(proba, np.ones((2, 1)), 1, rng())[0] == 0
    assert badge(proba, np.array([[1.0], [7.0]]), 1, rng())[0] == 1  # 49 × .015 = .735


@pytest.mark.parametrize("seed", range(5))
def test_badge_is_what_the_whole_gradient_matrix_gives(seed):
    pool = a_pool(40, seed=seed)
    expected = naive_badge(pool.proba, pool.embeddings, 12, rng(seed))
    assert badge(pool.proba, pool.embeddings, 12, rng(seed)).tolist() == expected


def test_badge_takes_copies_of_a_text_only_when_nothing_else_is_left():
    proba, embeddings = np.full((30, 2), 0.5), np.ones((30, 384), np.float32) / 7
    embeddings[[4, 9]] = rng().normal(size=(2, 384))
    for seed in range(20):
        assert {4, 9} <= set(badge(proba, embeddings, 3, rng(seed)).tolist())


def test_badge_does_with_probabilities_that_are_all_but_zero():
    proba = np.array([[1.0, 1e-161], [1.0, 2e-161], [1.0, 3e-161]])
    assert sorted(badge(proba, np.eye(3), 3, rng())) == [0, 1, 2]


def test_contrastive_is_the_mean_divergence_worked_out_by_hand():
    proba, labelled = np.array([[0.5, 0.5]]), np.array([[0.75, 0.25], [0.5, 0.5]])
    score = contrastive(proba, np.ones((1, 2)), labelled, np.ones((2, 2)), rng())
    # ¾ ln(¾ / ½) + ¼ ln(¼ / ½) = .1308, and 0 for the other neighbour
    assert score == pytest.approx([0.1308 / 2], abs=1e-4)


def test_contrastive_takes_the_divergence_from_the_neighbour_to_the_text():
    text, neighbour = np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    forward = 0.5 * np.log(0.5 / 0.9) + 0.5 * np.log(0.5 / 0.1)
    assert contrastive(text, np.ones((1, 1)), neighbour, np.ones((1, 1)), rng()) == pytest.approx([forward])


@pytest.mark.parametrize("neighbours", [1, 4, 99])
def test_contrastive_is_what_the_formula_gives_text_by_text(neighbours):
    pool = a_pool(50)
    choice = ask(strategy_of(f"contrastive(neighbours={neighbours})"), pool, 50, rng())
    assert choice.scores == pytest.approx(np.array(naive_contrastive(pool, neighbours))[choice.positions], abs=1e-6)


def test_contrastive_compares_by_angle():
    labelled = np.array([[0.9, 0.1], [0.1, 0.9]])
    embeddings = np.array([[0.1, 0.0]])  # by distance the second would be the nearest
    score = contrastive(
        np.array([[0.9, 0.1]]), embeddings, labelled, np.array([[9.0, 0.0], [0.0, 0.1]]), rng(), neighbours=1
    )
    assert score == pytest.approx([0])


def test_contrastive_without_labelled_texts_scores_all_zero():
    assert ask(strategy_of("contrastive"), a_pool(5, labelled=0), 5, rng()).scores.tolist() == [0] * 5


def test_contrastive_of_opposite_certainties_is_finite():
    score = contrastive(np.eye(2)[:1], np.ones((1, 1)), np.eye(2)[1:], np.ones((1, 1)), rng())
    assert 700 < score[0] < 709


def test_contrastive_leaves_which_of_equal_neighbours_counts_to_chance():
    labelled = np.array([[0.9, 0.1], [0.1, 0.9]])
    scores = {
        contrastive(np.array([[0.9, 0.1]]), np.ones((1, 1)), labelled, np.ones((2, 1)), rng(seed), neighbours=1)[0]
        for seed in range(20)
    }
    assert len(scores) == 2


def test_cluster_margin_visits_small_clusters_first_worked_out_by_hand():
    embeddings = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [9.0]])
    proba = np.full((6, 2), 0.5)
    chosen = cluster_margin(proba, embeddings, 6, rng(), cluster_size=2).tolist()  # three clusters
    assert chosen[0] == 5
    assert chosen[1] in (3, 4)
    assert chosen[2] in (0, 1, 2)
    assert chosen[3] in (3, 4)
    assert set(chosen[4:]) < {0, 1, 2}


def test_cluster_margin_considers_only_the_least_margins():
    proba = np.column_stack([np.linspace(0.5, 0.9, 100), np.linspace(0.5, 0.1, 100)])
    embeddings = rng().normal(size=(100, 3))
    assert max(cluster_margin(proba, embeddings, 3, rng(), factor=5)) < 15
    assert sorted(cluster_margin(proba, embeddings, 3, rng(), factor=1)) == [0, 1, 2]


def test_cluster_margin_takes_one_of_each_of_k_clear_clusters():
    centres = np.eye(8) * 50
    embeddings = np.repeat(centres, 10, axis=0) + rng().normal(size=(80, 8))
    chosen = ask(
        strategy_of("cluster_margin"), Pool(np.arange(80), proba=np.full((80, 2), 0.5), embeddings=embeddings), 8, rng()
    )
    assert sorted(chosen.positions // 10) == list(range(8))


def naive_turns(sizes):
    """The paper's round robin over clusters of these sizes, in ascending order: whose turn it is."""
    left, turns, one = list(sizes), [], 0
    while any(left):
        turns.append(one)
        left[one] -= 1
        one = one + 1 if one < len(left) - 1 else next((i for i, size in enumerate(left) if size), 0)
    return turns


@pytest.mark.parametrize("seed", range(5))
def test_clusters_take_turns_as_the_paper_writes_it(seed):
    labels = rng(seed).permutation(np.repeat([0, 1, 2, 3], [1, 3, 4, 7]))
    assert labels[round_robin(labels, rng(seed))].tolist() == naive_turns([1, 3, 4, 7])


@pytest.mark.parametrize(
    "text", ["contrastive(neighbours=0)", "cluster_margin(factor=0)", "cluster_margin(cluster_size=0)"]
)
def test_settings_are_at_least_one(text):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        strategy_of(text)
