"""The ceiling: whether to train a model of all labels, to see how near one comes with few."""

from al_core.config import ExperimentConfig
from al_core.estimators import CLASSIFIER_NAMES

CHEAP = 20_000
"""Texts up to which a model of all labels takes seconds, if it is one of ours and no encoder is fine-tuned."""


def is_wanted(config: ExperimentConfig, texts: int) -> bool:
    """Say whether an experiment is to have one: if it was asked for, or is cheap and was not forbidden.

    >>> is_wanted(ExperimentConfig(), 1_000), is_wanted(ExperimentConfig(), 10**6)
    (True, False)
    """
    cheap = config.classifier.name in CLASSIFIER_NAMES and config.classifier.name != "transformer" and texts <= CHEAP
    return config.ceiling == "yes" or (config.ceiling == "auto" and cheap)
