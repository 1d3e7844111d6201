"""Make a run ready to be retried: it has to have ended, and nobody may report so later."""

from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

import click

from al_core.errors import ConfigError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

SECOND_REPORT = 10.0
"""Seconds within which a worker of Prefect's own reports a death again, when the hooks for that are done."""


def make_ready(client: "SyncPrefectClient", run: "FlowRun", dead: bool) -> None:
    """Set the run to be retried; one whose process is gone is marked as crashed first.

    Raises:     ConfigError if it has not ended
    """
    from prefect.states import AwaitingRetry

    assert run.state is not None
    waits_for_nobody = run.state.is_scheduled() and not run.deployment_id  # as an earlier retry left it
    if not run.state.is_final() and not waits_for_nobody:
        _check_dead(client, run, dead)
        run = _reported(client, run) or _mark(client, run)
    _wait_for_second_report(run)
    client.set_flow_run_state(run.id, AwaitingRetry(message="`alflow retry`"), force=True)


def _check_dead(client: "SyncPrefectClient", run: "FlowRun", dead: bool) -> None:
    """Refuse a run whose process lives, or may, as far as is known here and unless somebody says that it is dead."""
    from flows.serving.lives import run_lives

    assert run.state is not None
    alive = None if run.state.is_scheduled() else run_lives(client, run)
    if alive or (alive is None and not dead):
        raise ConfigError(f"{run.name!r} is {run.state.name}{_way_out(run, alive)}")


def _way_out(run: "FlowRun", alive: bool | None) -> str:
    """Say in which process a run is that has not ended, and what to do."""
    from flows.serving.lives import pid_of, process_of

    assert run.state is not None
    if run.state.is_scheduled():
        return "; a worker will run it, and `alflow up` starts one"
    process = process_of(run)
    if alive and process:
        number = pid_of(process)
        return f", in process {number} of this machine; wait for its end, or end it: `kill {number}`"
    if alive:
        return "; wait for its end"
    where = f"is one of the machine {process.split()[0]}" if process else "cannot be seen from here"
    return f", and its process {where}; wait for its end, or say `--dead` if you know that it is gone"


def _reported(client: "SyncPrefectClient", run: "FlowRun") -> "FlowRun | None":
    """Wait until the worker, if it may live, has reported a death: a report after the retry would end that."""
    for _ in range(2 * _patience(run)):
        sleep(0.5)
        now = client.read_flow_run(run.id)
        if now.state and now.state.is_final():
            return now
    return None


def _patience(run: "FlowRun") -> int:
    """Return how many seconds the report of a death may take."""
    from flows.serving.lives import lives, worker_of

    if "prefect.worker.name" not in run.labels:
        return 0
    ours = worker_of(run)
    return 10 if ours is None else 30 if lives(ours) else 0


def _mark(client: "SyncPrefectClient", run: "FlowRun") -> "FlowRun":
    """Mark a run that died, and its cycles, as crashed."""
    from flows.child import end_children
    from flows.cycle import run_cycle
    from flows.serving.crashed import end_one

    assert run.state is not None
    click.echo(f"{run.name!r} is {run.state.name}, and its process is gone: it is marked as Crashed")
    ended = end_one(client, run, "Its process is gone, says `alflow retry`")
    if ended is None:
        raise ConfigError(f"{run.name!r} has changed meanwhile; say it again")
    assert ended.state is not None
    end_children(run_cycle, ended, ended.state)
    return ended.model_copy(update={"labels": {}})  # nobody else reports it


def _wait_for_second_report(run: "FlowRun") -> None:
    """Wait for what a worker of Prefect's own says again of a process that died, which would end a retry."""
    from flows.serving.lives import worker_of

    assert run.state is not None
    by_worker = "prefect.worker.name" in run.labels and worker_of(run) is None
    ago = (datetime.now(UTC) - run.state.timestamp).total_seconds()
    if by_worker and run.state.is_crashed() and ago < SECOND_REPORT:
        click.echo("It crashed just now: waiting until its worker has done reporting that")
        sleep(SECOND_REPORT - ago)
