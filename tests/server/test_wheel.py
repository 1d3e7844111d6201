"""alflow as it is installed: built, and used from an empty folder, far from any checkout."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.servers import ROOT, free_port
from benchmarks.up_world import until

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel by way of the sdist, and return the folder of a clean environment that has it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    subprocess.run([*build, "--target", "sdist", "--target", "wheel"], cwd=ROOT, check=True, capture_output=True)
    assert list(folder.glob("*.tar.gz"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])  # dependencies, and no checkout
    script = folder / "venv" / "bin" / "alflow"
    script.write_text(f"#!{folder}/venv/bin/python\nfrom flows.cli import main\nmain()\n")
    script.chmod(0o755)
    return folder / "venv"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_code_is_the_installed_one(installed: Path, empty: Path) -> None:
    where = "import al_core, flows.cli, tasks; print(al_core.__file__, flows.cli.__file__, tasks.__file__)"
    said = subprocess.run([installed / "bin" / "python", "-P", "-c", where], capture_output=True, text=True, check=True)
    assert said.stdout.count(str(installed)) == 3


@contextmanager
def going(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def test_up_makes_its_deployments_and_runs_them_and_so_does_run(installed: Path, empty: Path) -> None:
    port, alflow = free_port(), str(installed / "bin" / "alflow")
    with going([alflow, "up", "--port", str(port)], empty / "log"):
        until(lambda: "Ctrl-C ends it" in (empty / "log").read_text(), "it has not started")
        assert "Made prefect.yaml" in (empty / "log").read_text()
        there = os.environ | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
        prefect = [str(installed / "bin" / "python"), "-P", "-m", "prefect", "--no-prompt"]
        settings = 'config={"features": {"kind": "tfidf"}, "seeds": 1, "cycles": 1, "strategies": ["margin"]}'
        subprocess.run(
            [*prefect, "deployment", "run", "experiment/alflow", "--param", settings, "--watch"],
            env=there, check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        mine = empty / "mine"
        for name in ("flows", "tasks"):
            (mine / name).mkdir(parents=True)
        options = ["--features", "tfidf", "--cycles", "1", "--seeds", "1", "--strategy", "margin"]
        done = subprocess.run([alflow, "run", "demo", *options], cwd=mine, env=there, capture_output=True, text=True)
        assert "AULC" in done.stdout, done.stderr
    for folder in (empty, mine):
        assert list((folder / "results" / "experiments").glob("*/report.html"))
