"""`alflow up` as a person has it: one command, a UI, a run, one Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.servers import ROOT, Server, marked, no_process_left
from flows.cli import main

pytestmark = [pytest.mark.server, pytest.mark.slow]


@contextmanager
def alflow_up(home: Path) -> Iterator[tuple[Server, subprocess.Popen[str]]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from flows.cli import main; main()", "up", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment | {"PREFECT_HOME": str(home), "ALFLOW_TEST_UP": "here"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell does in the background
    )  # fmt: skip
    yield Server(home, port), process


def test_one_command_starts_all_and_one_ctrl_c_ends_all(tmp_path: Path) -> None:
    with no_process_left(), alflow_up(tmp_path) as (server, process):
        assert process.stdout is not None
        for line in process.stdout:
            if "Prefect UI" in line:
                break
        assert f"http://127.0.0.1:{server.port}/deployments" in line
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=30) as page:
            assert b"Prefect" in page.read()
        found = server.ask("/deployments/name/experiment/alflow")
        settings = {
            "config": {"features": {"kind": "tfidf"}, "seeds": 1, "cycles": 1, "store": str(tmp_path / "store")}
        }
        run = server.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": settings})["id"]
        for _ in range(300):
            state = server.ask(f"/flow_runs/{run}")["state_name"]
            if state in ("Completed", "Failed", "Crashed"):
                break
            time.sleep(0.2)
        assert state == "Completed"
        settings["config"] |= {"cycles": 200, "query_size": 5}
        server.ask(f"/deployments/{found['id']}/create_flow_run", {"parameters": settings})
        while len(list((tmp_path / "store").glob("sample/*/margin/seed=0/cycle=*"))) < 5:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert "Stopped." in process.stdout.read()
        assert process.wait(timeout=180) == 0
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=2):
            pytest.fail("the server still answers")
        assert not marked("ALFLOW_TEST_UP=here"), "a process is left"


def test_a_taken_port_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = CliRunner().invoke(main, ["up", "--port", str(port)])
    assert f"port {port} is taken" in said.output
    assert said.exit_code == 1


def test_outside_a_checkout_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no prefect.yaml here" in CliRunner().invoke(main, ["up"]).output
