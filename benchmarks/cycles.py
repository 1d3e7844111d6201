"""Run one measurement of overhead.py in this process, and print the seconds a cycle as JSON.

Preparing the data and starting a temporary server are not counted: only what is between them and the last cycle's end.
"""

import json
import logging
import resource
import sys
from contextlib import nullcontext
from functools import partial
from itertools import pairwise
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from unittest.mock import patch

from prefect import Flow
from prefect.client.orchestration import get_client

from al_core.config import ExperimentConfig, FeaturesConfig
from al_core.datasets.build import build_corpus
from al_core.loop import simulate
from flows import cells
from flows.child import Child
from flows.cycle import stages
from flows.experiment import experiment
from flows.prepare import check, prepare
from tasks.stage import from_store
from tasks.store import Ref

Measured = dict[str, float]


def experiment_config(in_flight: int, cycles: int, store: str, settings: str) -> ExperimentConfig:
    """Configure as many pairs of strategy and seed as are to be in flight, of `cycles` models together."""
    return ExperimentConfig(
        strategies=("margin", "random") if in_flight > 1 else ("margin",),
        seeds=max(1, in_flight // 2),
        cycles=cycles // in_flight - 1,
        query_size=10,
        features=FeaturesConfig(kind="tfidf"),
        workers=in_flight,
        cycle_runs="all" if settings == "a run a cycle" else "failed",
        store=store,
    )


def plain_loop(config: ExperimentConfig) -> Measured:
    """Time the cycles after each pair's first, which has the preparation in it."""
    corpus, _ = build_corpus(config.data)
    taken = []
    for seed in range(config.seeds):
        for strategy in config.strategies:
            ends = [perf_counter() for _ in simulate(corpus, config, strategy, seed)]
            taken += [after - before for before, after in pairwise(ends)]
    return {"all": sum(taken) / len(taken)}


def without_prefect(config: ExperimentConfig) -> Measured:
    """Time the stages of all cycles as they are called outside a flow: computed, and kept in the store."""
    logging.getLogger("alflow").setLevel(logging.WARNING)
    store, corpus = check(config)
    seeds = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
    start, done = perf_counter(), 0
    for seed, prepared in enumerate(seeds):
        for strategy in config.strategies:
            labelled: tuple[Ref, ...] = (prepared.seed_set,)
            for cycle in range(config.cycles + 1):
                one = partial(stages, store, config, prepared, strategy, seed, cycle, labelled, cycle < config.cycles)
                result = from_store(one) or one()
                labelled, done = (*labelled, result.query) if result.query else labelled, done + 1
    return {"all": (perf_counter() - start) / done}


def flow(config: ExperimentConfig) -> Measured:
    """Time what runs the cycles in the experiment."""
    measured: Measured = {}

    def timed(*arguments: Any) -> Any:
        wall, processor = perf_counter(), processor_seconds()
        cycles, failed = cells.run_cells(*arguments)
        measured["all"] = (perf_counter() - wall) / len(cycles)
        measured["client"] = (processor_seconds() - processor) / len(cycles)
        return cycles, failed

    with get_client(sync_client=True) as client:
        client.hello()  # starts the temporary server where there is no other
        with patch("flows.experiment.run_cells", timed):
            experiment(config)
    return measured


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class PlainSubflows:
    """Calls each cycle's flow as Prefect's documentation does, in place of what flows/child.py does."""

    def begun_before(self) -> frozenset[str]:
        return frozenset()

    def call(self, child: Child) -> Any:
        def cycle(strategy: str, seed: int, cycle: int) -> Any:
            return child.body()

        simple = {key: child.parameters[key] for key in ("strategy", "seed", "cycle")}
        return Flow(cycle, name="cycle", flow_run_name=child.name)(**simple)


def main(kind: str, settings: str, in_flight: int, cycles: int) -> None:
    with TemporaryDirectory() as store:
        config = experiment_config(in_flight, cycles, store, settings)
        if kind == "plain loop":
            measured = plain_loop(config)
        elif kind == "without Prefect":
            measured = without_prefect(config)
        else:
            plainly = patch.object(cells, "children_of", lambda *_: nullcontext(PlainSubflows()))
            with plainly if settings == "as it comes" else nullcontext():
                measured = flow(config)
    print(json.dumps(measured))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
