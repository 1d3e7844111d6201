"""Keep a Prefect server and a worker going: start again what dies, say so, and report the runs that died with it."""

import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, Any

import psutil

from al_core.errors import AlflowError
from flows.serving.crashed import Attempt, Seen, attempt_at, end_dead, unfinished, workers_that_may_live
from flows.serving.deployments import deploy
from flows.serving.leash import Leash, marked
from flows.serving.lives import lives, mark_in, pid_of, process_of, run_lives, worker_of
from flows.serving.server import start, wait_until_healthy

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

LONG = 60.0
"""Seconds after which a process that dies counts as one that had worked."""

CHECK = 15.0
"""Seconds between looks for runs whose process has died without anybody to report it."""

DEATHS = 5
"""How many deaths in a row, each before it had worked for long, are too many."""

LOGGED = re.compile(r"\d\d:\d\d:\d\d\.\d{3} \| ")
"""What a line of a flow's or the worker's log begins with; tracebacks are in the file only."""

Say = Callable[[str], None]


@dataclass
class Kept:
    """One of the processes.

    Parameters: start : starts it anew; raises AlflowError if it cannot
                started : when it was there, in seconds
                deaths : how often it has died in a row before it had worked for long
    """

    name: str
    log: Path
    start: Callable[[], Leash]
    process: Leash | None = None
    started: float = 0.0
    deaths: int = 0

    def begin(self) -> None:
        """Start it."""
        self.process = self.start()
        self.started = monotonic()

    def look(self, say: Say) -> None:
        """Start it again if it has died.

        Raises:     AlflowError if it did so too often
        """
        if self.process and self.process.poll() is not None:
            how, self.process = _how(self.process.end()), None
            self.deaths = 0 if monotonic() - self.started > LONG else self.deaths
            self._died(how, say)
        if self.process is None:
            try:
                self.begin()
            except AlflowError as error:
                self._died(str(error).splitlines()[0], say)

    def _died(self, how: str, say: Say) -> None:
        """Count a death, say so, and wait before the next start, the longer the more there were."""
        self.deaths += 1
        if self.deaths >= DEATHS:
            raise AlflowError(f"the {self.name} ended {DEATHS} times soon after its start ({how}); see {self.log}")
        delay = 2 ** (self.deaths - 1) - 1
        say(f"The {self.name} ended ({how}); starting it again{f' in {delay} s' if delay else ''}. Its log: {self.log}")
        sleep(delay)

    def end(self) -> None:
        """End it, and all that it started, as gently as that can be."""
        if self.process:
            self.process.end()

    def kill(self) -> None:
        """End it, and all that it started, at once."""
        for one in marked(self.process.mark) if self.process else []:
            with suppress(psutil.Error):
                one.kill()


class Supervisor:
    """Keeps a server and a worker going.

    Parameters: limit : how many runs the worker has at once; others wait
                folder : of their logs
                say : shows a line
    """

    def __init__(self, port: int, environment: Mapping[str, str], limit: int, folder: Path, say: Say) -> None:
        self.port, self.environment, self.limit, self.say = port, environment, limit, say
        self.server = Kept("server", folder / "server.log", self._start_server)
        self.worker = Kept("worker", folder / "worker.log", self._start_worker)
        for kept in (self.server, self.worker):
            _set_aside(kept.log)
        self._looked, self._told, self._seen = 0.0, set[Attempt](), Seen()

    def begin(self) -> None:
        """Start the server, make the deployments, end the runs that died with an earlier server, start the worker.

        Raises:     AlflowError if something of it does not work
        """
        self.say(f"Starting the Prefect server; its log is {self.server.log}")
        self.server.begin()
        self.say("Making the deployments of prefect.yaml")
        with self.client() as client:
            deploy(client, self.environment)
            for other in map(mark_in, workers_that_may_live(client)):
                where = f", in process {pid_of(other)}," if other else ""
                self.say(
                    f"Another worker{where} has the same records: each takes the runs of the other. To keep them "
                    "apart, `export PREFECT_HOME=FOLDER` for one of them"
                )
        self.say(f"Starting a worker; its log is {self.worker.log}")
        self.worker.begin()

    def watch(self) -> None:
        """Start again what dies, for ever.

        Raises:     AlflowError if something dies again and again
        """
        while True:
            self.server.look(self.say)
            if self.server.process:
                self.worker.look(self.say)
                self._look_for_dead()
            sleep(0.2)

    def _start_server(self) -> Leash:
        server = start(self.port, self.server.log, self.environment)
        try:
            wait_until_healthy(server, self.say)
        except BaseException:
            server.end()
            raise
        return server.process

    def _start_worker(self) -> Leash:
        """Start a worker; first report the runs that died with the one before."""
        with self.client() as client:
            self._end_dead(client)
        command = [sys.executable, "-P", "-u", "-m", "flows.serving.worker", str(self.limit)]
        worker = Leash(command, self.environment, stdout=-1, stderr=-2)
        assert worker.stdout is not None
        Thread(target=_tell, args=(worker.stdout, self.worker.log, self.say), daemon=True).start()
        return worker

    def _look_for_dead(self) -> None:
        if monotonic() - self._looked > CHECK:
            self._looked = monotonic()
            with suppress(AlflowError), self.client() as client:
                self._end_dead(client)

    def _end_dead(self, client: "SyncPrefectClient") -> None:
        marked, unknown = end_dead(client, "by `alflow up`", self._seen)
        for run in marked:
            if run.parent_task_run_id is None:  # it goes on with those that it is the parent of
                press = "Retry" if run.deployment_id else "`alflow retry`, or the same command again,"
                self.say(f"{_state(run)}: {run.name!r}, whose process is gone; {press} goes on with it")
        for run in unknown:
            if run.parent_task_run_id or attempt_at(run) in self._told:
                continue
            self._told.add(attempt_at(run))
            self.say(
                f"{run.name!r} is {_state(run)}, in a process that cannot be seen from here; if that is gone, say "
                f"`alflow retry {run.id} --dead`"
            )

    @contextmanager
    def client(self) -> Iterator["SyncPrefectClient"]:
        """Give a client of the server; what it cannot do raises AlflowError.

        It asks once: if the server is dead, nobody else starts it again.
        """
        from httpx import HTTPError
        from prefect.client.orchestration import get_client
        from prefect.exceptions import PrefectException
        from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

        settings = {PREFECT_API_URL: self.environment["PREFECT_API_URL"], PREFECT_CLIENT_MAX_RETRIES: 0}
        with temporary_settings(settings), get_client(sync_client=True) as client:
            try:
                yield client
            except (HTTPError, PrefectException) as error:
                raise AlflowError(f"the Prefect server does not do what it should ({error!r})") from error

    def end(self) -> None:
        """End the worker and its flows, report these to the server, and end that; say what was ended."""
        try:
            if self.worker.process and self.server.process:
                with self.client() as client:
                    self._report(client)
        except AlflowError as error:
            self.say(f"{error}; the next `alflow up` marks the runs that were going on as Crashed")
        finally:
            self.worker.end()
            self.server.end()

    def hurry(self) -> None:
        """Let what is ending not finish what it is at; nothing is reported then."""
        self.worker.kill()
        self.server.kill()

    def _report(self, client: "SyncPrefectClient") -> None:
        ours = {one.pid for one in marked(self.worker.process.mark)} if self.worker.process else set()
        going_on = [run for run in unfinished(client) if run_lives(client, run) and not _another_s(run, ours)]
        if ending := [repr(run.name) for run in going_on if worker_of(run)]:
            self.say(f"Ending {', '.join(ending)}")
        self.worker.end()
        end_dead(client, "when `alflow up` was ended")
        for run in map(client.read_flow_run, [run.id for run in going_on]):
            if run.state and run.state.is_final():
                self.say(f"{_state(run)}: {run.name!r}")
            elif process := process_of(run):
                self.say(f"{run.name!r} goes on in process {pid_of(process)}, and will miss the server")


def _another_s(run: "FlowRun", ours: set[int]) -> bool:
    """Return whether the worker of another `alflow up` has a run; `ours` are the processes of this one's."""
    worker = worker_of(run)
    return worker is not None and bool(lives(worker)) and pid_of(worker) not in ours


def _state(run: "FlowRun") -> str:
    assert run.state is not None
    return str(run.state.name)


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"by itself, with exit code {code}"


def _set_aside(log: Path) -> None:
    """Begin a log anew; that of the last time stays beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".last.log"))


def _tell(output: IO[bytes], log: Path, say: Say) -> None:
    """Write all that the worker and its flows say to a file, and show what they log.

    It goes on where the file cannot be written: if nobody read what they say, they would stop and wait.
    """
    for line in output:
        try:
            with log.open("ab") as file:
                file.write(line)
        except OSError as error:
            say(f"{log} cannot be written: {error.strerror}")
        text = line.decode(errors="replace").rstrip()
        if LOGGED.match(text):
            say(text)


def quietly(say: Callable[[str], Any]) -> Say:
    """Return a function that shows lines as long as there is a terminal to show them on."""

    def shown(line: str) -> None:
        with suppress(OSError, ValueError):
            say(line)

    return shown
