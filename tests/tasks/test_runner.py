"""Stages inside a flow: tried again if it may help, stopped in time, the same on the workers of Dask and Ray."""

import time
from pathlib import Path

import pyarrow as pa
import pytest
from prefect import flow

from al_core.config import ExperimentConfig
from al_core.errors import ConfigError, StoreError
from al_core.results import read_experiment
from tasks.runner import stages_run_as
from tasks.stage import Stage, stage
from tasks.store import Store

pytestmark = pytest.mark.server


def failing_stage(error: Exception, times: int) -> tuple[Stage, list[int]]:
    """Return a stage that fails so many times, and the list of its tries."""
    tries: list[int] = []

    @stage("number")
    def number(store: Store, value: int) -> pa.Table:
        tries.append(value)
        if len(tries) <= times:
            raise error
        return pa.table({"value": [value]})

    number.task.retry_delay_seconds = [0, 0, 0]
    return number, tries


@pytest.mark.parametrize(
    "error",
    [ConnectionResetError("gone"), TimeoutError("slow"), StoreError("busy", True)],
    ids=lambda error: type(error).__name__,
)
def test_what_may_pass_is_tried_again(error: Exception, tmp_path: Path, prefect_api: str) -> None:
    number, tries = failing_stage(error, times=2)
    ref = flow(lambda: number(Store.open(str(tmp_path)), "f", 7), name="f", validate_parameters=False)()
    assert ref.rows == 1
    assert len(tries) == 3


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), StoreError("disk full"), ConfigError("no")], ids=lambda error: type(error).__name__
)
def test_what_would_fail_again_is_not(error: Exception, tmp_path: Path, prefect_api: str) -> None:
    number, tries = failing_stage(error, times=1)
    with pytest.raises(type(error)):
        flow(lambda: number(Store.open(str(tmp_path)), "f", 7), name="f", validate_parameters=False)()
    assert len(tries) == 1


def test_a_stage_that_takes_too_long_is_stopped(tmp_path: Path, prefect_api: str) -> None:
    tries: list[int] = []

    @stage("endless")
    def endless(store: Store, value: int) -> pa.Table:
        tries.append(value)
        while True:
            time.sleep(0.01)

    @flow
    def hurried() -> None:
        with stages_run_as(ExperimentConfig(timeout=1)):
            endless(Store.open(str(tmp_path)), "f", 1)

    with pytest.raises(TimeoutError):
        hurried()
    assert len(tries) <= 1, "it was tried again"


@pytest.mark.soak
@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_two_workers_elsewhere_give_the_results_of_this_process(engine: str, tmp_path: Path, prefect_api: str) -> None:
    pytest.importorskip(f"prefect_{engine}", reason=f"the extra alflow[{engine}] is not installed")
    from flows.experiment import experiment

    small = {"strategies": ["margin", "random"], "seeds": 1, "cycles": 2, "query_size": 20, "shard_size": 500}
    small |= {"features": {"kind": "tfidf"}}
    folders = [
        experiment(ExperimentConfig.model_validate(small | {"runner": name, "store": str(tmp_path / name)}))
        for name in ("local", engine)
    ]
    for table in ("metrics", "classes", "confusion", "queries"):
        here, there = ((folder / f"{table}.parquet").read_bytes() for folder in folders)
        assert here == there
    assert len(read_experiment(folders[1]).metrics) == 6
