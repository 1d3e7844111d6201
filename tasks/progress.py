"""Progress in Prefect's pages: artifacts that say how many cycles or epochs are done."""

import logging
from contextlib import AbstractContextManager
from threading import get_ident
from time import monotonic
from typing import Any

from prefect.artifacts import create_progress_artifact
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.context import SyncClientContext, TaskRunContext
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from al_core.training import progress as _epochs
from tasks.ended import listening

AT_MOST_EVERY = 5.0
"""Seconds between two changes of the artifact."""


class Artifact(logging.Handler):
    """Shows in Prefect's page of the running flow how many cycles are done.

    Parameters: cycles : how many there are in all
    """

    def __init__(self, cycles: int) -> None:
        super().__init__()
        self.cycles, self.done, self.told = cycles, 0, monotonic()
        self.artifact: Any = create_progress_artifact(0.0, "progress", f"0 of {cycles} cycles are done")

    def emit(self, record: logging.LogRecord) -> None:
        """Count one more cycle, and say so now and then."""
        self.done += 1
        if monotonic() - self.told >= AT_MOST_EVERY:
            self.say()

    def say(self) -> None:
        """Show how many are done by now."""
        self.told = monotonic()
        _show(self.artifact, "progress", self.done / self.cycles, f"{self.done} of {self.cycles} cycles are done")


def epochs_shown() -> AbstractContextManager[None]:
    """Show in Prefect's page of the running task how many epochs of its training are done."""
    return listening(_epochs, _Epochs())


class _Epochs(logging.Handler):
    """An artifact that says how far the training in this thread is; there is none where there are no epochs."""

    def __init__(self) -> None:
        super().__init__()
        self.thread, self.artifact, self.told = get_ident(), None, monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one more epoch, now and then."""
        epoch, epochs = record.__dict__["epoch"], record.__dict__["epochs"]
        late = monotonic() - self.told >= AT_MOST_EVERY
        if record.thread != self.thread or not TaskRunContext.get() or not (late or epoch.epoch == epochs):
            return
        self.told = monotonic()
        about = f"epoch {epoch.epoch} of {epochs}, train loss {epoch.train_loss:.3f}"
        self.artifact = _show(self.artifact, "training", epoch.epoch / epochs, about)


def _show(artifact: Any, key: str, share: float, about: str) -> Any:
    """Change an artifact, or make it; return it. A server that does not answer is not waited for: it stops nothing."""
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
        try:
            if artifact is None:
                return create_progress_artifact(100 * share, key, about)
            with SyncClientContext.get_or_create() as clients:
                clients.client.update_artifact(artifact, ArtifactUpdate(data=100 * share, description=about))
        except Exception as error:
            logging.getLogger("alflow").debug("the progress cannot be shown: %s", error)
    return artifact
