"""An `alflow up` that is disturbed: start it, find its processes, kill them, press Retry."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.servers import ROOT, Server, alive, begin_with_tables, free_port, marked, no_process_left

PATIENCE = 240.0
"""Seconds after which something that is waited for does not come any more."""

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SERVER, WORKER, FLOW = "flows.serving.serve", "flows.serving.worker", "prefect.engine"
"""What the commands of the processes have in them."""


@dataclass
class Up:
    """An `alflow up` that can end and be started again: same home, same port."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    mark: str = field(default_factory=lambda: f"ALFLOW_UP={uuid4().hex}")
    options: tuple[str, ...] = ()

    @property
    def server(self) -> Server:
        return Server(self.home, self.port)

    @property
    def ask(self) -> Callable[..., Any]:
        return self.server.ask

    def start(self) -> None:
        """Start it, and wait until it says that it has."""
        name, value = self.mark.split("=")
        theirs = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
        mine = {"PREFECT_HOME": str(self.home), "PYTHONUNBUFFERED": "1", "DO_NOT_TRACK": "1", name: value}
        command = [sys.executable, "-c", "from flows.cli import main; main()", "up", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                env=theirs | mine,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell does in the background
            )  # fmt: skip
        self.wait_for("Prefect UI")

    @property
    def log(self) -> Path:
        return self.home / "up.log"

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        """Wait until it has said something."""
        until(
            lambda: words in self.said() or not self.runs(), f"`up` did not say {words!r}; {self.log} has what it did"
        )
        assert words in self.said(), self.said()

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Send it a signal, and wait for its end."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)

    def processes(self, of: str = "") -> list[int]:
        """Return its processes; with a command's words, only those that run this, not those that watch over it."""
        return [pid for pid in marked(self.mark) if alive(pid) and _is(pid, of)]

    def kill(self, of: str) -> None:
        """Kill the one process with a command, as the kernel does when memory runs out."""
        (pid,) = self.processes(of)
        os.kill(pid, signal.SIGKILL)

    def no_process_left(self) -> bool:
        """Wait a while for all processes to end."""
        with suppress(TimeoutError):
            until(lambda: not self.processes(), "processes are left", 60)
        return not self.processes()

    # What a person does in the UI

    def submit(self, config: dict[str, Any]) -> str:
        path = f"/deployments/{self.deployment()['id']}/create_flow_run"
        return str(self.ask(path, {"parameters": {"config": config}, "state": {"type": "SCHEDULED"}})["id"])

    def press_retry(self, run: str) -> None:
        state = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        self.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})

    def deployment(self) -> Any:
        return self.ask("/deployments/name/experiment/alflow")

    def schedules(self) -> set[tuple[str, bool]]:
        return {(one["schedule"]["cron"], one["active"]) for one in self.deployment()["schedules"]}

    def set_schedules(self) -> None:
        """Switch the nightly schedule on, and add another."""
        deployment = self.deployment()
        (nightly,) = deployment["schedules"]
        path = f"/deployments/{deployment['id']}/schedules"
        self.ask(path, [{"schedule": {"cron": "5 4 * * 0"}, "active": True}])
        httpx.patch(f"{self.server.url}{path}/{nightly['id']}", json={"active": True}, timeout=60).raise_for_status()

    def run(self, run: str) -> Any:
        return self.ask(f"/flow_runs/{run}")

    def unfinished(self) -> list[Any]:
        states = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
        return list(self.ask("/flow_runs/filter", {"flow_runs": states}))

    def tasks_left(self, run: str) -> list[str]:
        """Return the tasks of a run that has ended which look as if they had not."""
        if self.run(run)["state_type"] not in ENDED:
            return []
        states = {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}, "flow_run_id": {"any_": [run]}}
        return [one["name"] for one in self.ask("/task_runs/filter", {"task_runs": states})]

    def end_of(self, run: str, attempt: int = 1) -> Any:
        """Wait until a run has ended for the n-th time."""
        until(lambda: self._ended(run, attempt), f"{run} does not end")
        return self.run(run)

    def _ended(self, run: str, attempt: int) -> bool:
        now = self.run(run)
        return now["state_type"] in ENDED and now["run_count"] >= attempt


def _is(pid: int, words: str) -> bool:
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return words in command and not (words and "flows.serving.leash" in command)
    return False


@contextmanager
def an_up(home: Path, *options: str) -> Iterator[Up]:
    """Give an `up` that is not started yet; nothing of it outlives the block."""
    home.mkdir(parents=True, exist_ok=True)
    if "--database" not in options:
        begin_with_tables(home)
    with no_process_left():
        yield Up(home, options=options)


def until(condition: Callable[[], bool], complaint: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition, but not for ever; a server that is being started again is waited for."""
    end = time.monotonic() + seconds
    while True:
        with suppress(OSError):
            if condition():
                return
        if time.monotonic() > end:
            raise TimeoutError(complaint)
        time.sleep(0.1)
