"""The model of no label: it knows nothing, so that all classes are equally likely."""

from typing import Any

import numpy as np
import pyarrow as pa

from al_core.features import Tokens


class Untrained:
    """A model that has seen no label.

    >>> Untrained().predict_proba(np.empty((2, 5)), 4).tolist()
    [[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]]
    """

    def predict_proba(self, features: Any, n_classes: int) -> np.ndarray:
        """Return equal probabilities (n, n_classes); the first is predicted, or none where a text can have none."""
        n = len(features) if isinstance(features, Tokens) else features.shape[0]
        return np.full((n, n_classes), 1 / n_classes)

    def softened(self, temperature: float) -> "Untrained":
        """Return the same model, which no temperature changes."""
        return self

    def to_table(self) -> pa.Table:
        """Return the model as a table, which has no rows: it has no weights."""
        return pa.table({"feature": pa.array([], pa.int32())})
