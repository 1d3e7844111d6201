"""An interrupted experiment: each pair of strategy and seed stops after its cycle, or after an epoch of a training."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event

from al_core.training import progress as epochs
from tasks.ended import listening

interrupted = Event()
"""Set while an interrupted experiment ends."""


def stop_if_interrupted() -> None:
    """Raise InterruptedError if the experiment is about to end."""
    if interrupted.is_set():
        raise InterruptedError("the experiment was interrupted")


class _Stop(logging.Handler):
    """Stops a training that goes on in an interrupted flow, by raising where it tells of an epoch."""

    def emit(self, record: logging.LogRecord) -> None:
        stop_if_interrupted()


def stopping_trainings() -> AbstractContextManager[None]:
    """Let trainings that go on in other threads stop once the flow is interrupted, also while these are waited for."""
    return listening(epochs, _Stop())


@contextmanager
def told_when_interrupted() -> Iterator[None]:
    """If the flow is interrupted meanwhile, tell what runs side by side to stop, and log none of what fails by that."""
    interrupted.clear()
    runs = logging.getLogger("prefect.task_runs"), logging.getLogger("prefect.flow_runs")
    for log in runs:
        log.setLevel(logging.NOTSET)
    try:
        yield
    except BaseException:
        interrupted.set()
        for log in runs:
            log.setLevel(logging.CRITICAL)  # that what is interrupted fails, with a traceback each, is no news
        raise
