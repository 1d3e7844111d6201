"""Start, await and end a guarded Prefect server: a process of its own, which ends with the one that started it."""

import http.client
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

from al_core.errors import AlflowError
from flows.serving.leash import Leash

TOKEN = "x-alflow-server"
"""The header by which a server is known to be the one that was started, and not another on the same port."""

PATIENCE = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
"""The environment variable that bounds how many seconds a server may take to start; ten minutes if it is not set."""

SAY_AFTER = 10.0
"""Seconds after which it is said, and said again, what is waited for."""


@dataclass(frozen=True)
class Server:
    """A guarded Prefect server that was started, on this machine."""

    process: Leash
    port: int
    token: str
    log: Path

    @property
    def url(self) -> str:
        """Return the URL of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    def end(self) -> None:
        """End it, with all that it started."""
        self.process.end()


def start(port: int, log: Path, environment: Mapping[str, str], temporary: bool = False) -> Server:
    """Start a guarded Prefect server on a port of 127.0.0.1; `wait_until_healthy` waits until it answers.

    Parameters
    ----------
    port : int
    log : Path
        The file that what it says is added to.
    environment : mapping
        Its variables, with Prefect's settings.
    temporary : bool
        Without the UI and the services that only deployments need, as Prefect starts it where none runs.
    """
    token = uuid4().hex
    command = [sys.executable, "-P", "-m", "flows.serving.serve", str(port), token, *(["temporary"] * temporary)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        process = Leash(command, dict(environment) | _addresses(port), grace=5, stdout=file, stderr=file)
    return Server(process, port, token, log)


def _addresses(port: int) -> dict[str, str]:
    """Return the settings by which a server knows its own port, and has no other origin's pages read its answers."""
    return {
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port}",
    }


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on right now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_until_healthy(server: Server, say: Callable[[str], None]) -> None:
    """Wait as long as a server lives until it answers, and say so now and then.

    Raises:     AlflowError with the end of its log if it ends, or does not answer within what `PATIENCE` allows
    """
    started = said = monotonic()
    while not answers(server):
        now = monotonic()
        if server.process.poll() is not None:
            raise AlflowError(f"the Prefect server ended at its start ({server.process.returncode}); {_words(server)}")
        if now - started > _patience():
            server.end()
            raise AlflowError(f"the Prefect server did not answer within {_patience():.0f} s; {_slow(server)}")
        if now - said > SAY_AFTER:
            said = now
            say(f"Waiting for the Prefect server to start ({now - started:.0f} s); its log is {server.log}")
        sleep(0.1)


def answers(server: Server) -> bool:
    """Return whether a server answers right now, and is the one that was started."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
            connection.request("GET", "/api/health")
            return connection.getresponse().getheader(TOKEN) == server.token
    except (OSError, http.client.HTTPException):
        return False


def _patience() -> float:
    value = os.environ.get(PATIENCE, "600")
    try:
        return float(value)
    except ValueError:
        raise AlflowError(
            f"{PATIENCE} is {value!r}, which is no number of seconds; set it to one, or unset it"
        ) from None


def _slow(server: Server) -> str:
    return f"if this machine is busy, allow more by `export {PATIENCE}=SECONDS`; {_words(server)}"


def _words(server: Server) -> str:
    """Return the last words of a server's log."""
    said = server.log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
    return f"its log {server.log} ends:\n{said}" if said else f"its log {server.log} is empty"
