"""Which process runs a flow run, and whether it lives: a mark, such as `host-1f2e3d4c 4711 99812`, kept as a label."""

import os
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

PROCESS, ATTEMPT = "alflow.process", "alflow.attempt"
"""The labels of a flow run: the process that it is in, and which attempt at it that was."""

WORKER = "alflow "
"""What the names of workers of `alflow up` begin with; their mark follows."""


def this_process() -> str:
    """Return the mark of this process: its machine, its id, and when it started, since ids are used again."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def lives(mark: str) -> bool | None:
    """Return whether a process lives; None if it is one of another machine."""
    machine, pid, started = mark.split()
    return _started(int(pid)) == int(started) if machine == _machine() else None


def pid_of(mark: str) -> int:
    """Return the id of a process."""
    return int(mark.split()[1])


def write_mark() -> None:
    """Record that the flow run which is going on does so in this process."""
    from prefect.context import FlowRunContext, SyncClientContext

    context = FlowRunContext.get()
    assert context is not None, "only a flow run has a mark"
    assert context.flow_run is not None
    labels: dict[str, str | int | float | bool] = {PROCESS: this_process(), ATTEMPT: context.flow_run.run_count}
    with SyncClientContext.get_or_create() as clients:
        clients.client.update_flow_run_labels(context.flow_run.id, labels)


def process_of(run: "FlowRun") -> str | None:
    """Return the mark of the process that a run is in, if it has got as far as to say so in its latest attempt."""
    assert run.state is not None
    if run.state.is_pending() or run.labels.get(ATTEMPT) != run.run_count:
        return None
    return str(run.labels[PROCESS])


def worker_of(run: "FlowRun") -> str | None:
    """Return the mark of the worker of an `alflow up` that a run was last submitted by, if one was."""
    return mark_in(str(run.labels.get("prefect.worker.name", "")))


def mark_in(worker: str) -> str | None:
    """Return the mark in the name of a worker of `alflow up`; None if it is another's.

    >>> mark_in("alflow host-1f2e3d4c 4711 99812"), mark_in("ProcessWorker 0be2c86a")
    ('host-1f2e3d4c 4711 99812', None)
    """
    return worker.removeprefix(WORKER) if worker.startswith(WORKER) and len(worker.split()) == 4 else None


def run_lives(client: "SyncPrefectClient", run: "FlowRun") -> bool | None:
    """Return whether the process of an unfinished run lives; None if it may, for all that is known here.

    A run that has not begun yet lives with its worker, one that runs inside another with that.
    """
    if own := process_of(run):
        return lives(own)
    parent = _parent(client, run)
    if parent and not _ended(parent) and (with_it := run_lives(client, parent)) is not False:
        return with_it
    if worker := worker_of(run):
        return lives(worker)
    return False if parent and "prefect.worker.name" not in run.labels else None


def _parent(client: "SyncPrefectClient", run: "FlowRun") -> "FlowRun | None":
    from prefect.client.schemas import filters

    if run.parent_task_run_id is None:
        return None
    tasks = filters.TaskRunFilter(id=filters.TaskRunFilterId(any_=[run.parent_task_run_id]))
    found = client.read_flow_runs(task_run_filter=tasks, limit=1)
    return found[0] if found else None


def _ended(run: "FlowRun") -> bool:
    return run.state is None or run.state.is_final() or run.state.is_scheduled()


@cache
def _machine() -> str:
    """Return a name that no other machine has, nor a container on this one, and that stays when it starts anew."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text()[:8])
    with suppress(OSError):
        parts.append("".join(filter(str.isdigit, os.readlink("/proc/self/ns/pid"))))
    return "-".join(parts).replace(" ", "-")


def _started(pid: int) -> int | None:
    """Return when a process started, in ticks or milliseconds; None if it does not run.

    On Linux this is read where a clock that is set does not change it.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if sys.platform == "linux":
            return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
        return round(process.create_time() * 1000)
    except (psutil.Error, OSError):
        return None
