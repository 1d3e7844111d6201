"""A failed cycle is retried by its button, then the experiment by its own, and only what is missing is computed."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from al_core.results import read_experiment
from benchmarks.servers import Server
from tests.browser.conftest import V2_IN_SOAK
from tests.browser.ui import UI, end

pytestmark = [pytest.mark.server, pytest.mark.slow]

SMALL = {"strategies": ["margin", "random"], "seeds": 1, "cycles": 3, "query_size": 20, "features": {"kind": "tfidf"}}


def start(prefect: Server, store: Path) -> str:
    deployment = prefect.ask("/deployments/name/experiment/alflow")["id"]
    parameters = {"config": SMALL | {"store": str(store)}}
    return str(prefect.ask(f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"])


@pytest.fixture(scope="module")
def finished(prefect: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run an experiment undisturbed; its store is the value."""
    store = tmp_path_factory.mktemp("finished")
    run = end(prefect, start(prefect, store))
    assert run["state_name"] == "Completed", run["state"]["message"]
    return store


def break_query(store: Path) -> Path:
    """Undo margin's query of cycle 1 and all that follows, and put something in its way."""
    (query,) = store.glob("sample/*/margin/seed=0/cycle=001/query-*.parquet")
    query.unlink()
    query.mkdir()
    for record in (store / ".alflow").glob("sample/*/margin/seed=0/cycle=*/*.json"):
        if record.parent.name > "cycle=001" or record.name.startswith(query.name):
            record.unlink()
    return query


def written(store: Path) -> dict[Path, tuple[int, int]]:
    """Return the records of results with their inodes and the times they were written."""
    records = (store / ".alflow").rglob("*.json")
    return {record: (record.stat().st_ino, record.stat().st_mtime_ns) for record in records}


def metrics(store: Path) -> Any:
    return read_experiment(next((store / "experiments").iterdir())).metrics


@V2_IN_SOAK
def test_a_failed_cycle_is_retried_by_its_button_and_then_the_experiment(
    ui: UI, finished: Path, tmp_path: Path
) -> None:
    store = Path(copytree(finished, tmp_path / "store"))
    whole = metrics(store)
    fault = break_query(store)
    run = start(ui.server, store)
    assert ui.end(run)["state_name"] == "Failed"
    children = {"flow_runs": {"parent_flow_run_id": {"any_": [run]}, "name": {"any_": ["margin · seed 0 · cycle 1"]}}}
    (failed,) = ui.server.ask("/flow_runs/filter", children)
    assert failed["state_name"] == "Failed"
    fault.rmdir()
    before = written(store)
    assert ui.retry(failed["id"])["state_name"] == "Completed"
    of_cycle = written(store)
    assert {record.parent.name for record in of_cycle.keys() - before.keys()} == {"cycle=001"}, "it does its own work"
    assert ui.retry(run)["state_name"] == "Completed"
    after = written(store)
    assert before.items() <= of_cycle.items() <= after.items(), "nothing is computed twice"
    assert metrics(store).equals(whole)
