"""A schedule is switched on in the page of its deployment, and the worker does what it asks for."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.servers import deploy, wait_until
from tests.browser.conftest import V2_IN_SOAK, deployments
from tests.browser.ui import UI

pytestmark = [pytest.mark.server, pytest.mark.slow]

SMALL = {"strategies": ["margin"], "seeds": 1, "cycles": 1, "features": {"kind": "tfidf"}}
OFTEN = {"interval": 20, "anchor_date": datetime(2026, 1, 1, tzinfo=UTC).isoformat(), "active": False}


@V2_IN_SOAK
def test_a_schedule_that_is_switched_on_starts_runs_and_off_ends_them(ui: UI, folder: Path, tmp_path: Path) -> None:
    name = f"often-{ui.version}"
    settings = {"config": SMALL | {"store": str(tmp_path)}}
    deploy(ui.server, deployments(folder, folder / f"{name}.yaml", name=name, schedules=[OFTEN], parameters=settings))
    ui.switch_schedule(f"experiment/{name}")
    run = _begun(ui, name)
    ui.switch_schedule(f"experiment/{name}")
    assert not _runs(ui, name, "SCHEDULED")
    ended = ui.end(run)
    assert (ended["state_name"], ended["auto_scheduled"]) == ("Completed", True), ended["state"]["message"]
    assert len(list(tmp_path.glob("sample/*/margin/seed=0/cycle=001/metrics-*.parquet"))) == 1


def _begun(ui: UI, name: str) -> str:
    """Wait for the first run that a worker has begun with."""
    begun = partial(_runs, ui, name, "PENDING", "RUNNING", "COMPLETED")
    return str(wait_until(begun, "a run has begun by the schedule")[0]["id"])


def _runs(ui: UI, name: str, *states: str) -> list[Any]:
    of = {"deployments": {"name": {"any_": [name]}}, "flow_runs": {"state": {"type": {"any_": states}}}}
    return list(ui.server.ask("/flow_runs/filter", of | {"sort": "EXPECTED_START_TIME_ASC"}))
