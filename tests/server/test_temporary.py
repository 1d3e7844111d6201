"""`alflow run` where no server is named: it starts one of its own, waits for it, and leaves no process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.servers import MARK, free_port, marked, no_process_left

pytestmark = [pytest.mark.server, pytest.mark.slow]

RUN = ["run", "--strategy", "random", "--seeds", "1", "--features", "tfidf", "--query-size", "5"]
PATIENCE = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"


def start(folder: Path, *more: str, **settings: str) -> subprocess.Popen[str]:
    """Start `alflow run` with a Prefect home of its own, in which nothing is yet."""
    return subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", *RUN, "--store", str(folder / "store"), *more],
        env=environment(folder, settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return mine | {"PREFECT_HOME": str(folder / "prefect"), "DO_NOT_TRACK": "1"} | settings


def servers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that a command started, itself left out."""
    return [pid for pid in marked(os.environ[MARK].split()[-1]) if pid != process.pid]


def gone(process: subprocess.Popen[str]) -> bool:
    """Wait until all that a command started has ended; a server that starts up ends once it has."""
    for _ in range(600):
        if not servers_of(process):
            return True
        time.sleep(0.1)
    return False


def until_it_works(folder: Path, process: subprocess.Popen[str]) -> None:
    while not list((folder / "store").glob("sample/*/random/seed=0/cycle=*")):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)


@pytest.mark.soak
def test_two_at_once_from_nothing_both_finish(tmp_path: Path) -> None:
    with no_process_left():
        both = [start(tmp_path, "--cycles", "1") for _ in range(2)]
        for process in both:
            said, _ = process.communicate(timeout=600)
            assert process.returncode == 0, said
            assert "once `alflow up` or `prefect server start` runs" in said
        assert gone(both[0])


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGKILL, marks=pytest.mark.soak),
        signal.SIGHUP,
        pytest.param(signal.SIGTERM, marks=pytest.mark.soak),
        pytest.param(signal.SIGINT, marks=pytest.mark.soak),
    ],
)
def test_the_server_ends_with_the_command(tmp_path: Path, how: signal.Signals) -> None:
    with no_process_left():
        process = start(tmp_path, "--cycles", "200")
        until_it_works(tmp_path, process)
        assert servers_of(process)
        process.send_signal(how)
        said, _ = process.communicate(timeout=300)
        assert process.returncode == (130 if how == signal.SIGINT else -how), said
        assert "Traceback" not in said
        assert gone(process)


def test_ctrl_c_while_the_server_starts(tmp_path: Path) -> None:
    with no_process_left():
        process = start(tmp_path, "--cycles", "1")
        while len(servers_of(process)) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 130, said
        assert "the same command goes on" in said
        assert "Traceback" not in said
        assert gone(process)


def test_a_server_that_cannot_start_is_said_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with no_process_left():
        process = start(tmp_path, "--cycles", "1")
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 1
        assert "alflow: the Prefect server ended at its start" in said
        assert "file is not a database" in said
        assert gone(process)


@pytest.mark.soak
def test_patience_ends_and_says_how_to_have_more(tmp_path: Path) -> None:
    with no_process_left():
        process = start(tmp_path, "--cycles", "1", **{PATIENCE: "1"})
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 1
        assert f"`export {PATIENCE}=SECONDS`" in said
        assert "Traceback" not in said
        assert gone(process)


@pytest.mark.soak
def test_a_named_server_that_is_slow_is_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        patience = {PATIENCE: "25", "PREFECT_API_REQUEST_TIMEOUT": "2"}
        process = start(tmp_path, "--cycles", "1", PREFECT_API_URL=url, **patience)
        said, _ = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "Waiting for the Prefect server to answer (" in said
    assert f"alflow: the Prefect server at {url} did not answer in 25 s" in said


def test_a_named_server_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/api"
    said, _ = (process := start(tmp_path, "--cycles", "1", PREFECT_API_URL=url)).communicate(timeout=600)
    assert process.returncode == 1
    assert f"alflow: no Prefect server answers at {url}" in said
    assert "Waiting" not in said
