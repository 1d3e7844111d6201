"""Calibration: make confidences mean what they say, without any test label.

Temperature scaling (Guo et al. 2017, On Calibration of Modern Neural Networks) divides the logits of a model by one
number, which changes no prediction. The number is found on labelled texts that were held out in turn: the labels are
those that are trained on, and cost nothing more.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from al_core.metrics import log_loss

_RANGE = (np.log(0.05), np.log(20.0))
"""Logarithms of the lowest and highest temperature."""


def soften(proba: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probabilities that the logits would give, divided by the temperature.

    Parameters: proba : (n, c) float, rows sum to 1
    >>> soften(np.array([[0.8, 0.2], [0.5, 0.5]]), 2.0).round(3).tolist()
    [[0.667, 0.333], [0.5, 0.5]]
    """
    powers = proba ** (1 / temperature)
    softened: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return softened


def fit_temperature(proba: np.ndarray, codes: np.ndarray) -> float:
    """Return the temperature, from 0.05 to 20, at which the log loss is least; near 1 if there is little to go by.

    A few texts, all right, would ask for a temperature of zero. So ln T has a normal prior of variance 1/2.

    Parameters: proba : (n, c) float of texts that the model was not trained on
                codes : (n,) true classes
    References: Guo et al. (2017), On Calibration of Modern Neural Networks
    >>> sure = np.array([[0.99, 0.01]] * 400)
    >>> round(float(soften(sure, fit_temperature(sure, np.arange(400) % 4 // 3))[0, 0]), 2)
    0.76
    """
    from scipy.optimize import minimize_scalar

    if len(codes) == 0:
        return 1.0

    def loss(log_t: float) -> float:
        return len(codes) * log_loss(soften(proba, np.exp(log_t)), codes) + log_t**2

    return float(np.exp(minimize_scalar(loss, bounds=_RANGE).x))


def out_of_fold(
    fit: Callable[[np.ndarray], Any],
    predict: Callable[[Any, np.ndarray], np.ndarray],
    codes: np.ndarray,
    folds: int,
    unknown: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities of labelled texts by models that have not seen them, and which texts these are.

    Parameters: fit : from positions to a model
                predict : from a model and positions to probabilities (n, c)
                codes : (n,) true classes
                unknown : whether texts whose class the others have not are judged as well: wrongly, of course
    Returns:    (m, c) float and (m,) positions
    """
    proba, held_out = [], []
    for kept, out in _folds(codes, folds):
        out = out if unknown else out[np.isin(codes[out], codes[kept])]
        if len(out):
            proba.append(predict(fit(kept), out))
            held_out.append(out)
    if not proba:
        return np.empty((0, 0)), np.empty(0, dtype=np.int64)
    return np.concatenate(proba), np.concatenate(held_out)


def _folds(codes: np.ndarray, folds: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield which texts to train on and which to hold out; each class is spread evenly over the folds."""
    fold = np.empty(len(codes), dtype=np.int64)
    fold[np.argsort(codes, kind="stable")] = np.arange(len(codes)) % folds
    for number in range(folds):
        if (fold != number).any() and (fold == number).any():
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)
