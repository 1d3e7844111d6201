"""Nothing outlives the process that has it on a leash, however that ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from benchmarks.servers import alive, wait_until
from flows.serving.leash import Leash, marked

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""
"""A command that ignores SIGTERM, and whose child is in a process group of its own."""

STARTER = """
import sys
from flows.serving.leash import Leash
Leash([sys.executable, *sys.argv[1:]], grace=0.3).wait()
"""


def child_in(file: Path) -> int:
    return int(wait_until(lambda: file.exists() and file.read_text(), "the child has started"))


@pytest.mark.parametrize(("does", "code"), [("exit(3)", 3), ("import os; os.kill(os.getpid(), 15)", -15)])
def test_it_ends_as_the_command_does(does: str, code: int) -> None:
    assert Leash([sys.executable, "-c", does]).wait() == code


def test_nothing_is_left_when_the_starter_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "child"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, "-c", STUBBORN, str(file)])
    child = child_in(file)
    family = [child, *(one.pid for one in psutil.Process(starter.pid).children(recursive=True))]
    assert len(family) >= 3
    starter.kill()
    starter.wait()
    wait_until(lambda: not any(map(alive, family)), "all of it is gone")


@pytest.mark.parametrize("first", [lambda one: None, lambda one: os.kill(one.pid, signal.SIGKILL)])
def test_nothing_is_left_at_the_end_even_if_the_process_in_between_was_killed(
    tmp_path: Path, first: Callable[[Leash], None]
) -> None:
    leash = Leash([sys.executable, "-c", STUBBORN, str(tmp_path / "child")], grace=0.3)
    child = child_in(tmp_path / "child")
    first(leash)
    leash.end()
    assert not alive(child)
    assert not marked(leash.mark)
