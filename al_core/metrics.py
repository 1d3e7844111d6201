"""Metrics of one cycle, all from the probabilities of one model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Metrics:
    """What one model reaches, named as scikit-learn names it.

    Parameters: labels : number of labelled texts it was trained on
                train_loss, test_loss : mean log loss, in nats
                train_accuracy : NaN where no text is labelled, as is train_loss
                accuracy, macro_f1 : on the test set, in [0, 1]
                calibration_error : on the test set, in [0, 1]; how far confidence and accuracy are apart
                brier_score : on the test set, in [0, 2]; the mean squared error of all classes' probabilities
                precision, recall, f1 : (c,) per class on the test set; 0 where there is nothing to divide by
                labelled : (c,) labelled texts per class
                confusion : (c, c) test texts, true class by row, predicted by column
    """

    labels: int
    train_loss: float
    test_loss: float
    train_accuracy: float
    accuracy: float
    macro_f1: float
    calibration_error: float
    brier_score: float
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    labelled: np.ndarray
    confusion: np.ndarray

    def to_table(self) -> pa.Table:
        """Return the metrics as a table of one row."""
        return pa.table({name: [_plain(value)] for name, value in vars(self).items()})

    @classmethod
    def from_table(cls, table: pa.Table) -> "Metrics":
        """Return the metrics that `to_table` wrote."""
        row: dict[str, Any] = table.to_pylist()[0]
        arrays: dict[str, Any] = {name: np.array(value) for name, value in row.items() if isinstance(value, list)}
        return cls(**(row | arrays))


def evaluate(
    train_proba: np.ndarray, train_codes: np.ndarray, test_proba: np.ndarray, test_codes: np.ndarray
) -> Metrics:
    """Compute the metrics of a model from its probabilities on the labelled texts and on the test set.

    Parameters: train_proba, test_proba : (n, c) float, rows sum to 1
                train_codes, test_codes : (n,) true classes
    >>> half = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> metrics = evaluate(half, np.array([0, 1]), half, np.array([1, 1]))
    >>> metrics.accuracy, round(metrics.test_loss, 4), metrics.confusion.tolist()
    (0.5, 0.4904, [[0, 0], [1, 1]])
    """
    confusion = confusion_matrix(test_codes, test_proba.argmax(axis=1), test_proba.shape[1])
    precision, recall, f1 = _per_class(confusion)
    return Metrics(
        labels=len(train_codes),
        train_loss=log_loss(train_proba, train_codes) if len(train_codes) else np.nan,
        test_loss=log_loss(test_proba, test_codes),
        train_accuracy=float((train_proba.argmax(axis=1) == train_codes).mean()) if len(train_codes) else np.nan,
        accuracy=float(np.trace(confusion) / confusion.sum()),
        macro_f1=macro_f1(confusion),
        calibration_error=calibration_error(test_proba, test_codes),
        brier_score=brier_score(test_proba, test_codes),
        precision=precision,
        recall=recall,
        f1=f1,
        labelled=np.bincount(train_codes, minlength=train_proba.shape[1]),
        confusion=confusion,
    )


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Count texts by true class (rows) and predicted class (columns).

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    return np.bincount(true * n_classes + predicted, minlength=n_classes**2).reshape(n_classes, n_classes)


def macro_f1(confusion: np.ndarray) -> float:
    """Return the mean F1 of the classes that are there or are predicted.

    References: sklearn.metrics.f1_score
    >>> round(macro_f1(np.array([[0, 0, 0], [1, 1, 0], [0, 0, 0]])), 4)
    0.3333
    """
    present = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
    return float(_per_class(confusion)[2][present].mean())


def log_loss(proba: np.ndarray, codes: np.ndarray) -> float:
    """Return the mean of -ln p(true class); probabilities are kept above the smallest step from 1.

    References: sklearn.metrics.log_loss
    """
    true = proba[np.arange(len(codes)), codes]
    return float(-np.log(np.clip(true, np.finfo(proba.dtype).eps, 1)).mean())


def calibration_error(proba: np.ndarray, codes: np.ndarray, bins: int = 15) -> float:
    """Return the expected calibration error: texts are binned by confidence, and each bin's accuracy held against it.

    Parameters: bins : of equal width
    References: Guo et al. (2017), On Calibration of Modern Neural Networks
    >>> calibration_error(np.array([[0.75, 0.25]] * 4), np.array([0, 0, 1, 1]))
    0.25
    """
    confidence, right = proba.max(axis=1), proba.argmax(axis=1) == codes
    bin_ = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(bin_, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(codes))


def brier_score(proba: np.ndarray, codes: np.ndarray) -> float:
    """Return the mean squared distance between the probabilities and the truth, summed over the classes.

    References: Brier (1950), Verification of Forecasts Expressed in Terms of Probability
    >>> brier_score(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 0]))
    0.25
    """
    return float(((proba - np.eye(proba.shape[1])[codes]) ** 2).sum(axis=1).mean())


def _per_class(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hits = np.diag(confusion).astype(np.float64)
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    return _ratio(hits, predicted), _ratio(hits, true), _ratio(2 * hits, predicted + true)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
