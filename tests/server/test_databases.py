"""Sixteen cycles, eight at once, each with a flow run of its own, on either database that a Prefect server can use."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from benchmarks.postgresql import POSTGRESQL, postgresql
from benchmarks.servers import ROOT, server

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.soak]

PAIRS, CYCLES = 8, 1
ARGUMENTS = (
    "--strategy", "margin", "--strategy", "random", "--seeds", str(PAIRS // 2), "--cycles", str(CYCLES),
    "--workers", str(PAIRS), "--features", "tfidf", "--cycle-runs", "all",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What a run said, what it left, and how many of its cycles ended in which state."""

    said: str
    tables: dict[str, bytes]
    ended: Counter[str]


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_with({}, tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if not POSTGRESQL:
        pytest.skip("PostgreSQL is not installed; on Debian, `apt-get install postgresql`")
    with postgresql() as url:
        return run_with({"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}, tmp_path_factory.mktemp("postgresql"))


def run_with(settings: Mapping[str, str], store: Path) -> Run:
    with server(store.with_name(f"{store.name}-prefect"), settings) as prefect:
        done = subprocess.run(
            [sys.executable, "-c", "from flows.cli import main; main()", "run", "--store", str(store), *ARGUMENTS],
            cwd=ROOT, env=prefect.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1800,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return Run(done.stdout, tables(store), cycles_by_state(prefect.url))


def tables(store: Path) -> dict[str, bytes]:
    (folder,) = (store / "experiments").iterdir()
    return {name: (folder / f"{name}.parquet").read_bytes() for name in ("metrics", "classes", "confusion", "queries")}


def cycles_by_state(api: str) -> Counter[str]:
    found = httpx.post(f"{api}/flow_runs/filter", json={"flows": {"name": {"any_": ["cycle"]}}, "limit": 200})
    return Counter(one["state_type"] for one in found.raise_for_status().json())


@pytest.mark.parametrize("database", ["on_sqlite", "on_postgresql"])
def test_every_cycle_is_completed_and_nobody_hears_of_a_busy_database(
    database: str, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(database)
    assert run.ended == {"COMPLETED": PAIRS * (CYCLES + 1)}
    assert not [words for words in ("is locked", "Service Unavailable", "Traceback") if words in run.said], run.said


def test_the_tables_do_not_depend_on_the_database(on_sqlite: Run, on_postgresql: Run) -> None:
    assert on_sqlite.tables == on_postgresql.tables
