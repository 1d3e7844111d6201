"""Marks: where rules would have stopped an experiment that went on."""

from collections.abc import Sequence
from typing import Any

from al_core.metrics import Metrics
from al_core.stopping.base import NEEDS, Reading, stops_at
from al_core.stopping.expression import rule_of


def needs_of(rules: Sequence[str]) -> tuple[str, ...]:
    """Return what any of the rules looks at; beside the audit set's probabilities its classes, which say what they are.

    >>> needs_of(["kappa_average", "budget(labels=100)"])
    ('stop_proba',)
    """
    needed = frozenset().union(*(rule_of(name).needs for name in rules))
    needed |= {"audit_codes"} if "audit_proba" in needed else set()
    return tuple(need for need in NEEDS if need in needed)


def marks(rules: Sequence[str], history: Sequence[Reading], metrics: Sequence[Metrics]) -> list[dict[str, Any]]:
    """Return a row a rule: the cycle at which it would have stopped, what that cost and reached, and why.

    `labels` are those that the model was trained on; `paid` has the audit set's too. All but the rule are None where
    it would have gone on.
    """
    rows = []
    for name in rules:
        cycle, why = _asked(name, history)
        row: dict[str, Any] = {"rule": name, "cycle": cycle, "labels": None, "paid": None, "macro_f1": None, "why": why}
        if cycle is not None:
            reached = metrics[cycle]
            row |= {"labels": reached.labels, "paid": history[cycle].paid, "macro_f1": reached.macro_f1}
        rows.append(row)
    return rows


def _asked(name: str, history: Sequence[Reading]) -> tuple[int | None, str | None]:
    """Return at which cycle a rule stops, and why; a rule that fails costs its own row only."""
    try:
        return stops_at(rule_of(name), history) or (None, None)
    except Exception as error:
        return None, f"it failed: {type(error).__name__}: {error}"
