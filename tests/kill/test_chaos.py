"""A round of some kinds of benchmarks/chaos.py: whatever is killed or filled, resuming ends as if nothing had been.

Runs without a worker are killed in test_kill.py, a worker's flow in test_deployments.py, workers in test_up.py; damaged
results are in flows/test_experiment.py. `make soak` plays sixty rounds of all kinds.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.chaos import FULL_DISK, Round, plan, play
from benchmarks.chaos_kinds import (
    KINDS,
    kill_both,
    kill_flow,
    kill_worker,
    kill_workers_flow,
    terminate_flow,
    truncate,
    why_no_full_disk,
)
from benchmarks.chaos_world import World, new_world

pytestmark = [pytest.mark.server, pytest.mark.slow]

ELSEWHERE = (kill_flow, terminate_flow, kill_worker, kill_workers_flow, kill_both, truncate)
HERE = [kind for kind, disturb in KINDS.items() if disturb not in ELSEWHERE]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with new_world(tmp_path_factory.mktemp("chaos")) as world:
        yield world


@pytest.mark.parametrize("one", plan(len(HERE), seed=24, kinds=HERE), ids=str)
def test_a_disturbed_experiment_ends_as_an_undisturbed_one(world: World, tmp_path: Path, one: Round) -> None:
    why = why_no_full_disk(tmp_path) if one.kind == FULL_DISK else None
    if why:
        pytest.skip(why)
    outcome = play(world, one)
    assert not outcome.wrong, outcome


def test_a_truncated_manifest_is_written_anew(world: World, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(world.undisturbed, store)
    (manifest,) = store.glob("experiments/*/manifest.json")
    os.truncate(manifest, 100)
    assert world.run(store) == 0, world.said(store)
    assert json.loads(manifest.read_bytes())["state"] == "finished"
