"""`alflow up` as a person has it: one command, a UI, runs, one Ctrl-C; and what it does about what dies."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from benchmarks.postgresql import POSTGRESQL, postgresql
from benchmarks.servers import ROOT
from benchmarks.up_world import FLOW, SERVER, WORKER, Up, an_up, until
from flows.cli import main

pytestmark = [pytest.mark.server, pytest.mark.slow]

AS_SET = {("0 3 * * *", True), ("5 4 * * 0", True)}
"""The schedules, the nightly one switched on and another added."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with an_up(tmp_path_factory.mktemp("up")) as one:
        yield one


@pytest.fixture
def up(home: Up) -> Up:
    """An `up` that runs; the last test may have ended it."""
    if not home.runs():
        home.start()
    return home


def config(store: Path, cycles: int) -> dict[str, object]:
    return {
        "strategies": ["margin", "random"],
        "features": {"kind": "tfidf"},
        "seeds": 1,
        "cycles": cycles,
        "query_size": 5,
        "store": str(store),
    }


def at_work(up: Up, store: Path, cycles: int) -> str:
    """Start a long run, and wait until it is at it."""
    run = up.submit(config(store, cycles))
    wait_for_more(store)
    return run


def wait_for_more(store: Path) -> None:
    before = done(store)
    until(lambda: done(store) > before + 1, "no cycle is done")


def done(store: Path) -> int:
    return len(list(store.glob("sample/*/*/seed=0/cycle=*")))


def test_nothing_outlives_ctrl_c_or_a_kill_and_the_next_up_goes_on_by_one_press_or_command(
    up: Up, tmp_path: Path
) -> None:
    assert f"http://127.0.0.1:{up.port}/deployments" in up.said()
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/", timeout=60) as page:
        assert b"Prefect" in page.read()
    assert up.schedules() == {("0 3 * * *", False)}
    up.set_schedules()
    run = at_work(up, tmp_path, 60)
    name = up.run(run)["name"]
    assert up.end(signal.SIGINT) == 0
    assert f"Crashed: {name!r}" in up.said()
    assert "Stopped. To go on: `alflow up`, and Retry" in up.said()
    assert not up.processes(), "a process is left"
    with suppress(OSError), socket.create_connection(("127.0.0.1", up.port), timeout=2):
        pytest.fail("the server still answers")
    up.start()
    assert up.run(run)["state_name"] == "Crashed"
    assert not up.unfinished()
    assert up.schedules() == AS_SET
    up.press_retry(run)
    wait_for_more(tmp_path)
    up.end(signal.SIGKILL)
    assert up.no_process_left(), "a process is left"
    up.start()
    assert f"Crashed: {name!r}, whose process is gone" in up.said()
    assert not up.unfinished()
    assert "a worker will run it" in alflow(up, "retry", run)
    assert up.end_of(run, attempt=3)["state_name"] == "Completed"
    up.wait_for("Finished in state Completed()")


def test_deploying_again_keeps_the_schedules(up: Up) -> None:
    if up.schedules() != AS_SET:
        up.set_schedules()
    environment = up.server.environment | {"PWD": str(ROOT)}
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert up.schedules() == AS_SET


def test_what_is_killed_comes_back_and_the_run_goes_on(up: Up, tmp_path: Path) -> None:
    run = at_work(up, tmp_path, 60)
    (flow,) = up.processes(FLOW)
    up.kill(WORKER)
    up.wait_for("The worker ended (by SIGKILL)")
    until(lambda: up.run(run)["state_name"] == "Crashed", "the run is not marked")
    assert flow not in up.processes(FLOW), "a worker takes its flow along"
    assert not up.unfinished()
    up.press_retry(run)
    wait_for_more(tmp_path)
    (flow,) = up.processes(FLOW)
    os.kill(flow, signal.SIGKILL)
    until(lambda: up.run(run)["state_name"] == "Crashed", "the run is not marked")
    up.press_retry(run)  # at once, while the worker is not done with the death
    wait_for_more(tmp_path)
    assert up.run(run)["state_name"] == "Running"
    up.kill(SERVER)
    assert up.end_of(run, attempt=3)["state_name"] == "Completed"
    up.wait_for("The server ended (by SIGKILL); starting it again")
    assert "Traceback" not in up.said()


@pytest.mark.soak
def test_a_run_that_was_to_begin_holds_no_place_when_its_worker_is_killed(up: Up, tmp_path: Path) -> None:
    one = {"concurrency_limit": 1}
    httpx.patch(f"{up.server.url}/deployments/{up.deployment()['id']}", json=one, timeout=60).raise_for_status()
    first = up.submit(config(tmp_path, 200))
    until(lambda: up.run(first)["state_type"] == "PENDING", "the worker does not take the run")
    up.kill(WORKER)
    second = up.submit(config(tmp_path, 1))
    assert up.end_of(second)["state_name"] == "Completed"
    assert up.run(first)["state_name"] == "Crashed"


@pytest.mark.soak
def test_a_second_up_on_the_same_records_says_so(up: Up) -> None:
    (worker,) = up.processes(WORKER)
    second = Up(up.home / "second")
    second.home.mkdir()
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [sys.executable, "-c", "from flows.cli import main; main()", "up", "--port", str(second.port)]
    with second.log.open("wb") as log:
        second.process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=theirs | {"PREFECT_HOME": str(up.home), "DO_NOT_TRACK": "1"}
        )
    second.wait_for("Prefect UI")
    assert f"Another worker, in process {worker}, has the same records" in second.said()
    second.end(signal.SIGTERM)


def alflow(up: Up, *arguments: str) -> str:
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=up.server.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout


@pytest.mark.soak
def test_alflow_retry_knows_whether_a_process_lives(up: Up, tmp_path: Path) -> None:
    arguments = [
        "run",
        "--strategy",
        "margin",
        "--features",
        "tfidf",
        "--seeds",
        "1",
        "--query-size",
        "5",
        "--store",
        str(tmp_path),
    ]
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments, "--cycles", "60"]
    process = subprocess.Popen(command, cwd=ROOT, env=up.server.environment, stdout=subprocess.DEVNULL)
    wait_for_more(tmp_path)
    process.send_signal(signal.SIGSTOP)  # it lives, though it does nothing
    for claim in ([], ["--dead"]):
        said = alflow(up, "retry", *claim)
        assert f"is Running, in process {process.pid} of this machine; wait" in said
        assert f"`kill {process.pid}`" in said
    process.kill()
    process.wait()
    assert "AULC" in alflow(up, "retry"), "whether `up` has found it dead by then, or not"


@pytest.mark.soak
@pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL is not installed; on Debian, `apt-get install postgresql`")
def test_another_database_is_one_option_away_and_a_wrong_one_is_said_at_once(tmp_path: Path) -> None:
    with postgresql() as url, an_up(tmp_path, "--database", url.replace("+asyncpg", "")) as up:
        up.start()
        assert up.deployment()["name"] == "alflow"
        assert not (tmp_path / "prefect.db").exists()
        up.end()
        said = CliRunner().invoke(main, ["up", "--database", url.replace("@", ":secret@") + "-not"])
        assert 'cannot be used (database "postgres-not" does not exist)' in said.output
        assert "secret" not in said.output
    said = CliRunner().invoke(main, ["up", "--database", "mysql://root:secret@localhost/prefect"])
    assert "is of the kind 'mysql'; Prefect knows postgresql and sqlite" in said.output


def test_a_taken_port_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = CliRunner().invoke(main, ["up", "--port", str(port)])
    assert f"port {port} is taken" in said.output
    assert said.exit_code == 1


@pytest.mark.parametrize("name", ["flows", "tasks.py"])
def test_modules_that_would_take_the_place_of_alflow_s_are_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir() if "." not in name else Path(name).touch()
    said = CliRunner().invoke(main, ["up"])
    assert "would be imported here in place of alflow's own" in said.output
    assert not Path("prefect.yaml").exists()
