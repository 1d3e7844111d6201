"""A classifier of your own: its estimator fitted on whatever the features are, and kept without pickling."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from al_core.blas import one_blas_thread
from al_core.calibration import soften
from al_core.classifiers.base import ALONE, CLASSIFIERS, Classifier, Context
from al_core.config import ClassifierConfig
from al_core.errors import ConfigError, DataError
from al_core.estimators import maker_of
from al_core.export import skops_file, trusted
from al_core.features import Joined


@dataclass(frozen=True)
class EstimatorModel:
    """A fitted estimator.

    Parameters: classes : (c,) codes of the classes it has seen, ascending
                estimator : fitted on their positions; None if there was one class only, which is then certain; where a
                    text can have several classes, a list with one a class, of no and yes
                temperature : what the logits are divided by
                multilabel : whether a text can have several classes
    """

    classes: np.ndarray
    estimator: Any = field(repr=False)
    temperature: float = 1.0
    multilabel: bool = False

    def predict_proba(self, features: csr_matrix | Joined, n_classes: int) -> np.ndarray:
        """Return each text's class probabilities; a class that was not seen in training has 0.

        Parameters: features : (n, f)
        Returns:    (n, n_classes) float64, rows sum to 1, unless a text can have several classes
        Raises:     ConfigError if the estimator gives what are no probabilities
        """
        proba = np.zeros((features.shape[0], n_classes))
        if len(proba) and len(self.classes):
            seen = self._of_seen_classes(matrix(features))
            proba[:, self.classes] = seen if self.multilabel else soften(seen, self.temperature)
        return proba

    def _of_seen_classes(self, features: csr_matrix | np.ndarray) -> np.ndarray:
        if self.estimator is None:
            return np.ones((features.shape[0], 1))
        if self.multilabel:
            return np.column_stack([_proba(one, features, 2)[:, 1] for one in self.estimator])
        return _proba(self.estimator, features, len(self.classes))

    def softened(self, temperature: float) -> "EstimatorModel":
        """Return the same model with its logits divided by the temperature."""
        return replace(self, temperature=self.temperature * temperature)

    def to_table(self) -> pa.Table:
        """Return the model as a table of one row: the estimator as skops writes it, null if it would not read it."""
        kept = None if self.estimator is None else skops_file.dumped(self.estimator)
        about = {"classes": " ".join(map(str, self.classes)), "temperature": repr(self.temperature)}
        about |= {"multilabel": str(self.multilabel)}
        return pa.table({"estimator": pa.array([kept], pa.large_binary())}).replace_schema_metadata(about)

    @classmethod
    def from_table(cls, table: pa.Table, like: str | None = None) -> "EstimatorModel | None":
        """Return the model that `to_table` wrote; None if its estimator was not kept, or cannot be read here.

        Parameters: like : the classifier that made it; what its estimators are made of may be in the table
        """
        classes = np.array(table.schema.metadata[b"classes"].split(), dtype=np.int64)
        temperature, kept = float(table.schema.metadata[b"temperature"]), table["estimator"][0].as_py()
        multilabel = table.schema.metadata[b"multilabel"] == b"True"
        if len(classes) == 1 and not multilabel:
            return cls(classes, None, temperature)
        try:
            also = trusted.packages(maker_of(like).make(0)) if like else ()
            return None if kept is None else cls(classes, skops_file.loaded(kept, also=also), temperature, multilabel)
        except DataError:  # by another version of skops, perhaps
            return None


def classifier_of(name: str) -> Classifier:
    """Return the classifier of a name: one of ours, or what makes one of the user's own."""
    return CLASSIFIERS.get(name, own)


def own(
    features: csr_matrix | Joined, codes: np.ndarray, config: ClassifierConfig, context: Context = ALONE
) -> EstimatorModel:
    """Fit the estimator that the user's function makes, on positions of the classes that occur."""
    maker = maker_of(config.name)
    if codes.ndim == 2:
        return _one_against_rest(matrix(features), codes, lambda: maker.make(context.seed))
    classes, local = np.unique(codes, return_inverse=True)
    if len(classes) == 1:
        return EstimatorModel(classes, None)
    with one_thread():
        estimator = maker.make(context.seed)
        estimator.fit(matrix(features), local)
    return EstimatorModel(classes, estimator)


def _one_against_rest(features: csr_matrix | np.ndarray, codes: np.ndarray, make: Callable[[], Any]) -> EstimatorModel:
    """Fit an estimator for each class that some text has; one that all have is certain."""
    from sklearn.dummy import DummyClassifier

    classes, fitted = np.flatnonzero(codes.any(axis=0)), []
    for has in codes.T[classes]:
        certain = has.all()
        estimator = DummyClassifier(strategy="constant", constant=1) if certain else make()
        with one_thread():
            estimator.fit(*(([[0], [0]], [0, 1]) if certain else (features, has)))
        fitted.append(estimator)
    return EstimatorModel(classes, fitted, multilabel=True)


def _proba(estimator: Any, features: csr_matrix | np.ndarray, n_classes: int) -> np.ndarray:
    with one_thread():
        found = np.asarray(estimator.predict_proba(features), dtype=np.float64)
    return checked(found, (features.shape[0], n_classes), type(estimator).__name__)


def matrix(features: csr_matrix | Joined) -> csr_matrix | np.ndarray:
    """Return features as an estimator reads them: dense if they are embeddings alone, otherwise sparse.

    >>> matrix(Joined.alone(np.ones((2, 3), np.float32))).dtype
    dtype('float64')
    """
    if not isinstance(features, Joined):
        return features
    return features.csr() if features.sparse.shape[1] else features.dense.astype(np.float64)


def checked(proba: np.ndarray, shape: tuple[int, int], name: str) -> np.ndarray:
    """Return probabilities that sum to 1 in each row as nearly as float64 can; those of float32 do so less nearly.

    Raises:     ConfigError if they are none
    >>> checked(np.array([[0.5, 0.6]]), (1, 2), "Forest")
    Traceback (most recent call last):
    al_core.errors.ConfigError: Forest.predict_proba: probabilities have to sum to 1 in each row; row 0 is [0.5, 0.6]
    """
    if proba.shape != shape:
        raise ConfigError(f"{name}.predict_proba gave an array of shape {proba.shape} for {shape[0]} texts and "
                          f"{shape[1]} classes")  # fmt: skip
    sums = proba.sum(axis=1, keepdims=True)
    wrong = ~((proba >= 0).all(axis=1) & (np.abs(sums[:, 0] - 1) < 1e-4))
    if wrong.any():
        row = int(wrong.argmax())
        raise ConfigError(
            f"{name}.predict_proba: probabilities have to sum to 1 in each row; row {row} is {proba[row].tolist()}"
        )
    return proba / sums


@contextmanager
def one_thread() -> Iterator[None]:
    """Let scikit-learn compute in one order, so that sums come out the same on any machine."""
    from threadpoolctl import threadpool_limits

    one_blas_thread()
    with threadpool_limits(1, user_api="openmp"):
        yield
