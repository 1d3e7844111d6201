"""What a classifier is, and the registry of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from al_core.config import ClassifierConfig

if TYPE_CHECKING:
    from al_core.classifiers.linear import LinearModel

Classifier = Callable[[csr_matrix, np.ndarray, ClassifierConfig], "LinearModel"]
"""A classifier takes features (n, f), class codes (n,) and its settings, and returns the fitted model."""

CLASSIFIERS: dict[str, Classifier] = {}

_C = TypeVar("_C", bound=Classifier)


def classifier(name: str) -> Callable[[_C], _C]:
    """Register a classifier under a name."""

    def register(function: _C) -> _C:
        CLASSIFIERS[name] = function
        return function

    return register
