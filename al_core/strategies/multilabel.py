"""Strategies for texts that can have several labels, by the probability of each class for itself.

[brinker2006] Brinker, On active learning in multi-label classification, in From Data and Information Analysis to
    Knowledge Engineering, 2006.
[li2013] Li & Guo, Active learning with multi-label SVM classification, IJCAI 2013.
[reyes2018] Reyes, Morell & Ventura, Effective active learning strategy for multi-label learning, Neurocomputing 2018.
"""

from functools import cache
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import Pool, Retrain, largest, strategy
from al_core.strategies.distances import blocks

Weight = Annotated[float, Field(ge=0, le=1)]
_NEAREST = 0.01
"""Margins below this count as this, so that no single text outweighs all others."""


@strategy(cost="n c", source="Brinker 2006", labels="several")
def binary_minimum(proba: np.ndarray) -> np.ndarray:
    """Score each text by its least certain class: how near the probability of that is to one half.

    Parameters: proba : (n, c) float, of each class for itself
    Returns:    (n,) float in [0, 1]; higher = query sooner
    References: [brinker2006]
    >>> binary_minimum(np.array([[0.5, 0.0], [0.75, 1.0]]))
    array([1. , 0.5])
    """
    return 1 - np.abs(2 * proba - 1).min(axis=1)


@strategy(cost="n c", source="Li & Guo 2013", labels="several")
def label_cardinality_inconsistency(proba: np.ndarray, labelled_codes: np.ndarray) -> np.ndarray:
    """Score each text by how far the number of its predicted classes is from that of labelled texts, on average.

    Parameters: proba : (n, c) float, of each class for itself
                labelled_codes : (l, c), 1 for each class that a labelled text has; with none, the mean is 0
    Returns:    (n,) float in [0, c]; higher = query sooner
    References: [li2013]
    >>> label_cardinality_inconsistency(np.array([[0.9, 0.8], [0.1, 0.8]]), np.array([[1, 0], [0, 0]]))
    array([1.5, 0.5])
    """
    usual = labelled_codes.sum() / max(1, len(labelled_codes))
    return np.abs((proba > 0.5).sum(axis=1) - usual)


@strategy(cost="n c", source="Li & Guo 2013", labels="several")
def cardinality_margin(proba: np.ndarray, labelled_codes: np.ndarray, *, weight: Weight = 0.5) -> np.ndarray:
    """Score each text by how narrow the gap between its classes and the others is, and by an unusual number of them.

    The first is one over the margin between the least likely class that is predicted and the likeliest that is not;
    the second `label_cardinality_inconsistency` and one, so that a usual number leaves the first its say.

    Parameters: proba : (n, c) float, of each class for itself
                labelled_codes : (l, c), 1 for each class that a labelled text has
                weight : the power to which the first is raised; the second's is the rest to 1
    Returns:    (n,) float, at least 1; higher = query sooner
    References: [li2013]
    >>> cardinality_margin(np.array([[0.75, 0.25], [0.75, 0.7]]), np.array([[1, 0]]), weight=0.5)
    array([1.41421356, 3.16227766])
    """
    uncertain = 1 / np.maximum(separation(proba), _NEAREST)
    unusual = 1 + label_cardinality_inconsistency(proba, labelled_codes)
    scores: np.ndarray = uncertain**weight * unusual ** (1 - weight)
    return scores


def separation(proba: np.ndarray) -> np.ndarray:
    """Return the margin between the least likely predicted class and the likeliest other; one half stands for none.

    Returns:    (n,) float in [0, 1]
    >>> separation(np.array([[0.75, 0.25], [0.875, 0.75]]))
    array([0.5 , 0.25])
    """
    yes = proba > 0.5
    least = np.where(yes, proba, 1.0).min(axis=1)
    most = np.where(yes, 0.0, proba).max(axis=1)
    margin: np.ndarray = np.where(yes.any(axis=1), least, 0.5) - np.where(yes.all(axis=1), 0.5, most)
    return margin


@strategy(cost="n c, and training as many models as weights", source="Li & Guo 2013", labels="several")
def adaptive(
    proba: np.ndarray, labelled_codes: np.ndarray, retrain: Retrain, pool: Pool, k: int, rng: np.random.Generator
) -> np.ndarray:
    """Choose as `cardinality_margin` does, with the weight of its two parts tried out for each query.

    Weights are 0, 0.1, ..., 1. What is wrong is what the model then expects to be, of 1,000 texts of the pool. The
    paper chooses one text at a time; here the weight is found once for the k texts of a query.

    Parameters: proba : (n, c) float, of each class for itself
                labelled_codes : (l, c), 1 for each class that a labelled text has
                retrain : gives probabilities, had one text of the pool certain classes
    Returns:    (k,) positions, best first
    References: [li2013]
    >>> learn = lambda row, has, rows: np.full((len(rows), 2), 0.5 if row == 7 else 0.1)
    >>> proba, pool, rng = np.array([[0.5, 0.5], [0.9, 0.8]]), Pool(np.array([7, 8])), np.random.default_rng(0)
    >>> adaptive(proba, np.array([[0, 0]]), learn, pool, 1, rng)
    array([1])
    """
    n, tie_breaker = len(pool), rng.permutation(len(pool))
    rows = pool.rows[np.sort(rng.choice(n, min(1000, n), replace=False))]

    @cache
    def wrong_after(first: int) -> float:
        then = retrain(int(pool.rows[first]), (proba[first] > 0.5).astype(np.int64), rows)
        return float(np.minimum(then, 1 - then).sum())

    weights = np.linspace(0, 1, 11)
    chosen = [largest(cardinality_margin(proba, labelled_codes, weight=weight), tie_breaker, k) for weight in weights]
    return min(chosen, key=lambda several: wrong_after(int(several[0])))


@strategy(
    cost="n c ln n + p q c, of p predicted and q labelled sets of classes", source="Reyes et al. 2018", labels="several"
)
def cvirs(proba: np.ndarray, labelled_codes: np.ndarray) -> np.ndarray:
    """Score each text by how uncertain each of its classes is among all texts, times how unusual they are together.

    Category vector inconsistency and ranking of scores: for each class, texts are ranked by |2 p - 1|, and their places
    are added up (Borda's count). The second factor is the mean distance of the predicted set of classes to those of
    the labelled texts: of the two as 0-1 vectors, one less their mutual information over their joint entropy; or 1
    where all classes differ.

    Parameters: proba : (n, c) float, of each class for itself
                labelled_codes : (l, c), 1 for each class that a labelled text has; with none, the second factor is 1
    Returns:    (n,) float in [0, 1]; higher = query sooner
    References: [reyes2018]
    >>> cvirs(np.array([[0.9, 0.1], [0.6, 0.3], [0.2, 0.9]]), np.array([[1, 0]])).round(3)
    array([0.   , 0.   , 0.375])
    """
    return _places(np.abs(2 * proba - 1)) * _unlike((proba > 0.5).astype(np.int64), labelled_codes)


def _places(margins: np.ndarray) -> np.ndarray:
    """Return the mean place of each row over all columns: 1 where it is least in each, 0 where it is largest."""
    n, c = margins.shape
    above = np.zeros(n)
    for column in np.ascontiguousarray(margins.T):
        above += n - _ranks(column)
    return above / (c * max(1, n - 1))


def _ranks(numbers: np.ndarray) -> np.ndarray:
    """Return the rank of each number, from 1; those that are the same share the mean of theirs.

    >>> _ranks(np.array([0.5, 0.1, 0.5])).tolist()
    [2.5, 1.0, 2.5]
    """
    order = np.argsort(numbers)
    ordered = numbers[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(starts, len(numbers)))
    ranks = np.empty(len(numbers))
    ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return ranks


def _unlike(predicted: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    """Return the mean distance of each predicted set of classes to the labelled ones."""
    if len(labelled) == 0:
        return np.ones(len(predicted))
    first, of_text, _ = _distinct(predicted)
    known, _, counts = _distinct(labelled)
    sets, others, weights = predicted[first], labelled[known], counts / counts.sum()
    mean = [set_distances(sets[part], others) @ weights for part in blocks(len(sets), 10 * len(others))]
    return np.concatenate(mean)[of_text]


def _distinct(sets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a row of each distinct set, which of these each row has, and how many have it; read as numbers if short.

    >>> [found.tolist() for found in _distinct(np.array([[1, 0], [0, 1], [1, 0]]))]
    [[0, 1], [0, 1, 0], [2, 1]]
    """
    c = sets.shape[1]
    rows = sets @ 2 ** np.arange(c) if c < 63 else sets
    found = np.unique(rows, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return found[1], found[2].ravel(), found[3]


def set_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the normalised entropy distance between sets of classes, 0-1 vectors; 1 where all classes differ.

    Parameters: first, second : (p, c), (q, c)
    Returns:    (p, q) float in [0, 1]
    >>> set_distances(np.array([[1, 1, 0, 0]]), np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0]])).round(3).tolist()
    [[0.0, 1.0, 0.792]]
    """
    c = first.shape[1]
    both, only_first, only_second = first @ second.T, first @ (1 - second).T, (1 - first) @ second.T
    neither = c - both - only_first - only_second
    joint = sum((_part(count / c) for count in (both, only_first, only_second, neither)), np.zeros(both.shape))
    alone = [_part(one.mean(axis=1)) + _part(1 - one.mean(axis=1)) for one in (first, second)]
    apart = 2 * joint - alone[0][:, None] - alone[1][None, :]
    distance = np.divide(apart, joint, out=np.zeros(joint.shape), where=joint > 0)
    return np.where(only_first + only_second == c, 1.0, np.clip(distance, 0, 1))


def _part(share: np.ndarray) -> np.ndarray:
    """Return what a share adds to an entropy, in nats."""
    return -share * np.log(np.where(share > 0, share, 1))
