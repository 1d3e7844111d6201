"""Classifiers: from features of labelled texts to probabilities."""

from al_core.classifiers.base import CLASSIFIERS, Classifier, Context, Model
from al_core.classifiers.linear import LinearModel
from al_core.classifiers.own import EstimatorModel, classifier_of
from al_core.classifiers.transformer import TransformerModel
from al_core.classifiers.untrained import Untrained

__all__ = [
    "CLASSIFIERS",
    "Classifier",
    "Context",
    "EstimatorModel",
    "LinearModel",
    "Model",
    "TransformerModel",
    "Untrained",
    "classifier_of",
]
