"""The experiment: strategies × seeds × cycles, as a flow."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from al_core.config import ExperimentConfig
from al_core.datasets.build import source_digest
from al_core.datasets.presets import resolve
from al_core.datasets.split import check_experiment, possible_cycles
from al_core.results import data_name, setup_folder
from flows.child import parent_of_flows, run_child
from flows.cycle import Prepared, run_cycle
from tasks.ingest import ingest
from tasks.prepare import choose_seed_set, featurise, split
from tasks.publish import Cycle, announce, publish
from tasks.report import report
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import corpus_of, split_of

progress = logging.getLogger("alflow.progress")


@flow(name="experiment", flow_run_name="{config.data.source} · {config.seeds} seeds")
def experiment(config: ExperimentConfig) -> Path:
    """Compare query strategies on labelled data: every strategy with every seed, cycle after cycle."""
    store, corpus = check(config)
    announce(store, config, corpus)
    prepared = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=config.workers)
    with runner as side_by_side:
        cells = {
            (strategy, seed): side_by_side.submit(
                cell, {"store": store, "config": config, "strategy": strategy, "seed": seed, "prepared": prepared[seed]}
            )
            for seed in range(config.seeds)
            for strategy in config.strategies
        }
        for future in cells.values():
            future.wait()
    failed = [f"{strategy} · seed {seed}" for (strategy, seed), future in cells.items() if future.state.is_failed()]
    cycles = [cycle for future in cells.values() if future.state.is_completed() for cycle in future.result()]
    if not cycles:
        raise RuntimeError(f"no strategy finished; failed: {', '.join(failed)}")
    folder = publish(store, config, corpus, cycles, failed)
    report(folder)
    if failed:
        raise RuntimeError(f"failed: {', '.join(failed)}; the others are in {folder}. Run again to do what is missing")
    return folder


def check(config: ExperimentConfig) -> tuple[Store, Ref]:
    """Open the store, read the data into it, and refuse what an experiment cannot start with."""
    store = Store.open(config.store)
    corpus = ingest(store, data_name(config), data=resolve(config.data), content=source_digest(config.data))
    check_experiment(corpus_of(store, corpus), config)
    return store, corpus


def prepare(store: Store, config: ExperimentConfig, corpus: Ref, seed: int) -> Prepared:
    """Do once what all strategies of a seed share."""
    folder = f"{data_name(config)}/seed={seed}"
    parts = split(store, folder, corpus, config.data.test_size, seed)
    features = featurise(store, folder, corpus, parts, config.features)
    seed_set = choose_seed_set(store, folder, corpus, parts, config.seed_set, seed)
    return Prepared(setup_folder(config, corpus_of(store, corpus).fingerprint), corpus, parts, features, seed_set)


@task(task_run_name="{strategy} · seed {seed}", persist_result=False, cache_policy=NO_CACHE)
def cell(store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared) -> list[Cycle]:
    """Run one strategy with one seed, cycle by cycle, until the last cycle or an empty pool."""
    with parent_of_flows(cell):
        return _cycles(store, config, strategy, seed, prepared)


def _cycles(store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared) -> list[Cycle]:
    cycles: list[Cycle] = []
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    last = possible_cycles(split_of(store, prepared.split), config)
    for number in range(last + 1):
        arguments: dict[str, Any] = {
            "store": store, "config": config, "strategy": strategy, "seed": seed, "cycle": number,
            "prepared": prepared, "labelled": labelled, "ask": number < last,
        }  # fmt: skip
        cycle = from_store(partial(run_cycle.fn, **arguments)) or run_child(
            run_cycle, f"{strategy} · seed {seed} · cycle {number}", **arguments
        )
        cycles.append(cycle)
        progress.info("cycle", extra={"cycle": cycle})
        if cycle.query:
            labelled = (*labelled, cycle.query)
    return cycles
