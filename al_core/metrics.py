"""Metrics of one cycle, all from the probabilities of one model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Metrics:
    """What one model reaches, named as scikit-learn names it.

    Where texts can have several classes, losses, calibration error and Brier score are those of the single decisions
    whether a text has a class, and a text is right for the accuracy if all its classes are.

    Parameters: labels : number of labelled texts it was trained on
                train_loss, test_loss : mean log loss, in nats
                train_accuracy : NaN where no text is labelled, as is train_loss
                accuracy, macro_f1, micro_f1 : on the test set, in [0, 1]; of one class a text, micro-F1 is accuracy
                calibration_error : on the test set, in [0, 1]; how far confidence and accuracy are apart
                brier_score : on the test set, in [0, 2]; the mean squared error of all classes' probabilities
                precision, recall, f1 : (c,) per class on the test set; 0 where there is nothing to divide by
                support, labelled : (c,) test texts and labelled texts per class
                confusion : (c, c) test texts, true class by row, predicted by column; or, as many as there are classes,
                    (c, 2, 2) that have not and have the class by row, are not and are predicted to by column
    """

    labels: int
    train_loss: float
    test_loss: float
    train_accuracy: float
    accuracy: float
    macro_f1: float
    micro_f1: float
    calibration_error: float
    brier_score: float
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    labelled: np.ndarray
    confusion: np.ndarray

    @property
    def texts(self) -> int:
        """How many test texts they rest on."""
        return int(self.confusion.sum() if self.confusion.ndim == 2 else self.confusion[0].sum())

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
                train_codes, test_codes : (n,) true classes; or (n, c), 1 for each class that a text has, else 0
    >>> half = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> metrics = evaluate(half, np.array([0, 1]), half, np.array([1, 1]))
    >>> metrics.accuracy, round(metrics.test_loss, 4), metrics.confusion.tolist()
    (0.5, 0.4904, [[0, 0], [1, 1]])
    """
    confusion, cases = confusion_of(test_proba, test_codes), decisions(test_proba, test_codes)
    hits, predicted, true = _counts(confusion)
    several = train_codes.ndim == 2
    return Metrics(
        labels=len(train_codes),
        train_loss=log_loss(*decisions(train_proba, train_codes)) if len(train_codes) else np.nan,
        test_loss=log_loss(*cases),
        train_accuracy=float(right(train_proba, train_codes).mean()) if len(train_codes) else np.nan,
        accuracy=float(right(test_proba, test_codes).mean()),
        macro_f1=macro_f1(confusion),
        micro_f1=float(2 * hits.sum() / max(1, predicted.sum() + true.sum())),
        calibration_error=calibration_error(*cases),
        brier_score=brier_score(*cases),
        precision=_ratio(hits, predicted),
        recall=_ratio(hits, true),
        f1=_ratio(2 * hits, predicted + true),
        support=true.astype(np.int64),
        labelled=train_codes.sum(axis=0) if several else np.bincount(train_codes, minlength=train_proba.shape[1]),
        confusion=confusion,
    )


def right(proba: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return which texts have the likeliest class; or exactly those classes of which that is likelier than not.

    Parameters: proba : (n, c)
                codes : (n,) true classes; or (n, c), 1 for each class that a text has, else 0
    Returns:    (n,) bool
    >>> right(np.array([[0.8, 0.9], [0.8, 0.9]]), np.array([[1, 1], [0, 1]])).tolist()
    [True, False]
    """
    exact: np.ndarray = proba.argmax(axis=1) == codes if codes.ndim == 1 else ((proba > 0.5) == codes).all(axis=1)
    return exact


def predicted(proba: np.ndarray, classes: Sequence[str], multilabel: bool) -> list[Any]:
    """Return the likeliest class of each text; of texts that can have several, the list of those likelier than not.

    >>> predicted(np.array([[0.9, 0.8], [0.1, 0.2]]), ["cold", "wet"], multilabel=True)
    [['cold', 'wet'], []]
    """
    if not multilabel:
        return [classes[code] for code in proba.argmax(axis=1)]
    return [[name for name, share in zip(classes, row, strict=True) if share > 0.5] for row in proba]


def decisions(proba: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and classes as they are; where texts can have several, of each decision on a class.

    >>> decisions(np.array([[0.25, 1.0]]), np.array([[0, 1]]))
    (array([[0.75, 0.25],
           [0.  , 1.  ]]), array([0, 1]))
    """
    return (proba, codes) if codes.ndim == 1 else (as_decisions(proba), codes.ravel())


def as_decisions(proba: np.ndarray) -> np.ndarray:
    """Return the probabilities (n, c) of independent classes as n c decisions, each of no and yes."""
    return np.stack([1 - proba, proba], axis=-1).reshape(-1, 2)


def confusion_of(proba: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return what is confused with what, as in `Metrics`.

    References: sklearn.metrics.confusion_matrix, sklearn.metrics.multilabel_confusion_matrix
    """
    n_classes = proba.shape[1]
    if codes.ndim == 1:
        return confusion_matrix(codes, proba.argmax(axis=1), n_classes)
    each = [confusion_matrix(has, yes, 2) for has, yes in zip(codes.T, (proba > 0.5).T, strict=True)]
    return np.array(each).reshape(n_classes, 2, 2)


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
    hits, predicted, true = _counts(confusion)
    present = (predicted + true) > 0
    return float(_ratio(2 * hits, predicted + true)[present].mean()) if present.any() else 0.0


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


def _counts(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return by class how many texts are rightly predicted to have it, how many are predicted to, and how many have."""
    if confusion.ndim == 3:
        return confusion[:, 1, 1].astype(np.float64), confusion[:, :, 1].sum(axis=1), confusion[:, 1].sum(axis=1)
    return np.diag(confusion).astype(np.float64), confusion.sum(axis=0), confusion.sum(axis=1)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
