"""Progress: how many cycles are done, as an artifact that grows in Prefect, and to whoever listens in this process."""

import logging
from threading import Lock
from time import monotonic
from typing import Any

from prefect.artifacts import create_progress_artifact
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.context import SyncClientContext

from tasks.publish import Cycle

ended = logging.getLogger("alflow.progress")
"""Gets a record with each cycle that has ended; the command line's progress bar listens."""


class Progress:
    """Counts cycles, whichever thread they end in, and tells Prefect at most once in two seconds.

    Parameters: cycles : how many there are in all
    """

    def __init__(self, cycles: int) -> None:
        self.cycles, self.done = cycles, 0
        self._told, self._lock = monotonic(), Lock()
        self._artifact: Any = create_progress_artifact(0.0, "progress", f"0 of {cycles} cycles are done")

    def advance(self, cycle: Cycle) -> None:
        """Count one more cycle."""
        ended.info("cycle", extra={"cycle": cycle})
        with self._lock:
            self.done += 1
            if self.done < self.cycles and monotonic() - self._told < 2:
                return
            self._told = monotonic()
            self._tell()

    def _tell(self) -> None:
        about = f"{self.done} of {self.cycles} cycles are done"
        with SyncClientContext.get_or_create() as clients:
            clients.client.update_artifact(
                self._artifact, ArtifactUpdate(data=100 * self.done / self.cycles, description=about)
            )
