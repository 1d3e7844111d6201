"""Stabilising predictions: successive models say the same of the stop set. No label is needed for these.

[bloodgood2009] Bloodgood & Vijay-Shanker, A method for stopping active learning based on stabilizing predictions and
    the need for user-adjustable stopping, CoNLL 2009.
[cohen1960] Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 1960.
[altschuler2019] Altschuler & Bloodgood, Stopping active learning based on predicted change of F measure for text
    classification, ICSC 2019.
[zhu2008] Zhu, Wang & Hovy, Multi-criteria-based strategy to stop active learning for data annotation, COLING 2008.
"""

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.metrics import confusion_matrix
from al_core.stopping.base import rule


@rule(source="Bloodgood & Vijay-Shanker 2009")
def kappa_average(
    stop_proba: tuple[np.ndarray, ...],
    *,
    at_least: Annotated[float, Field(gt=0, le=1)] = 0.99,
    pairs: Annotated[int, Field(ge=1)] = 3,
) -> str | None:
    """Stop when successive models agree on the stop set: Cohen's kappa, mean of the last pairs of models.

    Where both models of a pair give all texts the same class, kappa is 0 / 0 and the rule goes on: such models agree,
    but no more than chance would have it.

    Parameters: stop_proba : (s, c) float each, rows sum to 1
                at_least : stop at this mean and above
                pairs : how many
    References: [bloodgood2009], [cohen1960]
    >>> settled = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> kappa_average((settled,) * 3), kappa_average((settled,) * 4)
    (None, 'kappa between the last 4 models was 1 on average, at or above 0.99')
    """
    if len(stop_proba) <= pairs:
        return None
    mean = float(np.mean([kappa(table) for table in _tables(stop_proba, pairs)]))
    if not mean >= at_least:
        return None
    return f"kappa between the last {pairs + 1} models was {mean:.4g} on average, at or above {at_least:g}"


def kappa(table: np.ndarray) -> float:
    """Return Cohen's kappa of two models that give texts of row's class that of column; NaN where it is undefined.

    References: [cohen1960], sklearn.metrics.cohen_kappa_score
    >>> kappa(np.array([[2, 1], [0, 1]])), kappa(np.array([[4, 0], [0, 0]]))
    (0.5, nan)
    """
    n = int(table.sum())
    chance = int(table.sum(axis=0) @ table.sum(axis=1))
    return (n * int(np.trace(table)) - chance) / (n * n - chance) if chance < n * n else np.nan


@rule(source="Altschuler & Bloodgood 2019")
def delta_f(
    stop_proba: tuple[np.ndarray, ...],
    *,
    below: Annotated[float, Field(gt=0, le=1)] = 0.05,
    pairs: Annotated[int, Field(ge=1)] = 3,
    positive: Annotated[int, Field(ge=0)] | None = None,
) -> str | None:
    """Stop when F is predicted to change little from model to model, in each of the last pairs.

    The change of a class is predicted from how many texts of the stop set both models, only the older and only the
    newer give it: 1 - 2 both / (2 both + older + newer). The paper has one positive class. Here it is the mean over
    classes that either model gives, that is, the predicted change of macro-F1; or, with `positive`, the paper's.
    Where neither model gives the class, or both give all texts the same, nothing can be predicted and the rule goes on.

    Parameters: stop_proba : (s, c) float each, rows sum to 1
                below : stop if the change is below this
                pairs : in each of how many pairs of models
                positive : the one class to look at; None for all
    Raises:     ValueError for a class that there is not
    References: [altschuler2019]
    >>> older, newer = np.eye(2)[[0, 0, 1, 1]], np.eye(2)[[0, 0, 0, 1]]
    >>> delta_f((older, newer), pairs=1, below=0.3)
    'F was predicted to change by at most 0.2667 between each of the last 2 models, below 0.3'
    >>> delta_f((older, newer), pairs=1, below=0.3, positive=1) is None  # 1 - 2 / (2 + 1 + 0) is a third
    True
    """
    if positive is not None and positive >= stop_proba[0].shape[1]:
        raise ValueError(
            f"delta_f: positive: there are {stop_proba[0].shape[1]} classes, from 0, and none is {positive}"
        )
    if len(stop_proba) <= pairs:
        return None
    most = float(np.max([predicted_change(table, positive) for table in _tables(stop_proba, pairs)]))
    if not most < below:
        return None
    return (
        f"F was predicted to change by at most {most:.4g} between each of the last {pairs + 1} models, below {below:g}"
    )


def predicted_change(table: np.ndarray, positive: int | None = None) -> float:
    """Return the predicted change of F between two models; NaN where it is undefined.

    >>> round(predicted_change(np.array([[2, 0], [1, 1]])), 4)  # the mean of 1 - 4 / 5 and 1 - 2 / 3
    0.2667
    >>> predicted_change(np.array([[4, 0], [0, 0]]))
    nan
    """
    given = table.sum(axis=0) + table.sum(axis=1)
    classes = np.flatnonzero(given) if positive is None else np.array([positive])
    if not given[classes].all() or given.max() == given.sum():
        return np.nan
    return float((1 - 2 * np.diag(table)[classes] / given[classes]).mean())


@rule(source="Zhu, Wang & Hovy 2008")
def classification_change(
    stop_proba: tuple[np.ndarray, ...], *, share: Annotated[float, Field(ge=0, lt=1)] = 0.0
) -> str | None:
    """Stop when the newest model gives no text of the stop set another class than the model before.

    As in the paper, it also stops where both models give all texts the same class.

    Parameters: stop_proba : (s, c) float each, rows sum to 1
                share : of the texts that may change all the same; the paper has none
    References: [zhu2008]
    >>> before, now = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([[0.7, 0.3], [0.1, 0.9]])
    >>> classification_change((before, now))
    'of 2 predictions, 0 changed with the last model'
    """
    if len(stop_proba) < 2:
        return None
    before, now = (proba.argmax(axis=1) for proba in stop_proba[-2:])
    changed = int((before != now).sum())
    return f"of {len(now)} predictions, {changed} changed with the last model" if changed / len(now) <= share else None


def _tables(stop_proba: tuple[np.ndarray, ...], pairs: int) -> list[np.ndarray]:
    """Count, for each of the last pairs of models, the texts by class of the older and of the newer."""
    classes = [proba.argmax(axis=1) for proba in stop_proba[-pairs - 1 :]]
    return [confusion_matrix(older, newer, stop_proba[0].shape[1]) for older, newer in pairwise(classes)]
