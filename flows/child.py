"""Run work as flow runs that are children of the task that calls them, each of which can be retried for itself.

Calling a flow inside a flow asks the server more often, opens a new asynchronous client, and makes new runs when the
parent is retried. This uses a client that is there already, and takes up the runs of the attempt
before. docs/decisions/0003 and 0005 have the measurements and the reasons.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from time import sleep
from typing import Any, TypeVar
from uuid import UUID

import httpx
from prefect import Flow, Task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentFlowRunCreate, FlowRunCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext, SyncClientContext, TaskRunContext
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Crashed, Pending, Running, to_state_create

R = TypeVar("R")
_turn = Lock()
interrupted = Event()
"""Set while an interrupted experiment ends."""


class _OneAtATime(httpx.BaseTransport):
    """Send requests one after the other, and again at once if the database was busy.

    Two at once collide in SQLite; the server then answers 503, and Prefect would wait for seconds. A server that is
    gone is not waited for by what has been interrupted.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _turn:
            for _ in range(20):
                response = self._send(request)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                response.read()
                sleep(0.05)
            return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.transport.handle_request(request)
        except httpx.TransportError as error:
            if interrupted.is_set():
                raise InterruptedError(f"interrupted, and the Prefect server is gone: {error}") from error
            raise

    def close(self) -> None:
        self.transport.close()


def _take_turns(client: httpx.Client) -> None:
    with _turn:  # threads may share a client
        if not isinstance(client._transport, _OneAtATime):
            client._transport = _OneAtATime(client._transport)


@dataclass(frozen=True)
class Children:
    """The flow runs that a running task can have.

    Parameters: flow : what they are runs of
                deployment : through which a worker can retry one of them; None if the flow run has none either
    """

    client: SyncPrefectClient
    flow: Flow[..., Any]
    flow_id: UUID
    deployment: UUID | None
    task_run: UUID
    parent: UUID | None

    def run(self, name: str, tags: list[str], parameters: dict[str, Any], body: Callable[[], R]) -> R:
        """Run `body`, as a run of the flow with these parameters: what a retry of that run by itself would do.

        A run of this name that an earlier attempt of the parent left behind is run again.
        """
        run = self._create(name, tags, self.flow.serialize_parameters(parameters))
        if run.state and not run.state.is_pending():
            self.client.set_flow_run_state(run.id, Pending(), force=True)
            run = self.client.read_flow_run(run.id)
        here = run.model_copy(update={"deployment_id": None, "parameters": {}})  # else the engine listens, and calls
        same = Flow(_calling(body), name=self.flow.name, validate_parameters=False, persist_result=False)
        result: R = run_flow(same, flow_run=here)  # type: ignore[assignment]
        return result

    def _create(self, name: str, tags: list[str], parameters: dict[str, Any]) -> FlowRun:
        about: dict[str, Any] = {
            "name": name, "tags": tags, "parameters": parameters, "state": to_state_create(Pending()),
            "parent_task_run_id": self.task_run, "idempotency_key": f"{self.parent} {name}",
        }  # fmt: skip
        create: DeploymentFlowRunCreate | FlowRunCreate
        if self.deployment:
            path = f"/deployments/{self.deployment}/create_flow_run"
            create = DeploymentFlowRunCreate(enforce_parameter_schema=False, **about)
        else:
            path, create = "/flow_runs/", FlowRunCreate(flow_id=self.flow_id, **about)
        response = self.client.request("POST", path, json=create.model_dump(mode="json", exclude_unset=True))  # type: ignore[arg-type]
        return FlowRun.model_validate(response.json())


def _calling(body: Callable[[], R]) -> Callable[[], R]:
    """Return a function that a flow can be made of: a partial has no name."""

    def call() -> R:
        return body()

    return call


@contextmanager
def children_of(task: Task[..., Any], flow: Flow[..., Any]) -> Iterator[Children]:
    """Let the running task have runs of a flow as its children.

    The server learns of task runs a second late, by events, so this one is told right away. Ending the heartbeat of a
    child would take a second each, so they have none; that of the parent flow run shows that they are alive.
    """
    context = TaskRunContext.get()
    assert context is not None, "only a task can be the parent"
    with (
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        SyncClientContext.get_or_create() as clients,
    ):
        client, run = clients.client, context.task_run
        _take_turns(client._client)
        client.create_task_run(task, run.flow_run_id, run.dynamic_key, id=run.id, name=run.name, state=Running())
        flow_id = client.create_flow(flow)
        yield Children(client, flow, flow_id, _deployment(client, flow), run.id, run.flow_run_id)


def end_children(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Mark the children of a run that died or was cancelled, which have no process any more, as crashed."""
    children = FlowRunFilter(
        parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[flow_run.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])),
    )
    with get_client(sync_client=True) as client:
        for child in client.read_flow_runs(flow_run_filter=children, sort=FlowRunSort.START_TIME_DESC):
            client.set_flow_run_state(child.id, Crashed(message=f"{flow_run.name}: {state.name}"), force=True)


def _deployment(client: SyncPrefectClient, flow: Flow[..., Any]) -> UUID | None:
    """Return the flow's deployment of the same name as the one that the running flow was started from, if any."""
    context = FlowRunContext.get()
    own = context and context.flow_run and context.flow_run.deployment_id
    if not own:
        return None
    try:
        return client.read_deployment_by_name(f"{flow.name}/{client.read_deployment(own).name}").id
    except ObjectNotFound:
        return None
