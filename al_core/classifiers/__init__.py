"""Classifiers: from labelled features to probabilities."""

from al_core.classifiers.base import CLASSIFIERS, Classifier
from al_core.classifiers.linear import LinearModel

__all__ = ["CLASSIFIERS", "Classifier", "LinearModel"]

from al_core.classifiers import linear  # noqa: F401  (registers its classifiers)
