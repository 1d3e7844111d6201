"""Combinations: rules of rules, which get the answers of those inside them."""

from al_core.stopping.base import rule


@rule(source="common practice", name="any")
def any_of(*reasons: str | None) -> str | None:
    """Stop when at least one of the rules does.

    >>> any_of(None, "50 labels are paid for, of 50", None)
    '50 labels are paid for, of 50'
    """
    given = [reason for reason in reasons if reason is not None]
    return "; ".join(given) if given else None


@rule(source="common practice", name="all")
def all_of(*reasons: str | None) -> str | None:
    """Stop when all of the rules do, in the same cycle.

    >>> all_of("50 labels are paid for, of 50", None) is None
    True
    >>> all_of("50 labels are paid for, of 50", "2 cycles are done, of 2")
    '50 labels are paid for, of 50; and 2 cycles are done, of 2'
    """
    given = [reason for reason in reasons if reason is not None]
    return "; and ".join(given) if len(given) == len(reasons) else None
