"""Start, await and end a guarded Prefect server: a process of its own, which ends with the one that started it."""

import errno
import http.client
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from al_core.errors import AlflowError
from flows.serving.leash import Leash
from flows.serving.patience import PATIENCE, patience, patiently

TOKEN = "x-alflow-server"
"""The header by which a server is known to be the one that was started, and not another on the same port."""


class PortTaken(AlflowError):
    """Another program listens on the port."""


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
        process = Leash(command, dict(environment) | addresses(port), grace=5, stdout=file, stderr=file, umask=0o077)
    return Server(process, port, token, log)


def addresses(port: int) -> dict[str, str]:
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

    Raises:     PortTaken; AlflowError with the end of its log if it ends, or takes longer than `PATIENCE` allows
    """
    for _ in patiently("the Prefect server to start", f"its log is {server.log}", say):
        if answers(server):
            return
        if server.process.poll() is not None:
            raise _ended(server)
    server.process.let_go()
    raise AlflowError(
        f"the Prefect server did not start within {patience():.0f} s; if this machine is busy, give it longer by "
        f"`export {PATIENCE}=SECONDS`; {_words(server)}"
    )


def answers(server: Server) -> bool:
    """Return whether a server answers right now, and is the one that was started."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=min(10, patience()))) as connection:
            connection.request("GET", "/api/health")
            return connection.getresponse().getheader(TOKEN) == server.token
    except (OSError, http.client.HTTPException):
        return False


def _ended(server: Server) -> AlflowError:
    code = server.process.returncode
    if code == errno.EADDRINUSE:
        return PortTaken(f"port {server.port} of 127.0.0.1 is taken by another program; use another one")
    return AlflowError(f"the Prefect server ended at its start (exit code {code}); {_words(server)}")


def _words(server: Server) -> str:
    """Return the last words of a server's log."""
    said = server.log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
    return f"its log {server.log} ends:\n{said}" if said else f"its log {server.log} is empty"
