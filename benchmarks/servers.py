"""A Prefect server and workers in processes of their own, for tests and benchmarks; none outlives its `with` block."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import uuid4

from filelock import FileLock

from flows.serving.server import addresses, free_port

ROOT = Path(__file__).parents[1]
MARK = "ALFLOW_STARTED_BY"
"""The environment variable by which processes are known that we started, and those that they started."""
EMPTY = "ALFLOW_EMPTY_DATABASE"
"""The environment variable that may name a database without rows, to begin with; to make one takes six seconds."""
PATIENCE = 600.0
"""Seconds for what takes one or ten: nothing here fails since the machine has other things to do."""

T = TypeVar("T")


@dataclass
class Server:
    """A Prefect server that can die and come back: same home, same port.

    Parameters: settings : environment variables of its own
                folder : that it runs in; from that of the project, prefect.toml applies to it
                as_it_comes : `prefect server start`, and not the guarded one that alflow starts
    """

    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    process: subprocess.Popen[bytes] | None = None
    as_it_comes: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for the server and what talks to it: none of this process's settings for Prefect."""
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        ours = {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        return theirs | ours | {"DO_NOT_TRACK": "1"}

    def start(self) -> None:
        """Start it and wait until it answers."""
        begin_with_tables(self.home)
        as_it_comes = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        command = as_it_comes if self.as_it_comes else ["flows.serving.serve", str(self.port), "token"]
        own = {"PREFECT_SERVER_API_PORT": str(self.port)} if self.as_it_comes else addresses(self.port)
        environment = self.environment | own | dict(self.settings)
        self.process = module(command, environment, self.home / "server.log", self.folder)
        wait_until(self.answers, "the Prefect server answers")

    def answers(self) -> bool:
        """Return whether the API does already; its first answer takes half a second longer than any other.

        Raises:     AssertionError if it never will
        """
        assert self.process is None or self.process.poll() is None, f"it ended; {self.home}/server.log says why"
        with suppress(OSError):
            urllib.request.urlopen(f"{self.url}/admin/version", timeout=30).close()
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and the process of its own that it may have for the API."""
        if self.process:
            stop(self.process, how)

    def ask(self, path: str, body: Mapping[str, Any] | list[Any] | None = None) -> Any:
        """Return what the API says: to a GET, or, with a body, to a POST."""
        return self.send("GET" if body is None else "POST", path, body)

    def send(self, method: str, path: str, body: Mapping[str, Any] | list[Any] | None = None) -> Any:
        """Return what the API says to a request."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", content, headers, method=method)
        return wait_until(lambda: _answer(request), f"the Prefect server is not too busy for {path}")[0]


def _answer(request: urllib.request.Request) -> tuple[Any] | None:
    """Return what is answered; None if SQLite was busy."""
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return (json.loads(response.read() or b"null"),)
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
    return None


@contextmanager
def server(
    home: Path, settings: Mapping[str, str] | None = None, folder: Path = ROOT, as_it_comes: bool = False
) -> Iterator[Server]:
    """Run a Prefect server on a free loopback port."""
    home.mkdir(parents=True, exist_ok=True)
    one = Server(home, free_port(), settings or {}, folder, as_it_comes=as_it_comes)
    with no_process_left():
        one.start()
        try:
            yield one
        finally:
            one.stop()


@contextmanager
def worker(server: Server, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker for the pool of prefect.yaml; the flows that it started end with it."""
    with no_process_left():
        yield start_worker(server, *options)


def start_worker(server: Server, *options: str) -> subprocess.Popen[bytes]:
    """Start a worker for the pool of prefect.yaml, which ends with the server's `with` block."""
    command = ["worker", "start", "--pool", "alflow", "--type", "process", *options]
    quick = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
    return prefect(command, server.environment | dict(server.settings) | quick, server.home / "worker.log")


def deploy(server: Server, file: Path = ROOT / "prefect.yaml", pool: str = "alflow", kind: str = "process") -> None:
    """Make the pool and the deployments of a prefect.yaml."""
    make_pool = ["work-pool", "create", pool, "--type", kind, "--overwrite"]
    for command in (make_pool, ["--no-prompt", "deploy", "--all", "--prefect-file", str(file)]):
        log = server.home / "deploy.log"
        process = prefect(command, server.environment | {"PWD": str(ROOT)}, log)
        assert process.wait(timeout=PATIENCE) == 0, log.read_text()


def begin_with_tables(home: Path) -> None:
    """Give a server that is to be the database that EMPTY names, if any; the first to want it makes it."""
    empty, own = Path(os.environ.get(EMPTY, "")), home / "prefect.db"
    if EMPTY not in os.environ or own.exists():
        return
    with FileLock(f"{empty}.lock"):
        if not empty.exists():
            _make_tables(empty)
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty, own)


def _make_tables(empty: Path) -> None:
    with TemporaryDirectory(dir=empty.parent) as name:
        home = Path(name)
        process = prefect(["server", "database", "upgrade", "-y"], os.environ | {"PREFECT_HOME": name}, home / "log")
        assert process.wait(timeout=PATIENCE) == 0, (home / "log").read_text()
        with closing(sqlite3.connect(home / "prefect.db")) as made, closing(sqlite3.connect(home / "whole")) as whole:
            made.backup(whole)
        (home / "whole").rename(empty)


def wait_until(condition: Callable[[], T], what: str, every: float = 0.1) -> T:
    """Wait until something is so, or says what it is, and return that.

    Raises:     TimeoutError if it is not so after many times what it may take
    """
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"it is still not so that {what}, after {PATIENCE:.0f} s")
        time.sleep(every)
    return found


def prefect(command: list[str], environment: dict[str, str], log: Path, folder: Path = ROOT) -> subprocess.Popen[bytes]:
    """Start one of Prefect's commands in a process group of its own."""
    return module(["prefect", *command], environment, log, folder)


def module(command: list[str], environment: dict[str, str], log: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start a Python module in a process group of its own."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", *command],
            cwd=folder, env=environment, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """End a process that leads a group, and the group; if that takes too long, kill it."""
    for signal_ in (how, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal_)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
            return


@contextmanager
def talking_to(url: str) -> Iterator[None]:
    """Let flows in this process talk to a server.

    Prefect's thread that sends events stays with the server that it began with: one that has ended since would get the
    events of later flows, and be waited for when the process exits. So it ends here.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.serving.temporary import send_what_waits

    with temporary_settings({PREFECT_API_URL: url}):
        try:
            yield
        finally:
            send_what_waits()


@contextmanager
def no_process_left() -> Iterator[None]:
    """At the end kill what was started inside, by whomever, if it still runs."""
    before, mark = os.environ.get(MARK, ""), uuid4().hex
    os.environ[MARK] = f"{before} {mark}"
    try:
        yield
    finally:
        os.environ[MARK] = before
        kill_marked(mark)


def kill_marked(mark: str) -> None:
    """Kill the processes that have a mark in their environment."""
    for pid in marked(mark):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def marked(mark: str) -> list[int]:
    """Return the processes that have a mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]
    return []
