"""The marks of processes: who lives, who is gone, and of whom it cannot be known here."""

import os
import subprocess
import sys

from flows.serving.lives import lives, pid_of, this_process

MARK = "from flows.serving.lives import this_process; print(this_process(), flush=True); input()"


def test_this_process_lives() -> None:
    assert pid_of(this_process()) == os.getpid()
    assert lives(this_process()) is True


def test_a_process_lives_until_it_ends_even_if_nobody_has_reaped_it() -> None:
    with subprocess.Popen([sys.executable, "-c", MARK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        mark = process.stdout.readline().decode().strip()
        assert lives(mark) is True
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert lives(mark) is False
    assert lives(mark) is False


def test_another_process_with_the_same_id_is_not_taken_for_it() -> None:
    machine, pid, started = this_process().split()
    assert lives(f"{machine} {pid} {int(started) - 1}") is False


def test_of_another_machine_nothing_is_known() -> None:
    _, pid, started = this_process().split()
    assert lives(f"elsewhere-0 {pid} {started}") is None
