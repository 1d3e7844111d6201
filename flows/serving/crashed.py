"""Runs whose process is gone: mark them as ended, so that they can be retried and hold no place of others."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.pages import all_pages
from flows.serving.deployments import POOL
from flows.serving.lives import lives, mark_in, run_lives, worker_of

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

TAKING_ON = timedelta(seconds=60)
"""How long after a run has become Pending nothing is believed of it that its labels say."""


REPORTED_WITHIN = 60.0
"""Seconds that a worker has to report the end of a run, from when it was first seen here."""

Attempt = tuple[UUID, int]
Seen = dict[Attempt, float]
"""Attempts at runs that have ended without a word from their worker, and when that was first seen."""


def end_dead(
    client: "SyncPrefectClient", who: str, seen: Seen | None = None
) -> tuple[list["FlowRun"], list["FlowRun"]]:
    """Mark the unfinished experiments and cycles whose process is gone as Crashed, or Cancelled if they were to be.

    The places that they held in a concurrency limit are free then.

    Parameters: who : found that it is gone
                seen : grows by those that their worker is left to report, for a while
    Returns:    those that were marked, and those of which it cannot be known here
    """
    marked, unknown = [], []
    alone, seen = not workers_that_may_live(client), {} if seen is None else seen
    for run in unfinished(client):
        alive = run_lives(client, run)
        if not alone and _being_taken_on(run):
            continue
        if alive is False and _watched(run):
            first = seen.setdefault(attempt_at(run), monotonic())
            if monotonic() - first < REPORTED_WITHIN:
                continue
        if alive is False or (alive is None and alone and _never_began(run)):
            ended = end_one(client, run, f"Its process is gone, found {who}")
            marked += [ended] if ended else []
        elif alive is None:
            unknown.append(run)
    return marked, unknown


def attempt_at(run: "FlowRun") -> Attempt:
    """Return which attempt at which run it is in: a retry dies a death of its own."""
    return run.id, run.run_count


def end_one(client: "SyncPrefectClient", run: "FlowRun", why: str) -> "FlowRun | None":
    """Mark a run, and the tasks that it was in, as Crashed; as Cancelled if that was asked for.

    Returns:    the run as it is then; None if it has ended, begun anew or been deleted since it was looked at
    """
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Cancelled, Crashed

    try:
        now = client.read_flow_run(run.id)
    except ObjectNotFound:
        return None
    if now.state is None or now.state.is_final() or now.run_count != run.run_count:
        return None
    state: Any = (Cancelled if now.state.is_cancelling() else Crashed)(message=why)
    _set_state(client, now, state)
    end_tasks(client, now, why, state.timestamp)
    return now.model_copy(update={"state": state})


def _set_state(client: "SyncPrefectClient", run: "FlowRun", state: Any) -> None:
    """Set a state. Prefect fails if the run holds a place in a limit that was removed: so that is given up first."""
    from prefect.exceptions import PrefectHTTPStatusError

    try:
        client.set_flow_run_state(run.id, state, force=True)
    except PrefectHTTPStatusError:
        lease = run.state and run.state.state_details.deployment_concurrency_lease_id
        if not lease:
            raise
        client.release_concurrency_slots_with_lease(lease)
        client.set_flow_run_state(run.id, state, force=True)


def unfinished(client: "SyncPrefectClient") -> list["FlowRun"]:
    """Return the runs of experiments, and then those of cycles, that are to be in a process right now."""
    from prefect.client.schemas import filters

    states = filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=_going_on()))
    return [
        run
        for name in ("experiment", "cycle")
        for run in all_pages(
            client.read_flow_runs,
            flow_filter=filters.FlowFilter(name=filters.FlowFilterName(any_=[name])),
            flow_run_filter=filters.FlowRunFilter(state=states),
        )
    ]


def _going_on() -> list[Any]:
    from prefect.client.schemas.objects import StateType

    return [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def end_tasks(client: "SyncPrefectClient", run: "FlowRun", why: str, since: datetime) -> None:
    """Mark the tasks that a run was in when it died as Crashed; what has begun since is a retry's."""
    from prefect.client.schemas import filters
    from prefect.states import Crashed

    states = filters.TaskRunFilterState(type=filters.TaskRunFilterStateType(any_=_going_on()))
    for task in all_pages(
        client.read_task_runs,
        flow_run_filter=filters.FlowRunFilter(id=filters.FlowRunFilterId(any_=[run.id])),
        task_run_filter=filters.TaskRunFilter(state=states),
    ):
        if task.state and task.state.timestamp <= since:
            client.set_task_run_state(task.id, Crashed(message=why), force=True)


def _being_taken_on(run: "FlowRun") -> bool:
    """Return whether a worker may be about to say that it has the run: until then its labels are of the time before."""
    assert run.state is not None
    return run.state.is_pending() and datetime.now(UTC) - run.state.timestamp < TAKING_ON


def _watched(run: "FlowRun") -> bool:
    """Return whether there is a worker that reports the end of the run."""
    worker = worker_of(run)
    return worker is not None and bool(lives(worker))


def _never_began(run: "FlowRun") -> bool:
    """Return whether a worker of the pool took a run on, and has not got as far as to say which."""
    assert run.state is not None
    return run.state.is_pending() and run.work_pool_name == POOL and "prefect.worker.name" not in run.labels


def workers_that_may_live(client: "SyncPrefectClient") -> list[str]:
    """Return the pool's workers that may live, apart from those of which it is known that they do not."""
    online = [worker.name for worker in client.read_workers_for_work_pool(POOL) if worker.status == "ONLINE"]
    return [name for name in online if (mark := mark_in(name)) is None or lives(mark) is not False]
