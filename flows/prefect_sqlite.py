"""A workaround: requests of one process to a Prefect server go one after the other, whatever its database.

On SQLite two writes that meet collide ("database is locked"); the server then answers 503, and Prefect's client waits
for seconds. docs/decisions/0003 has the measurements. To be dropped when Prefect queues SQLite's writes.
"""

from threading import Lock
from time import sleep

import httpx

from flows.interruption import interrupted
from flows.serving.server import TOKEN

_turn = Lock()


class _OneAtATime(httpx.BaseTransport):
    """Send requests one after the other, and again at once if the database was busy.

    A server that is gone is not waited for by what has been interrupted.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _turn:
            for _ in range(20):
                response = self._send(request)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or TOKEN in response.headers:
                    break  # a server of ours has tried again itself
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


def take_turns(client: httpx.Client) -> None:
    """Let all requests of a client, and of others that are given to this, wait for one another."""
    with _turn:  # threads may share a client
        if not isinstance(client._transport, _OneAtATime):
            client._transport = _OneAtATime(client._transport)
