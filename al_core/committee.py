"""A committee: several models of the same labels, whose disagreement tells which label would teach most.

Abe & Mamitsuka (1998), Query Learning Strategies Using Boosting and Bagging, for members by bootstrap.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from al_core.classifiers import Context, Model, classifier_of
from al_core.config import ClassifierConfig, CommitteeConfig
from al_core.seeding import stream


def size(committee: CommitteeConfig) -> int:
    """Return how many members there are."""
    return len(committee.classifiers) if committee.by == "classifiers" else committee.members


def member(
    number: int,
    features: Any,
    codes: np.ndarray,
    config: ClassifierConfig,
    committee: CommitteeConfig,
    context: Context,
) -> Model:
    """Train one member of a committee on the labelled texts; it is not calibrated.

    Parameters: number : which, from 0
                features : of the labelled texts
                codes : (l,) their classes
                config : of the classifier whose place it takes
    """
    if committee.by == "classifiers":
        other = config.model_copy(update={"name": committee.classifiers[number]})
        return classifier_of(other.name)(features, codes, other, context)
    rng = stream(context.seed, "committee", number, len(codes))
    if committee.by == "bootstrap":
        drawn = np.sort(rng.choice(len(codes), len(codes)))
        features, codes = features[drawn], codes[drawn]
    return classifier_of(config.name)(features, codes, config, replace(context, seed=int(rng.integers(2**31))))
