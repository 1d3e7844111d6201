"""What every query strategy promises, held over every registered name."""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from al_core.seeding import stream
from al_core.strategies import STRATEGIES, Pool, needs_proba, select_query

NAMES = sorted(STRATEGIES)
WITH_PROBA = [name for name in NAMES if needs_proba(name)]
WITHOUT_NEEDS = [name for name in NAMES if not STRATEGIES[name].needs]
BLIND = {"random"}
"""Score positions, not texts, on purpose: what texts are like cannot move them."""

every_strategy = pytest.mark.parametrize("name", NAMES)
every_one_with_proba = pytest.mark.parametrize("name", WITH_PROBA)


def a_pool(n=60, n_classes=4):
    """Rows of a corpus, unlike positions, and distinct probabilities."""
    return np.arange(n) * 3 + 7, np.random.default_rng(n).dirichlet(np.ones(n_classes), n)


def ask(name, rows, proba, size, seed=0, cycle=1):
    return select_query(name, rows, proba if needs_proba(name) else None, size, seed, cycle)


def answers():
    """One query of each strategy, as plain numbers; another process has to find the same."""
    found = {name: ask(name, *a_pool(), 20, seed=5) for name in NAMES}
    return {name: [query.rows.tolist(), query.scores.tolist()] for name, query in found.items()}


@every_strategy
@pytest.mark.parametrize("size", [0, 1, 17, 60, 61, 1000])
def test_asks_for_distinct_rows_of_the_pool_as_many_as_there_are_best_first(name, size):
    rows, proba = a_pool()
    query = ask(name, rows, proba, size)
    assert len(query.rows) == len(query.scores) == min(size, 60)
    assert len(set(query.rows.tolist())) == len(query.rows)
    assert np.isin(query.rows, rows).all()
    assert (np.diff(query.scores) <= 0).all()


@every_strategy
def test_an_empty_pool_gives_an_empty_query(name):
    assert len(ask(name, np.arange(0), np.zeros((0, 3)), 5).rows) == 0


@every_strategy
def test_a_negative_query_size_is_refused(name):
    with pytest.raises(ValueError, match="-1 is negative"):
        ask(name, *a_pool(), -1)


@every_strategy
def test_no_text_left_out_scores_higher_than_one_asked_for(name):
    rows, proba = a_pool()
    everything, query = ask(name, rows, proba, 60), ask(name, rows, proba, 11)
    np.testing.assert_array_equal(query.rows, everything.rows[:11])
    np.testing.assert_array_equal(query.scores, everything.scores[:11])


@every_one_with_proba
def test_the_query_carries_the_probabilities_of_its_rows(name):
    rows, proba = a_pool()
    query = ask(name, rows, proba, 9)
    np.testing.assert_array_equal(query.proba, proba[np.searchsorted(rows, query.rows)])


def test_another_process_gives_the_same_answers():
    said = subprocess.run(
        [sys.executable, "-c", "import json, test_strategies as t; print(json.dumps(t.answers()))"],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stdout) == answers()


@every_strategy
def test_threads_that_ask_at_once_get_the_answers_of_one_thread(name):
    rows, proba = a_pool(500)
    questions = [(seed, cycle) for seed in range(5) for cycle in range(8)]
    one_by_one = [ask(name, rows, proba, 50, *question).rows.tolist() for question in questions]
    with ThreadPoolExecutor(8) as threads:
        at_once = threads.map(lambda question: ask(name, rows, proba, 50, *question).rows.tolist(), questions)
        assert list(at_once) == one_by_one


@every_strategy
def test_inputs_are_left_as_they_are(name):
    rows, proba = a_pool()
    before = rows.copy(), proba.copy()
    ask(name, rows, proba, 30)
    np.testing.assert_array_equal(rows, before[0])
    np.testing.assert_array_equal(proba, before[1])


@every_strategy
def test_read_only_inputs_do(name):
    rows, proba = a_pool()
    expected = ask(name, rows, proba, 30).rows
    rows.flags.writeable = proba.flags.writeable = False
    np.testing.assert_array_equal(ask(name, rows, proba, 30).rows, expected)


@every_strategy
def test_global_random_state_is_neither_used_nor_moved(name):
    tied = np.arange(60), np.full((60, 4), 0.25)
    queries = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        before = str(np.random.get_state(legacy=False)), random.getstate()  # noqa: NPY002
        queries.append(ask(name, *tied, 10).rows.tolist())
        assert (str(np.random.get_state(legacy=False)), random.getstate()) == before  # noqa: NPY002
    assert queries[0] == queries[1]


@every_strategy
def test_ties_are_broken_by_the_seed_and_not_by_position(name):
    rows, proba = np.arange(20), np.full((20, 4), 0.25)
    chosen = np.concatenate([ask(name, rows, proba, 5, seed).rows for seed in range(200)])
    assert (np.abs(np.bincount(chosen, minlength=20) - 50) < 25).all()


@every_strategy
def test_ties_are_broken_anew_in_each_cycle(name):
    rows, proba = np.arange(200), np.full((200, 4), 0.25)
    assert ask(name, rows, proba, 5, cycle=1).rows.tolist() != ask(name, rows, proba, 5, cycle=2).rows.tolist()


@every_one_with_proba
def test_ties_never_pass_a_better_score(name):
    proba = np.tile([0.9, 0.1, 0.0], (30, 1))
    proba[[4, 17]] = [0.4, 0.3, 0.3]
    for seed in range(20):
        assert set(ask(name, np.arange(30), proba, 3, seed).rows[:2].tolist()) == {4, 17}


@every_strategy
@pytest.mark.parametrize("n_classes", [1, 2, 5])
def test_a_model_that_is_sure_of_one_class_still_gives_a_query(name, n_classes):
    proba = np.eye(n_classes)[np.zeros(40, dtype=int)]
    query = ask(name, np.arange(40), proba, 10)
    assert len(set(query.rows.tolist())) == 10
    assert np.isfinite(query.scores).all()


@every_one_with_proba
@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ([np.nan, 0.5, 0.5], "numbers of at least 0; row 3 is .*nan"),
        ([-0.2, 0.6, 0.6], "numbers of at least 0; row 3 is .*-0.2"),
        ([0.5, 0.3, 0.1], "sum to 1 in each row; row 3 sums to 0.9"),
        ([0.5, 0.5, 0.5], "sum to 1 in each row; row 3 sums to 1.5"),
        ([np.inf, 0.0, 0.0], "sum to 1 in each row; row 3 sums to inf"),
    ],
)
def test_probabilities_that_are_none_are_refused_by_what_is_wrong_and_where(name, row, complaint):
    proba = np.full((6, 3), 1 / 3)
    proba[3] = row
    with pytest.raises(ValueError, match=complaint):
        ask(name, np.arange(6), proba, 2)


@every_one_with_proba
@pytest.mark.parametrize("proba", [None, np.full(5, 0.5)])
def test_missing_probabilities_are_said_to_be_missing(name, proba):
    with pytest.raises(ValueError, match="probabilities are missing"):
        select_query(name, np.arange(5), proba, 2, 0, 0)


@every_one_with_proba
def test_probabilities_of_another_number_of_texts_are_refused(name):
    """Otherwise a query would pair texts with the probabilities of others."""
    with pytest.raises(ValueError, match=r"5\b.*\b4|4\b.*\b5"):
        select_query(name, np.arange(5), np.full((4, 2), 0.5), 2, 0, 0)


@pytest.mark.parametrize("name", WITHOUT_NEEDS)
def test_a_strategy_without_needs_works_without_probabilities(name):
    query = select_query(name, np.arange(5), None, 2, 0, 0)
    assert len(query.rows) == 2
    assert query.proba is None


@pytest.mark.parametrize("name", sorted(set(NAMES) - BLIND))
def test_scores_move_with_the_texts_when_the_pool_is_reordered(name):
    rows, proba = a_pool(200, 7)
    order = np.random.default_rng(1).permutation(200)
    score, rng = STRATEGIES[name].score, np.random.default_rng(0)
    np.testing.assert_array_equal(score(Pool(rows[order], proba[order]), rng), score(Pool(rows, proba), rng)[order])
    np.testing.assert_array_equal(ask(name, rows[order], proba[order], 20).rows, ask(name, rows, proba, 20).rows)


PROBA = np.array([[0.6, 0.4, 0.0], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.45, 0.45, 0.1]])
BY_HAND = {
    "least_confidence": ([0.4, 0.5, 0.0, 0.55], [3, 1, 0, 2]),
    "margin": ([0.8, 0.75, 0.0, 1.0], [3, 0, 1, 2]),
    "entropy": ([0.673012, 1.039721, 0.0, 0.948916], [1, 3, 0, 2]),
    "random": (stream(0, "query", "random", 0).random(4), stream(0, "query", "random", 0).random(4).argsort()[::-1]),
}


@every_strategy
def test_agrees_with_an_example_done_by_hand(name):
    scores, order = BY_HAND[name]
    query = ask(name, np.arange(4), PROBA, 4, seed=0, cycle=0)
    np.testing.assert_array_equal(query.rows, order)
    np.testing.assert_allclose(query.scores, np.asarray(scores)[order], atol=1e-6)


@pytest.mark.parametrize("concentration", [0.01, 1.0, 100.0])
def test_entropy_is_that_of_scipy(concentration):
    proba = np.random.default_rng(0).dirichlet(np.full(9, concentration), 300)
    proba[:9] = np.eye(9)
    scores = STRATEGIES["entropy"].score(Pool(np.arange(300), proba), np.random.default_rng(0))
    np.testing.assert_allclose(scores, scipy.stats.entropy(proba, axis=1), atol=1e-12)


def test_random_asks_for_each_text_about_as_often():
    asked = np.concatenate([ask("random", np.arange(20), None, 5, seed).rows for seed in range(400)])
    assert scipy.stats.chisquare(np.bincount(asked, minlength=20)).pvalue > 0.001
