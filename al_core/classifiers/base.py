"""What a classifier is, and the registry of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa

from al_core.config import ClassifierConfig
from al_core.encoders.pinned import Encoder


class Model(Protocol):
    """A fitted classifier."""

    def predict_proba(self, features: Any, n_classes: int, /) -> np.ndarray:
        """Return class probabilities (n, n_classes) from features of its kind; 0 for a class that it has not seen."""

    def softened(self, temperature: float) -> "Model":
        """Return the same model with its logits divided by the temperature."""

    def to_table(self) -> pa.Table:
        """Return the model as a table, or what is to be known of it if its weights are kept apart."""


@dataclass(frozen=True)
class Context:
    """What only some classifiers ask for.

    Parameters: encoder : the one to fine-tune
                seed : of all that is random in training
                test : features and codes of texts to watch the training by; nothing is learned from them
    """

    encoder: Encoder | None = None
    seed: int = 0
    test: tuple[Any, np.ndarray] | None = None


ALONE = Context()

Classifier = Callable[[Any, np.ndarray, ClassifierConfig, Context], Model]
"""A classifier takes features of n texts, class codes (n,), its settings and context, and returns the fitted model."""

CLASSIFIERS: dict[str, Classifier] = {}

_C = TypeVar("_C", bound=Classifier)


def classifier(name: str) -> Callable[[_C], _C]:
    """Register a classifier under a name."""

    def register(function: _C) -> _C:
        CLASSIFIERS[name] = function
        return function

    return register
