"""Audits: what the model reaches on a labelled random sample that is not trained on.

[clopper1934] Clopper & Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
    Biometrika 1934.
[prechelt1998] Prechelt, Early stopping - but when?, in Neural Networks: Tricks of the Trade, 1998.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy.special import betaincinv

from al_core.metrics import confusion_of, macro_f1
from al_core.metrics import right as is_right
from al_core.stopping.base import rule

Metric = Literal["accuracy", "macro_f1"]
Share = Annotated[float, Field(gt=0, le=1)]


@rule(source="common practice")
def target(
    audit_proba: tuple[np.ndarray, ...],
    audit_codes: tuple[np.ndarray, ...],
    *,
    metric: Metric = "macro_f1",
    value: Share = 0.9,
) -> str | None:
    """Stop when a metric on the audit set is reached, whatever chance has to do with it.

    Parameters: audit_proba : (a, c) float each, rows sum to 1
                audit_codes : (a,) their classes
    >>> target((np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]),), (np.array([0, 1, 1]),), metric="accuracy", value=0.6)
    'accuracy on the 3 texts of the audit set was 0.6667, at or above 0.6'
    """
    reached = _metric(metric, audit_proba[-1], audit_codes[-1])
    if reached < value:
        return None
    return f"{metric} on the {len(audit_codes[-1])} texts of the audit set was {reached:.4g}, at or above {value:g}"


@rule(source="Clopper & Pearson 1934")
def sure_accuracy(
    audit_proba: tuple[np.ndarray, ...],
    audit_codes: tuple[np.ndarray, ...],
    *,
    value: Annotated[float, Field(gt=0, lt=1)] = 0.9,
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95,
) -> str | None:
    """Stop when accuracy is above a value with confidence: the lower end of its one-sided interval from the audit set.

    The interval is exact for one look at the audit set. Looking anew each cycle, one is wrong more often.

    Parameters: audit_proba : (a, c) float each, rows sum to 1
                audit_codes : (a,) their classes
    References: [clopper1934]
    >>> right = np.tile([1.0, 0.0], (29, 1))
    >>> sure_accuracy((right,), (np.zeros(29, int),))  # 0.05 to the power of 1 / 29
    'accuracy is above 0.9019 with 0.95 confidence, 29 of 29 texts of the audit set being right; that is above 0.9'
    >>> sure_accuracy((right[:28],), (np.zeros(28, int),)) is None  # 0.05 to the power of 1 / 28 is 0.8985
    True
    """
    right, n = int(is_right(audit_proba[-1], audit_codes[-1]).sum()), len(audit_codes[-1])
    lower = float(betaincinv(right, n - right + 1, 1 - confidence)) if right else 0.0
    if lower <= value:
        return None
    return (
        f"accuracy is above {lower:.4g} with {confidence:g} confidence, {right} of {n} texts of the audit set being "
        f"right; that is above {value:g}"
    )


@rule(source="Prechelt 1998, for epochs")
def plateau(
    audit_proba: tuple[np.ndarray, ...],
    audit_codes: tuple[np.ndarray, ...],
    *,
    metric: Metric = "macro_f1",
    by: Annotated[float, Field(ge=0, lt=1)] = 0.01,
    cycles: Annotated[int, Field(ge=1)] = 5,
) -> str | None:
    """Stop when the best of the last cycles on the audit set is hardly better than the best before them.

    Parameters: audit_proba : (a, c) float each, rows sum to 1
                audit_codes : (a,) their classes
                by : a rise of no more than this does not count
                cycles : how many
    References: [prechelt1998]
    >>> wrong, right = np.array([[0.1, 0.9]]), np.array([[0.9, 0.1]])
    >>> plateau((wrong, right), (np.array([0]),) * 2, cycles=1) is None
    True
    >>> plateau((wrong, right, right), (np.array([0]),) * 3, cycles=1)
    'macro_f1 on the audit set was 1 at best in the last 1 cycles, and 1 before; a rise of no more than 0.01'
    """
    if len(audit_proba) <= cycles:
        return None
    reached = [_metric(metric, proba, codes) for proba, codes in zip(audit_proba, audit_codes, strict=True)]
    before, since = max(reached[:-cycles]), max(reached[-cycles:])
    if since - before > by:
        return None
    return (
        f"{metric} on the audit set was {since:.4g} at best in the last {cycles} cycles, and {before:.4g} before; "
        f"a rise of no more than {by:g}"
    )


def _metric(metric: Metric, proba: np.ndarray, codes: np.ndarray) -> float:
    return macro_f1(confusion_of(proba, codes)) if metric == "macro_f1" else float(is_right(proba, codes).mean())
