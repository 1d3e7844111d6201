"""Logits: from a model's numbers of any size to probabilities."""

import numpy as np
from scipy.special import expit, softmax


def probabilities(logits: np.ndarray, multilabel: bool = False) -> np.ndarray:
    """Return class probabilities, which sum to 1 in each row unless a text can have several classes.

    Parameters: logits : (n, c)
    Returns:    (n, c) float64
    >>> probabilities(np.zeros((1, 4))).tolist(), probabilities(np.zeros((1, 4)), multilabel=True).tolist()
    ([[0.25, 0.25, 0.25, 0.25]], [[0.5, 0.5, 0.5, 0.5]])
    """
    exact = logits.astype(np.float64)
    proba: np.ndarray = expit(exact) if multilabel else softmax(exact, axis=1)
    return proba
