"""Run a flow as a child of the task that calls it, with fewer and better-behaved calls to the server.

Calling a flow inside a flow asks the server eleven times and opens a new asynchronous client; this asks it seven times
on a client that is there already. docs/decisions/0003 has the measurements.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import sleep
from typing import Any, TypeVar

import httpx
from prefect import Flow, Task
from prefect.context import SyncClientContext, TaskRunContext
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Pending, Running

R = TypeVar("R")
_turn = Lock()


class _OneAtATime(httpx.BaseTransport):
    """Send requests one after the other, and again at once if the database was busy.

    Two at once collide in SQLite; the server then answers 503, and Prefect would wait for seconds.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _turn:
            for _ in range(20):
                response = self.transport.handle_request(request)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                response.read()
                sleep(0.05)
            return response

    def close(self) -> None:
        self.transport.close()


def _take_turns(client: httpx.Client) -> None:
    with _turn:  # threads may share a client
        if not isinstance(client._transport, _OneAtATime):
            client._transport = _OneAtATime(client._transport)


@contextmanager
def parent_of_flows(task: Task[..., Any]) -> Iterator[None]:
    """Make the running task one that flow runs can name as their parent.

    The server learns of task runs a second late, by events, so this one is told right away. Ending the heartbeat of a
    child would take a second each, so they have none; that of the parent flow run shows that they are alive.
    """
    context = TaskRunContext.get()
    assert context is not None, "only a task can be the parent"
    with (
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        SyncClientContext.get_or_create() as clients,
    ):
        _take_turns(clients.client._client)
        run = context.task_run
        clients.client.create_task_run(
            task, run.flow_run_id, run.dynamic_key, id=run.id, name=run.name, state=Running()
        )
        yield


def run_child(flow: Flow[..., R], name: str, **parameters: Any) -> R:
    """Run a flow as a child of the running task, inside `parent_of_flows`."""
    context, clients = TaskRunContext.get(), SyncClientContext.get()
    assert context is not None, "only a task can be the parent"
    assert clients is not None, "only inside parent_of_flows"
    run = clients.client.create_flow_run(
        flow,
        name=name,
        parameters=flow.serialize_parameters(parameters),
        state=Pending(),
        parent_task_run_id=context.task_run.id,
    )
    result: R = run_flow(flow, flow_run=run, parameters=parameters)  # type: ignore[assignment]
    return result
