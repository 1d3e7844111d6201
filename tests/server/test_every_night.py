"""What docs/deploy.md says of schedules, notifications and limits: its commands, to the letter, on a real server."""

import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from al_core.results import read_experiment
from benchmarks.servers import PATIENCE, ROOT, Server, marked, wait_until, worker

pytestmark = [pytest.mark.server, pytest.mark.slow]

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SMALL = {"strategies": ["margin"], "seeds": 1, "cycles": 1, "query_size": 10, "features": {"kind": "tfidf"}}


def commands(section: str) -> list[str]:
    """Return the blocks of commands in a section of docs/deploy.md."""
    text = (ROOT / "docs/deploy.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", text, re.S)


def shell(server: Server, command: str, folder: Path = ROOT) -> str:
    """Run a command as a person does in a shell where .venv is activated."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=server.environment | {"PATH": path, "PWD": str(folder)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def nightly(shared_server: Server) -> Iterator[Server]:
    """The shared server with the deployments of the example, and a worker that runs one thing at a time."""
    shell(shared_server, "prefect work-pool create alflow --type process --overwrite")
    _, deploy = commands("Schedules")
    shell(shared_server, deploy)
    (start,) = commands("Limits")
    assert start.startswith("prefect worker start --pool alflow --limit ")
    with worker(shared_server, "--limit", "1"):
        yield shared_server
        for name in ("experiment/nightly", "cycle/nightly-cycle"):
            found = shared_server.ask(f"/deployments/name/{name}")["id"]
            shared_server.send("DELETE", f"/deployments/{found}")


def start(server: Server, name: str, **parameters: Any) -> str:
    found = server.ask(f"/deployments/name/{name}")["id"]
    return str(server.ask(f"/deployments/{found}/create_flow_run", {"parameters": parameters})["id"])


def state(server: Server, run: str) -> str:
    return str(server.ask(f"/flow_runs/{run}")["state_type"])


def end(server: Server, run: str) -> Any:
    wait_until(lambda: state(server, run) in FINAL, f"{run} has ended")
    return server.ask(f"/flow_runs/{run}")


def process_of(server: Server, run: str) -> int:
    """Wait until the flow of a run runs, and return its process."""
    wait_until(lambda: state(server, run) == "RUNNING", f"{run} runs")
    return max(marked(f"PREFECT__FLOW_RUN_ID={run}"))


def tickets(file: Path, night: int) -> None:
    """Put the texts of a night in place, in one step."""
    rows = [f"{word} is late or broken {number} {night},{word}" for number in range(30) for word in ("parcel", "bill")]
    file.with_suffix(".new").write_text("\n".join(["text,label", *rows]) + "\n")
    file.with_suffix(".new").rename(file)


@pytest.mark.soak
def test_the_texts_of_each_night_become_an_experiment_of_their_own(nightly: Server, tmp_path: Path) -> None:
    deployment = nightly.ask("/deployments/name/experiment/nightly")
    (schedule,) = deployment["schedules"]
    assert schedule["active"]
    assert schedule["schedule"]["cron"] == "0 3 * * *"
    file, store = tmp_path / "tickets.csv", tmp_path / "results"
    assert schedule["parameters"]["config"]["data"]["source"] == "incoming/tickets.csv"
    nights = {"config": schedule["parameters"]["config"] | SMALL | {"data": {"source": str(file)}, "store": str(store)}}
    tickets(file, night=1)
    path = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
    nightly.send("PATCH", path, {"schedule": {"interval": 15}, "parameters": nights, "active": True})
    wait_until(lambda: len(finished(store)) == 1, "the first night's experiment is finished")
    first = written(store)
    tickets(file, night=2)
    wait_until(lambda: len(finished(store)) == 2, "the second night's experiment is finished")
    both = written(store)
    third = after(nightly, deployment["id"])
    nightly.send("PATCH", path, {"active": False})
    assert third["state_type"] == "COMPLETED", "the same texts again"
    assert written(store) == both
    assert first.items() <= both.items(), "the first night's results are untouched"
    assert len({one.manifest["data"]["fingerprint"] for one in finished(store)}) == 2
    said = shell(nightly, f"alflow status --store {store}")
    assert said.count("finished") == 2, said


def written(store: Path) -> dict[Path, int]:
    """Return the results of a store with the times they were written."""
    return {record: record.stat().st_mtime_ns for record in (store / ".alflow").rglob("*.json")}


def finished(store: Path) -> list[Any]:
    found = (store / "experiments").glob("*/manifest.json")
    return [read_experiment(one.parent) for one in found if json.loads(one.read_text())["state"] == "finished"]


def after(server: Server, deployment: str) -> Any:
    """Wait until a run of a deployment, created from now on or started already, has ended; return it."""
    ended = {"deployments": {"id": {"any_": [deployment]}}, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    before = len(server.ask("/flow_runs/filter", ended))
    wait_until(lambda: len(server.ask("/flow_runs/filter", ended)) > before + 1, "another night has passed")
    return server.ask("/flow_runs/filter", ended | {"sort": "END_TIME_DESC", "limit": 1})[0]


@contextmanager
def serving(handler: type, kind: type[socketserver.BaseServer] = ThreadingHTTPServer) -> Iterator[int]:
    """Serve on a free port of this machine, which is the value."""
    with kind(("127.0.0.1", 0), handler) as here:  # type: ignore[arg-type]
        threading.Thread(target=here.serve_forever, daemon=True).start()
        yield here.server_address[1]
        here.shutdown()


@pytest.fixture
def hook() -> Iterator[tuple[int, list[str]]]:
    """Something that takes JSON documents: its port, and the texts that came."""
    came: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Hook) as port:
        yield port, came


@pytest.fixture
def mail() -> Iterator[tuple[int, list[str]]]:
    """A mail server: its port, and the mails that came."""
    came: list[str] = []

    class Mail(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    came.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

    with serving(Mail, socketserver.ThreadingTCPServer) as port:
        yield port, came


@pytest.fixture
def told(
    nightly: Server, hook: tuple[int, list[str]], mail: tuple[int, list[str]], tmp_path: Path
) -> Iterator[tuple[list[str], list[str]]]:
    """Make the automation, once for a hook and once for mail; the values are what either was told."""
    slack, by_mail, by_hook, create = commands("Notifications")
    shell(nightly, slack)
    addresses = {"https://example.org/hook": f"http://127.0.0.1:{hook[0]}/hook"}
    addresses["mailtos://smtp.example.org"] = f"mailto://127.0.0.1:{mail[0]}"
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    made = []
    for block in (by_hook, by_mail):
        for written, here in addresses.items():
            block = block.replace(written, here)
        assert "127.0.0.1" in block
        made += re.findall(r"Created automation .* with id\s+(\S+)", shell(nightly, block + create, tmp_path))
    assert len(made) == 2
    yield hook[1], mail[1]
    for automation in made:
        nightly.send("DELETE", f"/automations/{automation}")


@pytest.mark.soak
def test_a_hook_and_mail_are_told_once_of_an_experiment_that_fails_and_of_one_that_crashes(
    nightly: Server, told: tuple[list[str], list[str]], tmp_path: Path
) -> None:
    """An experiment that completes, and the cycle that fails, are not told of."""
    by_hook, by_mail = told
    good = SMALL | {"cycles": 0, "store": str(tmp_path / "store")}
    assert end(nightly, start(nightly, "experiment/nightly", config=good))["state_type"] == "COMPLETED"
    cycle = start(nightly, "cycle/nightly-cycle", config=good, strategy="margin", cycle=9)
    assert end(nightly, cycle)["state_type"] == "FAILED"
    failing = start(nightly, "experiment/nightly", config=good | {"data": {"source": str(tmp_path / "none.csv")}})
    assert end(nightly, failing)["state_type"] == "FAILED"
    crashing = start(nightly, "experiment/nightly", config=good | {"cycles": 200, "query_size": 1})
    process, log = process_of(nightly, crashing), nightly.home / "worker.log"
    begin = len(log.read_text())
    os.kill(process, signal.SIGKILL)
    assert end(nightly, crashing)["state_type"] == "CRASHED"
    wait_until(lambda: "worker - Check whether" in log.read_text()[begin:], "the worker has reported the death twice")
    ui = f"{nightly.url.removesuffix('/api')}/runs/flow-run"
    for came in (by_hook, by_mail):
        wait_until(lambda came=came: any(crashing in one for one in came), "the crash has been told of")  # type: ignore[misc]
        of_failing = [one for one in came if failing in one]
        assert len(of_failing) == 1, "events come in order, so the failure was told of before"
        assert "no such file" in of_failing[0].replace("=\n", "")
        assert len([one for one in came if crashing in one]) == 1
        assert not [one for one in came if cycle in one]
    assert f"{ui}/{failing}" in "".join(by_hook)


@pytest.mark.soak
def test_a_worker_with_a_limit_takes_the_next_run_when_one_has_ended(nightly: Server, tmp_path: Path) -> None:
    stores = [SMALL | {"cycles": 0, "store": str(tmp_path / name)} for name in "ab"]
    first = start(nightly, "cycle/nightly-cycle", config=stores[0], strategy="margin")
    process = process_of(nightly, first)
    os.kill(process, signal.SIGSTOP)
    second = start(nightly, "cycle/nightly-cycle", config=stores[1], strategy="margin")
    wait_until(lambda: nightly.ask(f"/flow_runs/{second}")["state_name"] == "Late", "the second run is late")
    os.kill(process, signal.SIGCONT)
    ended, begun = end(nightly, first), end(nightly, second)
    assert [ended["state_type"], begun["state_type"]] == ["COMPLETED", "COMPLETED"]
    assert begun["start_time"] > ended["end_time"]
