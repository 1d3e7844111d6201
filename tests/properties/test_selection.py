"""A query is the top of a full sort, whatever the scores, with ties drawn by the generator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from al_core.strategies import Pool, ask
from al_core.strategies.base import make

anything = st.one_of(
    st.sampled_from([-1.0, 0.0, -0.0, 0.5, 1.0]), st.floats(allow_nan=False), st.just(np.inf), st.just(-np.inf)
)
scores_of_any_kind = arrays(np.float64, st.integers(0, 60), elements=anything)


def by(scores):
    """A strategy that gives these scores."""
    return make("given", lambda: scores, cost="n", source="these tests")


def choose(scores, size, seed=0):
    choice = ask(by(scores), Pool(np.arange(len(scores))), size, np.random.default_rng(seed))
    return choice.positions, choice.scores


@given(scores_of_any_kind, st.integers(0, 70), st.integers(0, 2**32))
def test_a_query_has_the_largest_scores_best_first(scores, size, seed):
    best, found = choose(scores, size, seed)
    np.testing.assert_array_equal(found, np.sort(scores)[::-1][:size])
    np.testing.assert_array_equal(found, scores[best])
    assert len(set(best.tolist())) == min(size, len(scores))


@given(scores_of_any_kind, st.integers(0, 70), st.integers(0, 2**32))
def test_a_query_is_the_top_of_a_full_sort(scores, size, seed):
    everything, _ = choose(scores, len(scores), seed)
    best, _ = choose(scores, size, seed)
    np.testing.assert_array_equal(best, everything[:size])


@given(scores_of_any_kind, st.integers(0, 70))
def test_scores_that_do_not_tie_leave_nothing_to_the_seed(scores, size):
    distinct = np.unique(scores)[::-1]
    best, _ = choose(distinct, size, 0)
    np.testing.assert_array_equal(best, np.arange(min(size, len(distinct))))


@given(st.integers(2, 40), st.integers(1, 5))
def test_every_tied_text_is_chosen_by_some_seed(n, size):
    chosen = {position for seed in range(n * 12) for position in choose(np.zeros(n), size, seed)[0].tolist()}
    assert chosen == set(range(n))


@pytest.mark.parametrize("nans", [1, 3])
def test_scores_that_are_no_numbers_are_refused_with_the_strategy_and_how_many(nans):
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    scores[:nans] = np.nan
    with pytest.raises(ValueError, match=f"strategy 'given' scored {nans} texts as NaN"):
        choose(scores, 2)
