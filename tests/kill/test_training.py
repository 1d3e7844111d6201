"""Kill a run that fine-tunes, in cycle 2: it goes on from there, and the end is the same, byte for byte."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from tasks.store import Store

pytestmark = [pytest.mark.server, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
TABLES = ("metrics", "classes", "confusion", "epochs", "queries")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few short texts, so that training takes longer than the rest."""
    file = tmp_path_factory.mktemp("texts") / "few.csv"
    rows = pd.read_csv(ROOT / "data/sample/messages.csv").dropna()
    rows.loc[rows["text"].str.len() < 80].groupby("label").head(20).to_csv(file, index=False)
    return file


@pytest.fixture
def command(texts: Path, tiny_encoder: Path) -> list[str]:
    return [
        sys.executable, "-c", "from flows.cli import main; main()", "run", "--data", str(texts),
        "--strategy", "margin", "--seeds", "1", "--cycles", "2", "--query-size", "10", "--seed-set-size", "20",
        "--classifier", "transformer", "--encoder", str(tiny_encoder), "--max-length", "32", "--epochs", "1",
        "--batch-size", "16",
    ]  # fmt: skip


def start(command: list[str], store: Path, server: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*command, "--store", str(store), *more],
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        env=os.environ | {"PREFECT_API_URL": server},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def results(store: Path) -> dict[Path, int]:
    """Return the finished results of the store with the times they were written."""
    return {record: record.stat().st_mtime_ns for record in (store / ".alflow").glob("few/**/*.json")}


def tables(store: Path) -> dict[str, bytes]:
    (folder,) = (store / "experiments").iterdir()
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


def is_being_computed(store: Path, path: str) -> bool:
    with Store.open(str(store)).locked(path, wait=False) as free:
        return not free


def processor_seconds(pid: int) -> float:
    """Return what a process has used, whatever else the machine did meanwhile."""
    used = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.soak
def test_a_kill_while_training_costs_that_training_only(command: list[str], server: str, tmp_path: Path) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    seconds = ("--min-steps", "60")
    process = start(command, undisturbed, server, *seconds)
    assert process.wait(timeout=1200) == 0, process.stdout and process.stdout.read()

    (model,) = undisturbed.glob("few/setup-*/margin/seed=0/cycle=002/model-*.parquet")
    process = start(command, killed, server, *seconds)
    while process.poll() is None and not is_being_computed(killed, str(model.relative_to(undisturbed))):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=1200)
    assert not list(killed.glob("few/setup-*/margin/seed=0/cycle=002/*")), "cycle 2 was done before it could be killed"
    kept = results(killed)

    process = start(command, killed, server, *seconds)
    assert process.wait(timeout=1200) == 0, process.stdout and process.stdout.read()
    assert kept.items() <= results(killed).items(), "something was computed twice"
    assert tables(killed) == tables(undisturbed)
    assert len(list((killed / "weights").iterdir())) == 1, "the last model is kept, by default, and no other"


@pytest.mark.soak
def test_ctrl_c_stops_a_training_within_an_epoch(command: list[str], server: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    process = start(command, store, server, "--min-steps", "1000000", "--epoch-test-texts", "0")
    while process.poll() is None and not list(store.glob("few/tokens-*.parquet")):
        time.sleep(0.1)
    before = processor_seconds(process.pid)
    while process.poll() is None and processor_seconds(process.pid) < before + 5:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=1200)
    assert process.returncode == 130, said
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    assert not list(store.glob("few/setup-*/**/model-*.parquet"))
