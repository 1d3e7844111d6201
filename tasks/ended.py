"""Ended: each cycle that ends is told to whoever listens in this process."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.publish import Cycle

_ended = logging.getLogger("alflow.progress")
_ended.setLevel(logging.INFO)
_ended.propagate = False


def advance(cycle: "Cycle", found: bool) -> None:
    """Tell that a cycle has ended, or was in the store; listeners find both as the log record's `cycle` and `found`."""
    _ended.info("cycle", extra={"cycle": cycle, "found": found})


def told_to(listener: logging.Handler) -> AbstractContextManager[None]:
    """Let a log handler hear of each cycle that ends meanwhile."""
    return listening(_ended, listener)


@contextmanager
def listening(log: logging.Logger, listener: logging.Handler) -> Iterator[None]:
    """Let a handler hear meanwhile what a logger is told."""
    log.addHandler(listener)
    try:
        yield
    finally:
        log.removeHandler(listener)
