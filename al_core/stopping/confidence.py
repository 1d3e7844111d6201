"""Confidence: the model is sure of what is unlabelled, or right about what was asked for.

[zhu2007] Zhu & Hovy, Active learning for word sense disambiguation with methods for addressing the class imbalance
    problem, EMNLP-CoNLL 2007.
[zhu2008a] Zhu, Wang & Hovy, Learning a stopping criterion for active learning for word sense disambiguation and text
    classification, IJCNLP 2008.
[zhu2008] Zhu, Wang & Hovy, Multi-criteria-based strategy to stop active learning for data annotation, COLING 2008.
[zhu2010] Zhu, Wang, Hovy & Ma, Confidence-based stopping criteria for active learning for data annotation, ACM
    Transactions on Speech and Language Processing 2010.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.stopping.base import rule
from al_core.strategies.uncertainty import entropy, least_confidence

Below = Annotated[float, Field(gt=0)]


@rule(source="Zhu, Wang & Hovy 2008; Zhu et al. 2010")
def overall_uncertainty(stop_proba: tuple[np.ndarray, ...], *, below: Below = 0.01) -> str | None:
    """Stop when the mean entropy of the stop set is small.

    Parameters: stop_proba : (s, c) float each, rows sum to 1
                below : in nats, whatever the number of classes
    References: [zhu2008], [zhu2010]
    >>> overall_uncertainty((np.array([[0.5, 0.5], [1.0, 0.0]]),), below=0.35)  # half of ln 2
    'the mean entropy of 2 predictions was 0.3466, below 0.35'
    """
    mean = float(entropy(stop_proba[-1]).mean())
    return (
        f"the mean entropy of {len(stop_proba[-1])} predictions was {_plain(mean)}, below {below:g}"
        if mean < below
        else None
    )


@rule(source="Zhu, Wang & Hovy 2008a; Zhu et al. 2010")
def expected_error(stop_proba: tuple[np.ndarray, ...], *, below: Below = 0.01) -> str | None:
    """Stop when the model expects few errors of itself on the stop set: one less the likeliest class's probability.

    Parameters: stop_proba : (s, c) float each, rows sum to 1
                below : share of the texts
    References: [zhu2008a], [zhu2010]
    >>> expected_error((np.array([[0.75, 0.25], [1.0, 0.0]]),), below=0.2)
    'the expected error of 2 predictions was 0.125, below 0.2'
    """
    mean = float(least_confidence(stop_proba[-1]).mean())
    return (
        f"the expected error of {len(stop_proba[-1])} predictions was {_plain(mean)}, below {below:g}"
        if mean < below
        else None
    )


@rule(source="Zhu & Hovy 2007; Zhu et al. 2010")
def max_uncertainty(asked_proba: tuple[np.ndarray, ...], *, below: Below = 0.001) -> str | None:
    """Stop when the model was sure of each text that the last labelled query asked for; for strategies of uncertainty.

    Parameters: asked_proba : (q, c) float each, rows sum to 1; one a cycle but the last
                below : in nats, of the largest entropy
    References: [zhu2007] (as max-confidence), [zhu2010]
    >>> max_uncertainty((np.array([[1.0, 0.0], [0.5, 0.5]]),), below=0.7)
    'the largest entropy of the 2 predictions for texts asked for was 0.6931, below 0.7'
    """
    if not asked_proba:
        return None
    most = float(entropy(asked_proba[-1]).max())
    q = len(asked_proba[-1])
    return (
        f"the largest entropy of the {q} predictions for texts asked for was {_plain(most)}, below {below:g}"
        if most < below
        else None
    )


@rule(source="Zhu & Hovy 2007; Zhu et al. 2010")
def selected_accuracy(
    asked_proba: tuple[np.ndarray, ...],
    asked_codes: tuple[np.ndarray, ...],
    *,
    at_least: Annotated[float, Field(gt=0, le=1)] = 0.9,
) -> str | None:
    """Stop when the model was right about the texts of the last labelled query, before it learned their labels.

    Parameters: asked_proba : (q, c) float each, rows sum to 1; one a cycle but the last
                asked_codes : (q,) classes they turned out to have
                at_least : share of them
    References: [zhu2007] (as min-error), [zhu2010]
    >>> selected_accuracy((np.array([[0.6, 0.4], [0.3, 0.7]]),), (np.array([0, 1]),))
    'of the 2 predictions for the last texts asked for, 2 were right, at or above 0.9 of them'
    """
    if not asked_proba:
        return None
    right, q = int((asked_proba[-1].argmax(axis=1) == asked_codes[-1]).sum()), len(asked_codes[-1])
    if right / q < at_least:
        return None
    return f"of the {q} predictions for the last texts asked for, {right} were right, at or above {at_least:g} of them"


def _plain(value: float) -> str:
    """Write a number that is not negative; a sum of zeros may be -0.

    >>> _plain(-0.0)
    '0'
    """
    return f"{max(value, 0.0) + 0.0:.4g}"
