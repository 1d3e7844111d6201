"""ALPS chooses a text from the middle of each cluster of surprisal."""

from collections import Counter

import numpy as np
import pytest
from sklearn.cluster import KMeans

from al_core.strategies import Pool, ask, strategy_of


def rng(seed=0):
    return np.random.default_rng(seed)


def chosen(surprisal, k, seed=0):
    pool = Pool(np.arange(len(surprisal)), surprisal=surprisal)
    return ask(strategy_of("alps"), pool, k, rng(seed)).positions.tolist()


def clustered(sizes, seed=0):
    """Texts with surprising tokens in other places in each cluster, of different lengths."""
    places = np.repeat(np.eye(len(sizes)), sizes, axis=0) + 0.1 * rng(seed).random((sum(sizes), len(sizes)))
    return (places * rng(seed).uniform(1, 9, (sum(sizes), 1))).astype(np.float32)


def test_the_middle_of_each_cluster_worked_out_by_hand():
    # of length 1 the first three are at angles of 0, .1 and .2 from the first axis: the middle one; 3 is alone
    angles = np.array([0.0, 0.1, 0.2, 1.5])
    surprisal = np.column_stack([np.cos(angles), np.sin(angles)]) * np.array([[1], [7], [2], [3]])
    assert sorted(chosen(surprisal.astype(np.float32), 2)) == [1, 3]


def test_it_is_what_the_papers_code_gives():
    surprisal = clustered([9, 5, 12, 7])
    unit = surprisal / np.linalg.norm(surprisal, axis=1, keepdims=True)
    centres = KMeans(4, n_init=20, random_state=0).fit(unit).cluster_centers_
    distances = np.linalg.norm(centres[:, None] - unit[None], axis=2)
    assert sorted(chosen(surprisal, 4)) == sorted(distances.argmin(axis=1))


@pytest.mark.parametrize(("n", "k"), [(1, 1), (20, 3), (20, 20)])
@pytest.mark.parametrize(
    "make", [lambda n: rng().random((n, 6)), lambda n: np.ones((n, 6)), lambda n: np.zeros((n, 6))]
)
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_any_pool_gives_k_distinct_positions_and_the_same_ones_again(n, k, make):
    surprisal = make(n).astype(np.float32)
    surprisal.flags.writeable = False
    first, second = (chosen(surprisal, k) for _ in range(2))
    assert first == second
    assert len(set(first)) == k


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
def test_equal_texts_are_chosen_equally_often():
    drawn = [chosen(np.ones((4, 3), np.float32), 2, seed) for seed in range(60)]
    for place in (0, 1):
        assert min(Counter(one[place] for one in drawn)[position] for position in range(4)) > 4
