"""Servers that the tests and the benchmarks start on free loopback ports, and always stop."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import chown
from tempfile import TemporaryDirectory, TemporaryFile
from time import sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
"""Where Debian has PostgreSQL, one for each version; `apt-get install postgresql` brings it."""


@contextmanager
def prefect_server(
    settings: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a Prefect server with a home of its own; the URL of its API and its process are the value.

    The folder is the one it runs in: from that of the project, prefect.toml applies to it.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    with TemporaryDirectory() as home:
        environment = {
            **os.environ, "PREFECT_HOME": home, "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", **(settings or {}),
        }  # fmt: skip
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        with running(command, cwd=folder, env=environment) as process:
            wait_until(lambda: _answers(f"{url}/health"), process)
            yield url, process


@contextmanager
def postgresql() -> Iterator[str]:
    """Start an empty PostgreSQL, with its defaults; the value is for PREFECT_SERVER_DATABASE_CONNECTION_URL.

    It refuses to run as root, and runs as the user `postgres` then.
    """
    programs, port = POSTGRESQL[-1].parent, free_port()
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    with TemporaryDirectory() as folder:
        if user:
            chown(folder, "postgres", "postgres")
        data, address = f"{folder}/data", ["--host", "127.0.0.1", "--port", str(port)]
        create = [programs / "initdb", "--username", "prefect", "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        subprocess.run([*create, data], cwd=folder, stdout=subprocess.DEVNULL, check=True, **user)
        start = [programs / "postgres", "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", str(port)]
        with running(start, cwd=folder, **user) as process:
            is_ready = [programs / "pg_isready", "--quiet", *address]
            wait_until(lambda: subprocess.run(is_ready).returncode == 0, process)
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[Any], **how: Any) -> Iterator[subprocess.Popen]:
    """Run a server meanwhile. What it says goes with the error if it fails."""
    with TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **how)
        try:
            yield process
            assert process.poll() is None, "it ended by itself"
        except BaseException as error:
            log.seek(0)
            error.add_note(f"{Path(command[0]).name} said: …{log.read().decode(errors='replace')[-3000:]}")
            raise
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        if ready():
            return
        sleep(0.2)
    raise TimeoutError("the server did not answer in two minutes")


def _answers(address: str) -> bool:
    try:
        urlopen(address, timeout=5).close()
    except (URLError, TimeoutError):
        return False
    return True
