"""alflow as it is installed: built, and used from an empty folder, far from any checkout."""

import os
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.servers import ROOT, Server, begin_with_tables, free_port, wait_until
from benchmarks.up_world import until

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what the sdist holds, and return the folder of an environment in which pip installed it."""
    folder = tmp_path_factory.mktemp("wheel")
    sdist = build(ROOT, "sdist", folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    wheel = build(source, "wheel", folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "venv"), "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])  # dependencies, and no checkout
    return folder / "venv"


def build(source: Path, target: str, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(into), "--target", target]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = into.glob({"sdist": "*.tar.gz", "wheel": "*.whl"}[target])
    return made


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_code_is_the_installed_one(installed: Path, empty: Path) -> None:
    where = (
        "from importlib.util import find_spec; print(*(find_spec(one).origin for one in ('al_core', 'flows', 'tasks')))"
    )
    said = subprocess.run([installed / "bin" / "python", "-P", "-c", where], capture_output=True, text=True, check=True)
    assert said.stdout.count(str(installed)) == 3


def test_the_command_knows_its_version(installed: Path, empty: Path) -> None:
    said = subprocess.run([installed / "bin" / "alflow", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("alflow, version ")


@contextmanager
def going(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def test_up_makes_its_deployments_and_runs_them_and_so_does_run(installed: Path, empty: Path) -> None:
    server, alflow = Server(empty / "home", free_port()), str(installed / "bin" / "alflow")
    begin_with_tables(server.home)
    with going([alflow, "up", "--port", str(server.port)], empty / "log"):
        until(lambda: "Ctrl-C ends it" in (empty / "log").read_text(), "it has not started")
        assert "Made prefect.yaml" in (empty / "log").read_text()
        settings = {"features": {"kind": "tfidf"}, "seeds": 1, "cycles": 1, "strategies": ["margin"]}
        made = server.ask("/deployments/name/experiment/alflow")
        run = server.ask(f"/deployments/{made['id']}/create_flow_run", {"parameters": {"config": settings}})
        mine = empty / "mine"
        for name in ("flows", "tasks"):
            (mine / name).mkdir(parents=True)
        options = ["--features", "tfidf", "--cycles", "1", "--seeds", "1", "--strategy", "margin"]
        there = os.environ | {"PREFECT_API_URL": server.url}
        done = subprocess.run([alflow, "run", "demo", *options], cwd=mine, env=there, capture_output=True, text=True)
        assert "AULC" in done.stdout, done.stderr
        wait_until(lambda: state_of(server, run["id"]) == "COMPLETED", "the deployment has run")
    for folder in (empty, mine):
        assert list((folder / "results" / "experiments").glob("*/report.html"))


def state_of(server: Server, run: str) -> str:
    """Return the type of a run's state.

    Raises:     AssertionError if it has failed
    """
    found = server.ask(f"/flow_runs/{run}")
    assert found["state_type"] not in ("FAILED", "CRASHED", "CANCELLED"), found["state"]["message"]
    return str(found["state_type"])
