"""Stopping rules: when to ask for no more labels."""

from al_core.stopping import audit, combinations, confidence, limits, stability  # noqa: F401  (they register theirs)
from al_core.stopping.base import NEEDS, RULES, Reading, Rule, reason_to_stop, stops_at
from al_core.stopping.expression import rule_of

__all__ = ["NEEDS", "RULES", "Reading", "Rule", "reason_to_stop", "rule_of", "stops_at"]
