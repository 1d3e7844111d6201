"""What the chaos happens in: a server, stores in a folder, and runs of one small experiment by hand or by a worker."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.servers import PATIENCE, ROOT, Server, children, deploy, server, start_worker, stop

CONFIG = {
    "strategies": ["margin", "random"],
    "seeds": 1,
    "cycles": 3,
    "query_size": 20,
    "features": {"kind": "tfidf"},
}
OPTIONS = [
    *("--strategy=margin", "--strategy=random", "--seeds=1", "--cycles=3", "--query-size=20"),
    "--features=tfidf",
]
TABLES = ("metrics", "classes", "confusion", "queries")
ENDED = ("Completed", "Failed", "Crashed", "Cancelled")
HUNG = 124
"""The exit code of a run that took longer than `PATIENCE` seconds."""


@dataclass
class World:
    """The server, the folder of all stores, and what a run leaves in its store if nothing disturbs it."""

    server: Server
    folder: Path
    seconds: float = 0.0
    tables: dict[str, bytes] = field(default_factory=dict)
    results: set[str] = field(default_factory=set)
    worker: subprocess.Popen[bytes] | None = None

    @property
    def undisturbed(self) -> Path:
        return self.folder / "undisturbed"

    def run_undisturbed(self) -> None:
        start = time.perf_counter()
        assert self.run(self.undisturbed) == 0, self.said(self.undisturbed)
        self.seconds = time.perf_counter() - start
        self.tables, self.results = tables(self.undisturbed), set(whole(self.undisturbed))

    # By hand: `alflow run`

    @contextmanager
    def going_on(self, store: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Start a run; it ends here, of itself or not."""
        command = [sys.executable, "-c", "from flows.cli import main; main()", "run", "--store", str(store), *OPTIONS]
        with self._log(store).open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.server.environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def run(self, store: Path) -> int:
        with self.going_on(store) as process:
            return wait(process)

    def said(self, store: Path) -> str:
        """Return the end of what the last run with this store said."""
        log = self._log(store)
        return log.read_text()[-3000:].strip() if log.exists() else ""

    def _log(self, store: Path) -> Path:
        return self.folder / f"{store.name}.log"

    # By a worker

    @cached_property
    def deployment(self) -> str:
        deploy(self.server)
        return str(self.server.ask("/deployments/name/experiment/alflow")["id"])

    def submit(self, store: Path) -> str:
        """Have a worker do it: retry the last run with this store as the UI does, or make one; its id is the value.

        A run that died with its worker is Running for ever, and has to be marked as crashed first.
        """
        last = self.last_run(store)
        if last is None or last[1] == "Completed":
            body = {"parameters": {"config": CONFIG | {"store": str(store)}}, "state": {"type": "SCHEDULED"}}
            return str(self.server.ask(f"/deployments/{self.deployment}/create_flow_run", body)["id"])
        run, state = last
        if state not in ENDED:
            self._set(run, type="CRASHED", name="Crashed")
        self._set(run, type="SCHEDULED", name="AwaitingRetry")
        return run

    def run_by_worker(self, store: Path) -> int:
        """Let a worker, a new one if the last is dead, run or retry it to the end; return an exit code.

        A worker reports the death of a process twice, some seconds apart. If the run is retried in between, the second
        report marks the retry as crashed, which then has to be retried, too.
        """
        state = "no run"
        for _ in range(3):
            run = self.submit(store)
            until(lambda run=run: self.living_worker() and self.state(run) in ENDED, PATIENCE)
            state = self.state(run)
            if state != "Crashed":
                break
        until(lambda: not children(self.living_worker()), PATIENCE)  # of a retry that was marked as crashed
        return 0 if state == "Completed" else 1 if state in ENDED else HUNG

    def living_worker(self) -> int:
        """Return the process id of the worker; start one if there is none any more, as what supervises it would."""
        if self.worker is None or self.worker.poll() is not None:
            self.worker = start_worker(self.server)
        return self.worker.pid

    def kill_server(self) -> None:
        """Kill the server, and the worker as well if there is one: it would wait long before it tried again."""
        if self.worker:
            stop(self.worker, signal.SIGKILL)
        self.server.stop(signal.SIGKILL)

    def state(self, run: str) -> str:
        return str(self.server.ask(f"/flow_runs/{run}")["state"]["name"])

    def states(self, run: str) -> str:
        """Return the states that a run was in, without those of every start."""
        states = [state["name"] for state in self.server.ask(f"/flow_run_states/?flow_run_id={run}")]
        return ", ".join(state for state in states if state not in ("Scheduled", "Pending", "Submitting"))

    def last_run(self, store: Path) -> tuple[str, str] | None:
        """Return the id and the state of the last experiment with this store, if Prefect knows one."""
        parents = {"parent_task_run_id": {"is_null_": True}}
        body = {"flow_runs": parents, "sort": "EXPECTED_START_TIME_DESC", "limit": 20}
        for run in self.server.ask("/flow_runs/filter", body):
            if f'"{store}"' in json.dumps(run["parameters"]):
                return run["id"], run["state"]["name"]
        return None

    def _set(self, run: str, **state: str) -> None:
        self.server.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})


@contextmanager
def new_world(folder: Path) -> Iterator[World]:
    with server(folder / "prefect") as serving:
        world = World(serving, folder)
        world.run_undisturbed()
        yield world


def wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process and return its exit code; kill it if it hangs."""
    try:
        return process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return HUNG


def until(condition: Callable[[], bool], seconds: float, every: float = 0.1) -> None:
    """Wait for a condition, but not for ever."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(every)


def count(store: Path) -> int:
    """Return how many results have a record."""
    return sum(1 for _ in (store / ".alflow").glob("sample/**/*.json"))


def whole(store: Path) -> dict[str, int]:
    """Return the paths of the results that are as they were written, and when their records were written."""
    found = {}
    for record in (store / ".alflow").glob("sample/**/*.json"):
        path = str(record.relative_to(store / ".alflow").with_suffix(""))
        with suppress(OSError, ValueError):
            digest = hashlib.sha256((store / path).read_bytes()).hexdigest()
            if json.loads(record.read_bytes())["sha256"] == digest:
                found[path] = record.stat().st_mtime_ns
    return found


def tables(store: Path) -> dict[str, bytes]:
    """Return the finished tables, all but the timings."""
    folders = list((store / "experiments").iterdir())
    return {f"{one.name}/{name}": (one / f"{name}.parquet").read_bytes() for one in folders for name in TABLES}
