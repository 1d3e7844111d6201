"""Uncertainty sampling: texts whose class the model is least sure of.

[lewis1994] Lewis & Gale, A sequential algorithm for training text classifiers, SIGIR 1994.
[scheffer2001] Scheffer, Decomain & Wrobel, Active hidden Markov models for information extraction, IDA 2001.
[dagan1995] Dagan & Engelson, Committee-based sampling for training probabilistic classifiers, ICML 1995.
"""

from collections.abc import Callable

import numpy as np

from al_core.strategies.base import strategy

FromProba = Callable[[np.ndarray], np.ndarray]


def _by_proba(name: str, source: str) -> Callable[[FromProba], FromProba]:
    """Register a function of probabilities alone as a strategy, checking them first."""

    def register(score: FromProba) -> FromProba:
        strategy(name, needs=("proba",), source=source)(lambda pool, _: score(checked(pool.proba)))
        return score

    return register


def checked(proba: np.ndarray | None) -> np.ndarray:
    """Return the probabilities if they are such.

    Raises:     ValueError if they are missing, negative, NaN, or a row does not sum to 1
    >>> checked(np.array([[0.5, 0.4]]))
    Traceback (most recent call last):
    ValueError: probabilities have to sum to 1 in each row; row 0 sums to 0.9
    """
    if proba is None or proba.ndim != 2:
        raise ValueError("probabilities are missing, or are not a table of a row a text and a column a class")
    if not (proba >= 0).all():
        row = int((~(proba >= 0)).any(axis=1).argmax())
        raise ValueError(f"probabilities have to be numbers of at least 0; row {row} is {proba[row].tolist()}")
    off = np.abs(proba.sum(axis=1) - 1) > 1e-6
    if off.any():
        row = int(off.argmax())
        raise ValueError(f"probabilities have to sum to 1 in each row; row {row} sums to {proba[row].sum():.6g}")
    return proba


@_by_proba("least_confidence", "Lewis & Gale 1994")
def least_confidence(proba: np.ndarray) -> np.ndarray:
    """Score each text by how unlikely its likeliest class is.

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, 1 - 1/c]; higher = query sooner
    References: [lewis1994]
    >>> least_confidence(np.array([[0.5, 0.5], [0.75, 0.25]]))
    array([0.5 , 0.25])
    """
    return 1 - proba.max(axis=1)


@_by_proba("margin", "Scheffer et al. 2001")
def margin(proba: np.ndarray) -> np.ndarray:
    """Score each text by how nearly its two likeliest classes tie.

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, 1]; higher = query sooner
    References: [scheffer2001]
    >>> margin(np.array([[0.5, 0.5], [0.75, 0.25]]))
    array([1. , 0.5])
    """
    if proba.shape[1] < 2:
        return np.zeros(len(proba))
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return 1 - (top[:, 1] - top[:, 0])


@_by_proba("entropy", "Dagan & Engelson 1995")
def entropy(proba: np.ndarray) -> np.ndarray:
    """Score each text by the entropy of its class probabilities.

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, ln c]; higher = query sooner
    References: [dagan1995]
    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4)
    array([ 0.6931, -0.    ])
    """
    return -(proba * np.log(np.where(proba > 0, proba, 1))).sum(axis=1)
