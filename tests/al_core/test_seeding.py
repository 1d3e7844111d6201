"""Streams are the same for ever for one purpose, and strangers to each other."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import kstest

from al_core.seeding import stream

PURPOSES = [("split",), ("seed set",), *(("query", name, cycle) for name in ("margin", "random") for cycle in range(5))]


def test_numbers_are_those_that_stored_results_were_made_with():
    assert stream(0, "query", "margin", 3).random() == 0.5126322369857812
    assert stream(7, "seed set").integers(0, 2**32, 3).tolist() == [70431237, 1533662513, 1548377392]


def test_a_stream_does_not_depend_on_what_was_drawn_before():
    first = stream(1, "split").random(5)
    other = stream(1, "seed set")
    other.random(1000)
    np.testing.assert_array_equal(stream(1, "split").random(5), first)


def test_every_seed_and_purpose_has_numbers_of_its_own():
    firsts = [stream(seed, *purpose).random() for seed in range(50) for purpose in PURPOSES]
    assert len(set(firsts)) == len(firsts)


def test_streams_of_different_purposes_are_uncorrelated():
    draws = [stream(0, *purpose).random(4000) for purpose in PURPOSES]
    assert max(abs(np.corrcoef(one, other)[0, 1]) for one, other in combinations(draws, 2)) < 0.06


def test_streams_of_neighbouring_seeds_are_uncorrelated():
    draws = [stream(seed, "split").random(4000) for seed in range(10)]
    assert max(abs(np.corrcoef(one, other)[0, 1]) for one, other in combinations(draws, 2)) < 0.06


def test_first_draws_over_seeds_are_uniform():
    assert kstest([stream(seed, "split").random() for seed in range(1000)], "uniform").pvalue > 0.001


@pytest.mark.parametrize(("one", "other"), [(("ab", "c"), ("a", "bc")), (("a", "b"), ("b", "a")), (("a",), ("a", ""))])
def test_purposes_are_told_apart_by_their_parts(one, other):
    assert stream(0, *one).random() != stream(0, *other).random()


def test_seeds_may_be_large_and_not_negative():
    assert stream(2**40, "split").random() != stream(0, "split").random()
    with pytest.raises(ValueError, match="negative"):
        stream(-1, "split")
