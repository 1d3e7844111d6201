"""Run work as children of the task that calls them, each with a flow run of its own that can be retried for itself.

Calling a flow inside a flow asks the server more often, opens a new asynchronous client, and makes new runs when the
parent is retried. This uses a client that is there already, takes up the runs of the attempt before, and can do without
a run until the work has failed. docs/decisions/0003, 0005 and 0010 have the measurements and the reasons.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from traceback import format_exception
from typing import Any, TypeVar
from uuid import UUID

import httpx
from prefect import Flow, Task, get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentFlowRunCreate, FlowRunCreate, LogCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun, TaskRunResult
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext, SyncClientContext, TaskRunContext
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Crashed, Failed, Pending, Running, to_state_create

from al_core.errors import AlflowError
from flows.interruption import interrupted
from flows.pages import all_pages
from flows.prefect_sqlite import take_turns
from flows.serving.crashed import end_tasks
from tasks.logs import cause_of

R = TypeVar("R")
ALIVE = [StateType.RUNNING, StateType.PENDING]


class ChildError(RuntimeError):
    """The work of a child has failed.

    Parameters: run : its flow run, where it can be retried; None if it could not be made
    """

    def __init__(self, cause: str, run: FlowRun | None = None) -> None:
        super().__init__(cause)
        self.run = run


@dataclass(frozen=True)
class Child:
    """What a child is the run of: its name and tags, the flow's parameters, and what they come to."""

    name: str
    tags: list[str]
    parameters: dict[str, Any]
    body: Callable[[], Any]


@dataclass(frozen=True)
class Children:
    """The flow runs that a running task can have.

    Parameters: task : the parent
                flow : what they are runs of
    """

    client: SyncPrefectClient
    task: Task[..., Any]
    task_run: TaskRun
    flow: Flow[..., Any]

    def run(self, child: Child) -> Any:
        """Do the work of a child as a run of the flow with its parameters, as a retry of that run by itself would.

        A run of this name that an earlier attempt of the parent left behind is run again.

        Raises:     ChildError if it failed
        """
        run = self._create(child, self.task_run.id)
        if run.state and not run.state.is_pending():
            self.client.set_flow_run_state(run.id, Pending(), force=True)
            run = self.client.read_flow_run(run.id)
        here = run.model_copy(update={"deployment_id": None, "parameters": {}})  # else the engine listens, and calls
        same = Flow(_calling(child.body), name=self.flow.name, validate_parameters=False, persist_result=False)
        try:
            return run_flow(same, flow_run=here)
        except Exception as error:
            raise ChildError(_cause(error), run) from error

    def call(self, child: Child) -> Any:
        """Do the work of a child as part of the parent; only if it fails does it have a run, in which to retry it.

        Raises:     ChildError if it failed
        """
        try:
            return child.body()
        except Exception as error:
            run = None if interrupted.is_set() else self._failed(child, error)
            raise ChildError(_cause(error), run) from error

    def _failed(self, child: Child, error: Exception) -> FlowRun | None:
        """Return a run that has failed for this reason; None if the server does not take it."""
        cause = f"{_cause(error)}\nMend the cause, then press Retry, here or on the experiment's run."
        if not isinstance(cause_of(error), AlflowError):
            cause = f"{cause}\n\n{''.join(format_exception(error))}"
        try:
            run = self._create(child, self._stand_in(child))
            states: tuple[State[Any], ...] = Running(), Failed(message=_cause(error))
            for state in states:
                self.client.set_flow_run_state(run.id, state, force=True)
            said = LogCreate(
                name="alflow", level=logging.ERROR, message=cause, timestamp=datetime.now(UTC), flow_run_id=run.id
            )
            self.client.create_logs([said])
            return run
        except (httpx.HTTPError, PrefectException, InterruptedError) as problem:
            get_run_logger().warning("the failed %s has no run of its own that can be retried: %s", child.name, problem)
            return None

    def begun_before(self) -> frozenset[str]:
        """Return the names of the children that an earlier attempt of the parent has left unfinished."""
        context = FlowRunContext.get()
        if not context or not context.flow_run or context.flow_run.run_count < 2:
            return frozenset()
        left = _of(context.flow_run, [StateType.FAILED, StateType.CRASHED, StateType.CANCELLED, *ALIVE])
        runs = all_pages(self.client.read_flow_runs, flow_run_filter=left, sort=FlowRunSort.ID_DESC)
        return frozenset(run.name for run in runs)

    @cached_property
    def _flow(self) -> tuple[UUID, UUID | None]:
        """Return the ids of the flow and of its deployment, and tell the server of the parent.

        It learns of task runs a second late, by events, and a child cannot be made before its parent.
        """
        run = self.task_run
        self.client.create_task_run(
            self.task, run.flow_run_id, run.dynamic_key, id=run.id, name=run.name, state=Running()
        )
        context = FlowRunContext.get()
        own = context.flow_run.deployment_id if context and context.flow_run else None
        return self.client.create_flow(self.flow), deployment_of(self.client, self.flow, own)

    def _stand_in(self, child: Child) -> UUID:
        """Return a task run inside the parent's; in Prefect's graph the child takes the place of its own parent."""
        _, run = self._flow, self.task_run
        inside: Any = {"__parents__": [TaskRunResult(id=run.id)]}
        key = f"{run.dynamic_key} {child.name}"
        return self.client.create_task_run(
            self.task, run.flow_run_id, key, name=child.name, state=Failed(), task_inputs=inside
        ).id

    def _create(self, child: Child, parent: UUID) -> FlowRun:
        """Return the child's run, which may be there already, from an earlier attempt of the parent."""
        flow, deployment = self._flow
        about: dict[str, Any] = {
            "name": child.name, "tags": child.tags, "parameters": self.flow.serialize_parameters(child.parameters),
            "state": to_state_create(Pending()), "parent_task_run_id": parent,
            "idempotency_key": f"{self.task_run.flow_run_id} {child.name}",
        }  # fmt: skip
        create: DeploymentFlowRunCreate | FlowRunCreate
        if deployment:
            path = f"/deployments/{deployment}/create_flow_run"
            create = DeploymentFlowRunCreate(enforce_parameter_schema=False, **about)
        else:
            path, create = "/flow_runs/", FlowRunCreate(flow_id=flow, **about)
        response = self.client.request("POST", path, json=create.model_dump(mode="json", exclude_unset=True))  # type: ignore[arg-type]
        return FlowRun.model_validate(response.json())


def _cause(error: Exception) -> str:
    return str(error) if isinstance(error, AlflowError) else f"{type(error).__name__}: {error}"


def _calling(body: Callable[[], R]) -> Callable[[], R]:
    """Return a function that a flow can be made of: a partial has no name."""

    def call() -> R:
        return body()

    return call


@contextmanager
def children_of(task: Task[..., Any], flow: Flow[..., Any]) -> Iterator[Children]:
    """Let the running task have runs of a flow as its children."""
    context = TaskRunContext.get()
    assert context is not None, "only a task can be the parent"
    with SyncClientContext.get_or_create() as clients:
        take_turns(clients.client._client)
        yield Children(clients.client, task, context.task_run, flow)


def without_heartbeats() -> AbstractContextManager[Any]:
    """Let children have no heartbeat, which would take a second each to end; that of the parent flow run is enough."""
    return temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})


def end_children(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Mark the children and tasks of a run that died or was cancelled, which have no process any more, as crashed.

    Prefect calls this seconds later. What has begun something since does so in a retry, and is left alone.
    """
    why = f"{flow_run.name}: {state.name}"
    with get_client(sync_client=True) as client:
        alive = _of(flow_run, ALIVE)
        children = all_pages(client.read_flow_runs, flow_run_filter=alive, sort=FlowRunSort.ID_DESC)
        dead = [one for one in children if one.state and one.state.timestamp <= state.timestamp]
        for child in dead:
            client.set_flow_run_state(child.id, Crashed(message=why), force=True)
        for run in [flow_run, *dead]:
            end_tasks(client, run, why, state.timestamp)


def _of(parent: FlowRun, states: list[StateType]) -> FlowRunFilter:
    """Return the filter for the children of a run that are in one of these states."""
    return FlowRunFilter(
        parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[parent.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
    )


def deployment_of(client: SyncPrefectClient, flow: Flow[..., Any], own: UUID | None) -> UUID | None:
    """Return the flow's deployment that goes with the one that its parent was started from, if any."""
    if not own:
        return None
    name = "that the run was started from"
    try:
        name = f"{flow.name}/{client.read_deployment(own).name}-{flow.name}"
        return client.read_deployment_by_name(name).id
    except ObjectNotFound:
        logging.getLogger("alflow").warning("there is no deployment %s: what fails here has no Retry in the UI", name)
        return None
