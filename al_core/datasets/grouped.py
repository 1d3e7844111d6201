"""Divide texts in two without parting groups, each class as evenly as the groups allow."""

import numpy as np
from scipy.sparse import coo_array, csr_array

OPEN, CHOSEN, LEFT = 0, 1, 2
"""What is decided of a group."""


def divide(strata: np.ndarray, groups: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Choose whole groups that come to about this share of each stratum.

    Of each stratum one group is chosen first and another left, the smallest. Groups of several texts are then gone
    through in random order, each chosen if that brings the strata nearer to their share; at last single texts, drawn at
    random, fill up what is missing.

    Parameters: strata : (n,) int, such as the codes of classes
                groups : (n,) int
                share : in (0, 1)
    Returns:    (n,) bool; the texts of a stratum that are all in one group are on one side
    >>> strata, groups = np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([0, 0, 0, 1, 2, 3, 4, 4])
    >>> chosen = divide(strata, groups, 0.5, np.random.default_rng(0))
    >>> np.bincount(strata[chosen]).tolist(), len(set(groups[chosen]) & set(groups[~chosen]))
    ([1, 3], 0)
    """
    group, stratum = (np.unique(one, return_inverse=True)[1] for one in (groups, strata))
    shape = int(group.max()) + 1, int(stratum.max()) + 1
    counts = coo_array((np.ones(len(group), np.int64), (group, stratum)), shape=shape).tocsr()
    state = np.full(len(counts.indptr) - 1, OPEN)
    _spread(counts, state, rng)
    _choose_large(counts, state, share, rng)
    _fill_up(counts, state, share, rng)
    return (state == CHOSEN)[group]


def _spread(counts: csr_array, state: np.ndarray, rng: np.random.Generator) -> None:
    """Choose one group of each stratum and leave another, the smallest that are open; strata in few groups first."""
    order = np.lexsort((rng.permutation(len(state)), counts.sum(axis=1)))
    by_stratum = counts[order].tocsc()
    for stratum in np.argsort(np.diff(by_stratum.indptr), kind="stable"):
        groups = order[np.sort(by_stratum.indices[by_stratum.indptr[stratum] : by_stratum.indptr[stratum + 1]])]
        for side in (CHOSEN, LEFT) if len(groups) > 1 else ():
            open_ones = groups[state[groups] == OPEN]
            if len(open_ones) and not (state[groups] == side).any():
                state[open_ones[0]] = side


def _choose_large(counts: csr_array, state: np.ndarray, share: float, rng: np.random.Generator) -> None:
    """Decide on the open groups of several texts: about this share of the texts that are in such groups.

    The share is rounded up or down at random, so that a stratum with few of them has each chosen now and then.
    """
    large = counts.sum(axis=1) > 1
    total, several = counts[np.flatnonzero(large)].sum(axis=0), (counts[np.flatnonzero(large)] > 0).sum(axis=0)
    gap = share * total + rng.uniform(-0.5, 0.5, len(total)) * total / np.maximum(several, 1)
    gap -= counts[np.flatnonzero(large & (state == CHOSEN))].sum(axis=0)
    for group in rng.permutation(np.flatnonzero(large & (state == OPEN))):
        there = slice(counts.indptr[group], counts.indptr[group + 1])
        strata, texts = counts.indices[there], counts.data[there]
        nearer = (texts * (2 * gap[strata] - texts) / total[strata]).sum() > 0
        state[group] = CHOSEN if nearer else LEFT
        gap[strata] -= texts * nearer


def _fill_up(counts: csr_array, state: np.ndarray, share: float, rng: np.random.Generator) -> None:
    """Choose as many of the open groups, which are single texts, as their stratum lacks."""
    wanted = np.rint(share * counts.sum(axis=0)) - counts[np.flatnonzero(state == CHOSEN)].sum(axis=0)
    left = rng.permutation(np.flatnonzero(state == OPEN))
    stratum = counts.indices[counts.indptr[left]]
    for code, lacking in enumerate(wanted.astype(int).clip(0)):
        state[left[stratum == code][:lacking]] = CHOSEN
