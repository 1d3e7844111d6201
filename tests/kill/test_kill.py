"""Kill a real run at some moments; what was done stays, and the end is the same, byte for byte."""

import os
import signal
import subprocess
import sys
import time
from ctypes import CDLL
from functools import partial
from pathlib import Path

import pytest

pytestmark = [pytest.mark.server, pytest.mark.slow]

ARGUMENTS = [
    *("--strategy", "margin", "--strategy", "random", "--seeds", "1", "--cycles", "4", "--query-size", "20"),
    *("--features", "tfidf"),
]
MOMENTS = (0, 9, 20)
"""How many results are in the store when the process is killed."""


def start(store: Path, server: str, *more: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        "from flows.cli import main; main()",
        "run",
        "--store",
        str(store),
        *ARGUMENTS,
        *more,
    ]
    return subprocess.Popen(
        command,
        env=os.environ | {"PREFECT_API_URL": server},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell starts background jobs with Ctrl-C ignored, and what they start inherits that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


def results(store: Path) -> dict[Path, int]:
    """Return the finished results of the store with the times they were written."""
    records = (store / ".alflow").glob("sample/**/*.json")
    return {record: record.stat().st_mtime_ns for record in records}


def stop_at(process: subprocess.Popen[str], store: Path, moment: int, how: signal.Signals) -> None:
    wait_for(process, store, moment)
    process.send_signal(how)
    process.wait(timeout=1200)


def wait_for(process: subprocess.Popen[str], store: Path, moment: int) -> None:
    while process.poll() is None and len(results(store)) < moment:
        time.sleep(0.002)


def interrupt_without_waking(process: subprocess.Popen[str]) -> None:
    """Send SIGINT to another thread than the main one, which sleeps on: as does one that was just about to fall asleep.

    On a busy machine Ctrl-C now and then comes in that moment.
    """
    other = max(int(thread.name) for thread in Path(f"/proc/{process.pid}/task").iterdir())
    assert other != process.pid
    assert CDLL(None, use_errno=True).tgkill(process.pid, other, signal.SIGINT) == 0


def tables(store: Path) -> dict[str, bytes]:
    (folder,) = (store / "experiments").iterdir()
    return {
        f"{name}.parquet": (folder / f"{name}.parquet").read_bytes()
        for name in ("metrics", "classes", "confusion", "queries")
    }


@pytest.fixture(scope="module")
def undisturbed(server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    store = tmp_path_factory.mktemp("undisturbed")
    process = start(store, server)
    output, _ = process.communicate(timeout=1200)
    assert process.returncode == 0, output
    return tables(store)


def test_kills_lose_nothing_that_was_done(server: str, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    kept: dict[Path, int] = {}
    for moment in MOMENTS:
        process = start(tmp_path, server)
        stop_at(process, tmp_path, moment, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL, "it finished before it could be killed"
        assert kept.items() <= results(tmp_path).items(), "something was computed twice"
        kept = results(tmp_path)
    process = start(tmp_path, server)
    output, _ = process.communicate(timeout=1200)
    assert process.returncode == 0, output
    assert kept.items() <= results(tmp_path).items()
    assert tables(tmp_path) == undisturbed


def test_ctrl_c_stops_a_long_run_soon_and_says_how_to_go_on(server: str, tmp_path: Path) -> None:
    process = start(tmp_path, server, "--cycles", "200", "--query-size", "5")
    wait_for(process, tmp_path, 12)
    interrupt_without_waking(process)
    process.wait(timeout=1200)
    assert process.returncode == 130
    assert process.stdout is not None
    assert "the same command goes on" in process.stdout.read()
    assert len(results(tmp_path)) < 60, "it went on after Ctrl-C"


def test_two_runs_at_once_share_the_work(server: str, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    both = [start(tmp_path, server) for _ in range(2)]
    outputs = [process.communicate(timeout=1200)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert tables(tmp_path) == undisturbed
