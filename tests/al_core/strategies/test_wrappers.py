"""Strategies around others: which texts these get to see, and what becomes of their choices."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from al_core.errors import ConfigError
from al_core.strategies import WRAPPERS, Pool, ask, strategy_of, when_labelled
from al_core.strategies.base import make
from al_core.strategies.neighbours import most_similar, probably_most_similar

AROUND_ONE = ["subsample", "anchors", "seals", "balance", "distinct"]
EXPRESSIONS = (
    [f"{wrapper}(margin)" for wrapper in AROUND_ONE]
    + ["subsample(margin,size=2)", "anchors(margin,size=2,neighbours=1)", "seals(margin,neighbours=1)"]
    + ["switch(random,margin)", "switch(margin,random,after=0)", "mix(margin,random)", "mix(margin,random,share=0)"]
    + ["balance(subsample(margin,size=3))", "distinct(mix(margin,random))", "seals(anchors(margin,size=4))"]
)
every_expression = pytest.mark.parametrize("text", EXPRESSIONS)


def a_pool(n=60, labelled=12, classes=3, d=4, seed=0):
    rng = np.random.default_rng(seed)
    return Pool(
        np.arange(n) * 2,
        proba=rng.dirichlet(np.ones(classes), n),
        embeddings=rng.standard_normal((n, d)).astype(np.float32),
        labelled_codes=rng.integers(classes, size=labelled),
        labelled_embeddings=rng.standard_normal((labelled, d)).astype(np.float32),
    )


def asked(text, pool, k, seed=0):
    strategy = strategy_of(text) if isinstance(text, str) else text
    return ask(strategy, pool, k, np.random.default_rng(seed))


def chosen(text, pool, k, seed=0):
    return asked(text, pool, k, seed).positions.tolist()


def around(text, function):
    """Return a wrapper around margin with another function in its place."""
    wrapper = strategy_of(text)
    inner = make("mine", function, cost="", source="")
    return replace(wrapper, inner=(inner, *wrapper.inner[1:]), needs=wrapper.needs | inner.needs)


def the_first(k, texts_in_pool):
    """Choose, as a selector, the first texts of what it is shown."""
    return np.arange(k)


def on_the_circle(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


# What holds for all.


@every_expression
@pytest.mark.parametrize(("n", "k"), [(1, 1), (60, 1), (60, 7), (60, 60), (60, 100)])
@pytest.mark.parametrize("labelled", [0, 1, 12])
def test_chooses_as_many_distinct_texts_as_asked_for(text, n, k, labelled):
    positions = chosen(text, a_pool(n, labelled), k)
    assert len(set(positions)) == len(positions) == min(n, k)
    assert 0 <= min(positions) <= max(positions) < n


@every_expression
@pytest.mark.parametrize("embedding", [0.0, 1.0])
def test_texts_that_are_all_the_same_come_at_random(text, embedding):
    pool = replace(
        a_pool(),
        proba=np.full((60, 3), 1 / 3),
        embeddings=np.full((60, 4), embedding, np.float32),
        labelled_embeddings=np.full((12, 4), embedding, np.float32),
    )
    assert chosen(text, pool, 5) == chosen(text, pool, 5)
    assert len({tuple(chosen(text, pool, 5, seed)) for seed in range(4)}) > 1
    assert len({chosen(text, pool, 1, seed)[0] for seed in range(30)}) > 10


@every_expression
def test_one_class_will_do(text):
    pool = replace(a_pool(), proba=np.ones((60, 1)), labelled_codes=np.zeros(12, np.int64))
    assert len(set(chosen(text, pool, 9))) == 9


@every_expression
def test_what_is_given_stays_as_it_is(text):
    pool = a_pool()
    for array in (pool.proba, pool.embeddings, pool.labelled_codes, pool.labelled_embeddings):
        array.setflags(write=False)
    assert len(chosen(text, pool, 9)) == 9


@pytest.mark.parametrize("wrapper", AROUND_ONE)
def test_goes_around_a_strategy_that_chooses_as_around_one_that_scores(wrapper):
    positions = chosen(around(f"{wrapper}(margin)", the_first), a_pool(), 9)
    assert len(set(positions)) == 9


def test_every_wrapper_is_tried_here_or_among_streams():
    assert set(WRAPPERS) == {text.partition("(")[0] for text in EXPRESSIONS} | {"stream"}


@every_expression
def test_scores_come_with_the_order_that_they_mean_or_not_at_all(text):
    answer = asked(text, a_pool(), 9)
    assert answer.scores is None or (np.diff(answer.scores) <= 0).all()


# subsample


def test_of_a_subsample_the_best_are_chosen_and_it_says_how_many_were_looked_at():
    pool = a_pool(n=300)
    answer = asked("subsample(least_confidence,size=40)", pool, 40)
    assert answer.among == 40
    np.testing.assert_allclose(answer.scores, 1 - pool.proba.max(axis=1)[answer.positions])
    assert chosen("subsample(margin,size=300)", pool, 5) == chosen("margin", pool, 5)
    assert asked("subsample(margin,size=2)", pool, 5).among == 5


# anchors


def test_anchors_bring_in_texts_near_the_labelled_ones_of_each_class():
    # The class of 90 degrees has one label, that of 0 degrees three, and both the same say.
    pool = Pool(
        np.arange(6),
        proba=np.full((6, 2), 0.5),
        embeddings=on_the_circle(1, 2, 3, 91, 180, 200),
        labelled_codes=np.array([0, 0, 0, 1]),
        labelled_embeddings=on_the_circle(0, 0, 0, 90),
    )
    for seed in range(10):
        assert set(chosen("anchors(margin,per_class=1,neighbours=1,size=2)", pool, 2, seed)) == {0, 3}


def test_of_the_texts_brought_in_those_most_similar_on_average_stay():
    # Text 0 is neighbour of both anchors at 40 degrees, text 1 of the first at 5, text 2 of the second at 10.
    pool = Pool(
        np.arange(4),
        proba=np.full((4, 2), 0.5),
        embeddings=on_the_circle(40, -5, 90, 180),
        labelled_codes=np.array([0, 1]),
        labelled_embeddings=on_the_circle(0, 80),
    )
    assert set(chosen("anchors(margin,neighbours=2,size=2)", pool, 2)) == {1, 2}


def naive_anchors(pool, neighbours, size):
    """Every labelled text an anchor: the mean similarity of each text to those it is a neighbour of."""
    cosines = _unit(pool.labelled_embeddings) @ _unit(pool.embeddings).T
    found = {}
    for row in cosines:
        for text in np.argsort(-row)[:neighbours]:
            found.setdefault(int(text), []).append(row[text])
    return sorted(found, key=lambda text: -np.mean(found[text]))[:size]


def _unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_anchors_are_as_in_the_paper():
    pool = a_pool(n=200, labelled=12)
    expected = naive_anchors(pool, neighbours=20, size=30)
    assert set(chosen("anchors(margin,per_class=12,neighbours=20,size=30)", pool, 30)) == set(expected)


def test_anchors_spread_out_over_a_class():
    labelled = on_the_circle(*range(10), 180)
    pool = Pool(
        np.arange(4),
        proba=np.full((4, 2), 0.5),
        embeddings=on_the_circle(0, 180, 90, 270),
        labelled_codes=np.zeros(11, np.int64),
        labelled_embeddings=labelled,
    )
    for seed in range(10):
        assert set(chosen("anchors(margin,per_class=2,neighbours=1,size=2)", pool, 2, seed)) == {0, 1}


def test_without_labels_anchors_look_at_texts_at_random():
    pool = a_pool(labelled=0)
    assert asked("anchors(margin,size=10)", pool, 3).among == 10
    assert chosen("anchors(margin,size=10)", pool, 3) != chosen("anchors(margin,size=10)", pool, 3, seed=1)


def test_texts_at_random_fill_up_what_is_too_few():
    pool = a_pool(labelled=1)
    nearest = np.argmax(_unit(pool.embeddings) @ _unit(pool.labelled_embeddings)[0])
    for text in ("anchors(margin,neighbours=1,size=1)", "seals(margin,neighbours=1)"):
        assert nearest in chosen(text, pool, 5)
        assert {*chosen(text, pool, 5)} != {*chosen(text, pool, 5, seed=1)}


# seals


@pytest.mark.parametrize("exact", [True, False])
def test_seals_chooses_among_the_nearest_of_each_labelled_text(exact):
    pytest.importorskip("faiss")
    pool = a_pool(n=200, labelled=3)
    cosines = _unit(pool.labelled_embeddings) @ _unit(pool.embeddings).T
    near = np.unique(np.argsort(-cosines, axis=1)[:, :5])
    best = near[np.argsort(pool.proba[near].max(axis=1))][:4]
    assert chosen(f"seals(least_confidence,neighbours=5,exact={exact})", pool, 4) == best.tolist()


def test_without_labels_seals_leaves_the_strategy_alone():
    pool = a_pool(labelled=0)
    assert chosen("seals(margin)", pool, 5) == chosen("margin", pool, 5)


def test_the_most_similar_are_found_over_several_blocks(monkeypatch):
    monkeypatch.setattr("al_core.strategies.distances._CELLS", 200)
    pool = a_pool(n=300, labelled=7)
    similar, found = most_similar(pool.labelled_embeddings, pool.embeddings, 10, np.random.default_rng(0))
    cosines = _unit(pool.labelled_embeddings) @ _unit(pool.embeddings).T
    assert found.tolist() == np.argsort(-cosines, axis=1)[:, :10].tolist()
    np.testing.assert_allclose(similar, -np.sort(-cosines, axis=1)[:, :10], atol=1e-6)


def test_an_index_finds_nearly_the_same_with_any_number_of_threads():
    faiss = pytest.importorskip("faiss")
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((50, 8))
    pool = (centres[rng.integers(50, size=5000)] + 0.3 * rng.standard_normal((5000, 8))).astype(np.float32)
    points, before, found = pool[:40], faiss.omp_get_max_threads(), []
    for threads in (1, 3):
        faiss.omp_set_num_threads(threads)
        found.append(probably_most_similar(points, pool, 20, np.random.default_rng(1))[1])
        assert faiss.omp_get_max_threads() == threads
    faiss.omp_set_num_threads(before)
    assert (found[0] == found[1]).all()
    exact = most_similar(points, pool, 20, np.random.default_rng(1))[1]
    assert np.mean([len({*one} & {*other}) for one, other in zip(found[0], exact, strict=True)]) > 19


def test_an_index_of_very_few_texts_will_do():
    pytest.importorskip("faiss")
    for n in (1, 2, 5):
        assert sorted(chosen("seals(margin,exact=False)", a_pool(n), n)) == list(range(n))


def test_without_faiss_the_index_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ConfigError, match=r"pip install 'alflow\[ann\]'"):
        chosen("seals(margin,exact=False)", a_pool(), 3)


# balance


def test_the_class_with_the_fewest_labels_is_served_first():
    # Classes predicted: 0 0 0 1 1 2; labels 0 0 1. So 2, then 1 and 2 are due with one each, and 2 has none left.
    sure = np.array([0.9, 0.5, 0.7, 0.6, 0.8, 0.9])
    proba = np.repeat(((1 - sure) / 2)[:, None], 3, axis=1)
    proba[np.arange(6), [0, 0, 0, 1, 1, 2]] = sure
    pool = Pool(np.arange(6), proba=proba, labelled_codes=np.array([0, 0, 1]))
    assert chosen("balance(least_confidence)", pool, 3)[:2] == [5, 3]
    assert chosen("balance(least_confidence)", pool, 3)[2] in (1, 4)
    assert sorted(chosen("balance(least_confidence)", pool, 6)) == list(range(6))


def test_balance_is_as_one_text_after_another():
    pool = a_pool(n=80, labelled=11, classes=4)
    predicted, scores = pool.proba.argmax(axis=1), 1 - pool.proba.max(axis=1)
    positions = chosen("balance(least_confidence)", pool, 50)
    counts = np.bincount(pool.labelled_codes, minlength=4)
    left = list(range(80))
    for position in positions:
        due = min(counts[predicted[text]] for text in left)
        assert counts[predicted[position]] == due
        assert scores[position] == max(scores[text] for text in left if predicted[text] == predicted[position])
        counts[predicted[position]] += 1
        left.remove(position)


def test_classes_with_as_many_labels_come_at_random():
    pool = Pool(np.arange(4), proba=np.eye(4), labelled_codes=np.array([], np.int64))
    assert len({chosen("balance(margin)", pool, 1, seed)[0] for seed in range(40)}) == 4


# switch


@pytest.mark.parametrize(("labelled", "first"), [(0, True), (9, True), (10, False), (11, False)])
def test_switches_with_the_label_that_makes_it_enough(labelled, first):
    pool = a_pool(labelled=labelled)
    assert chosen("switch(least_confidence,margin,after=10)", pool, 6) == chosen(
        "least_confidence" if first else "margin", pool, 6
    )


def test_a_switch_needs_what_either_needs():
    assert strategy_of("switch(random,margin)").needs == {"proba", "labelled_codes"}


@pytest.mark.parametrize(("labelled", "needs"), [(0, set()), (99, set()), (100, {"proba"})])
def test_at_any_time_a_switch_needs_what_the_one_does_whose_turn_it_is(labelled, needs):
    for text in ("switch(random,margin)", "subsample(switch(random,margin))", "switch(switch(random,margin),margin)"):
        assert when_labelled(strategy_of(text), labelled).needs == needs


@pytest.mark.parametrize("labelled", [0, 9, 10])
@pytest.mark.parametrize("text", [*EXPRESSIONS, "distinct(switch(random,margin,after=10),similarity=0.5)"])
def test_as_it_is_when_so_many_are_labelled_a_strategy_chooses_the_same(text, labelled):
    pool, strategy = a_pool(labelled=labelled), strategy_of(text)
    now = when_labelled(strategy, labelled)
    assert chosen(now, pool, 6) == chosen(strategy, pool, 6)
    assert now.name == strategy.name
    assert now.needs <= strategy.needs


# mix


def test_a_mix_takes_turns_and_the_second_chooses_from_what_the_first_left():
    pool = Pool(np.arange(5), proba=np.array([[0.5, 0.5], [0.6, 0.4], [0.7, 0.3], [0.8, 0.2], [0.9, 0.1]]))
    assert chosen("mix(margin,least_confidence)", pool, 4) == [0, 2, 1, 3]
    assert chosen("mix(margin,least_confidence,share=0.25)", pool, 4) == [1, 0, 2, 3]


def test_the_share_is_right_on_average():
    sure = np.linspace(0.55, 0.95, 20)
    pool = Pool(np.arange(20), proba=np.stack([sure, 1 - sure], axis=1))
    surest = make("surest", lambda proba: proba.max(axis=1), cost="", source="")
    mixed = strategy_of("mix(margin,margin,share=0.3)")
    mixed = replace(mixed, inner=(mixed.inner[0], surest))
    counts = [sum(position < 10 for position in chosen(mixed, pool, 2, seed)) for seed in range(400)]
    assert set(counts) == {0, 1}
    assert np.mean(counts) == pytest.approx(0.6, abs=0.08)


@pytest.mark.parametrize(("share", "whose"), [(1, "margin"), (0, "least_confidence")])
def test_a_share_of_all_or_nothing_is_one_strategy_alone(share, whose):
    pool = a_pool()
    assert chosen(f"mix(margin,least_confidence,share={share})", pool, 7) == chosen(whose, pool, 7)


# distinct


def test_what_repeats_a_text_of_the_query_is_passed_over():
    sure = np.array([0.5, 0.55, 0.6, 0.7, 0.8])
    pool = Pool(
        np.arange(5),
        proba=np.stack([sure, 1 - sure], axis=1),
        embeddings=on_the_circle(0, 10, 30, 100, 105) * [[1], [5], [1], [1], [3]],
    )
    # cos 10 = 0.98, cos 20 = 0.94, cos 30 = 0.87
    assert chosen("distinct(margin)", pool, 3) == [0, 2, 3]
    assert chosen("distinct(margin,similarity=0.99)", pool, 3) == [0, 1, 2]
    assert chosen("distinct(margin)", pool, 5) == [0, 2, 3, 1, 4]


@pytest.mark.parametrize("similarity", [0.3, 0.7, 0.95, 1.0])
@pytest.mark.parametrize("k", [5, 30])
def test_distinct_is_as_going_down_the_whole_order(similarity, k):
    pool = a_pool(n=120, d=3)
    unit = _unit(pool.embeddings)
    kept, passed_over = [], []
    for text in chosen("margin", pool, 120):
        repeats = any(unit[text] @ unit[other] >= similarity for other in kept)
        (passed_over if repeats else kept).append(text)
    assert chosen(f"distinct(margin,similarity={similarity})", pool, k) == (kept + passed_over)[:k]


def test_copies_are_told_at_a_similarity_of_one():
    pool = a_pool(n=30)
    twice = Pool(
        np.arange(60),
        proba=np.concatenate([pool.proba] * 2),
        embeddings=np.concatenate([pool.embeddings, 3 * pool.embeddings]),
    )
    positions = np.array(chosen("distinct(margin,similarity=1)", twice, 30))
    assert sorted(positions % 30) == list(range(30))


def test_texts_repeated_by_the_thousand_are_passed_over_in_few_rounds():
    asked_for = []

    def the_first_asked(k, texts_in_pool):
        asked_for.append(k)
        return np.arange(k)

    degrees = np.repeat(np.arange(0, 180, 20), 200)
    pool = Pool(np.arange(1800), proba=np.full((1800, 2), 0.5), embeddings=on_the_circle(*degrees))
    positions = chosen(around("distinct(margin)", the_first_asked), pool, 9)
    assert sorted(degrees[positions]) == list(range(0, 180, 20))
    assert len(asked_for) < 9
