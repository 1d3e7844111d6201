"""Limits: so many labels, or so many cycles, and no more."""

from typing import Annotated

from pydantic import Field

from al_core.stopping.base import rule


@rule(source="common practice")
def budget(paid: tuple[int, ...], *, labels: Annotated[int, Field(ge=1)] = 500) -> str | None:
    """Stop when so many labels are paid for, those of the audit set included.

    Parameters: labels : how many; a query that goes beyond is not cut
    >>> budget((25, 50, 75), labels=60)
    '75 labels are paid for, of 60'
    """
    return f"{paid[-1]} labels are paid for, of {labels}" if paid[-1] >= labels else None


@rule(source="common practice")
def cycles(paid: tuple[int, ...], *, count: Annotated[int, Field(ge=1)] = 20) -> str | None:
    """Stop after so many queries; the model of the seed set is cycle 0 and not counted.

    >>> cycles((25, 50), count=2), cycles((25, 50, 75), count=2)
    (None, '2 cycles are done, of 2')
    """
    done = len(paid) - 1
    return f"{done} cycles are done, of {count}" if done >= count else None
