"""Run a command that ends, with all that it started, when whoever started it ends, even by `kill -9`.

    process = Leash([sys.executable, "-m", "prefect", "worker", "start", "--pool", "alflow"], stdout=log, stderr=log)
    ...
    process.end()

Between the two stands a small process, this file. It reads from a pipe of which only the starter has the other end:
once that is closed, whatever the reason, or once the starter is gone, it ends the command and all that came of it. It
knows them by an environment variable, whatever their process group or parent. Ctrl-C in the terminal reaches none.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Thread
from time import monotonic, sleep
from typing import IO, Any
from uuid import uuid4

import psutil

MARK = "ALFLOW_LEASH"
"""The environment variable by which all that came of a command is known."""

GRACE = 10.0
"""Seconds that a process has to end after a SIGTERM, and again after a second one."""


class Leash(subprocess.Popen[bytes]):
    """A command that ends with the process that started it; `pid` is that of the process in between.

    The return code is the command's: negative for a signal, as always.

    Parameters
    ----------
    command : list of str
    environment : mapping
        The command's variables; this process's if left out.
    grace : float
        Seconds to end in after a SIGTERM; there are two before the SIGKILL.
    how
        What else `subprocess.Popen` takes, such as `stdout` and `cwd`.
    """

    def __init__(
        self, command: list[str], environment: Mapping[str, str] | None = None, grace: float = GRACE, **how: Any
    ) -> None:
        self.mark, self.grace = uuid4().hex, grace
        mine = dict(os.environ if environment is None else environment)
        super().__init__(
            [sys.executable, "-P", "-m", "flows.serving.leash", str(os.getpid()), str(grace), self.mark, *command],
            env=mine | {MARK: f"{mine.get(MARK, '')} {self.mark}".strip()},
            stdin=subprocess.PIPE, start_new_session=True, **how,
        )  # fmt: skip

    def let_go(self) -> None:
        """Tell the command and all that it started to end, without waiting for it."""
        assert self.stdin is not None
        with suppress(BrokenPipeError):
            self.stdin.close()

    def end(self) -> int:
        """End the command and all that it started, wait for it, and return the command's return code."""
        self.let_go()
        try:
            code = self.wait(timeout=3 * self.grace)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self.wait()
        end_all(lambda: marked(self.mark), self.grace)  # if the process in between was killed
        return code


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes that have a mark in their environment, without this one."""
    return [one for one in psutil.process_iter() if one.pid != os.getpid() and mark in _marks(one)]


def _marks(process: psutil.Process) -> list[str]:
    """Return the marks of a process; none if it is somebody else's, ends right now, or waits to be reaped."""
    try:
        return process.environ().get(MARK, "").split()
    except (psutil.Error, OSError):
        return []


def end_all(find: Callable[[], list[psutil.Process]], grace: float = GRACE) -> None:
    """End the processes that a function finds, until it finds none: by SIGTERM, by another, and by SIGKILL."""
    for how in (psutil.Process.terminate, psutil.Process.terminate, psutil.Process.kill):
        for process in find():
            with suppress(psutil.Error):
                how(process)
        until = monotonic() + grace
        while monotonic() < until:
            if not find():
                return
            sleep(0.05)


def main() -> None:
    """Run the command of the arguments; end it when standard input or the starter does."""
    starter, grace, mark, *command = sys.argv[1:]
    ended = Event()
    for how in {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        signal.signal(how, lambda *_: ended.set())
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent())
    Thread(target=_read_to_the_end, args=(sys.stdin.buffer, ended), daemon=True).start()
    while not ended.is_set() and os.getppid() == int(starter) and _runs(child):
        pass
    end_all(lambda: _all_of(child, mark), float(grace))
    _end_like(child.wait())


def _read_to_the_end(pipe: IO[bytes], ended: Event) -> None:
    while pipe.read(1024):
        pass
    ended.set()


def _runs(child: subprocess.Popen[bytes]) -> bool:
    """Return whether a command still runs, a moment later."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=0.1)
    return child.returncode is None


def _all_of(child: subprocess.Popen[bytes], mark: str) -> list[psutil.Process]:
    """Return what runs of a command and of all that it started."""
    child.poll()  # else it waits to be reaped
    return [one for one in {*psutil.Process().children(recursive=True), *marked(mark)} if _lives(one)]


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _end_with_parent() -> Callable[[], None] | None:
    """Return what has Linux end a command by SIGTERM when the process in between is killed."""
    if sys.platform != "linux":
        return None
    from ctypes import CDLL

    prctl, set_death_signal = CDLL(None).prctl, 1
    return lambda: prctl(set_death_signal, signal.SIGTERM)


def _end_like(code: int) -> None:
    """End with a return code, or by a signal where it is that of one."""
    if code < 0 and -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
