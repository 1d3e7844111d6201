"""The process of a worker of `alflow up`: `python -m flows.serving.worker LIMIT`."""

import asyncio
import sys
import warnings
from typing import Any

from prefect.settings import get_current_settings
from prefect.workers.process import ProcessWorker, ProcessWorkerResult

from flows.serving.deployments import POOL
from flows.serving.lives import WORKER, this_process

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that it takes the place of Prefect's own, for pools of processes

    class Worker(ProcessWorker):
        """Prefect's, but it reports the death of a flow's process once.

        Prefect's own does so when the process ends, and again when the hooks for that are done, some seconds later. A
        retry in between was marked as crashed by that.
        """

        async def run(self, *args: Any, **how: Any) -> ProcessWorkerResult:
            """Run a flow run; what became of its process has been reported when this ends."""
            result = await super().run(*args, **how)
            return ProcessWorkerResult(identifier=result.identifier, status_code=0)


def main() -> None:
    """Take on the runs of the pool, until the process is ended; its name says which process that is."""
    settings = get_current_settings().worker
    worker = Worker(
        work_pool_name=POOL,
        name=f"{WORKER}{this_process()}",
        limit=int(sys.argv[1]),
        prefetch_seconds=settings.prefetch_seconds,
        heartbeat_interval_seconds=int(settings.heartbeat_seconds),
        create_pool_if_not_found=False,
    )
    asyncio.run(worker.start())


if __name__ == "__main__":
    main()
