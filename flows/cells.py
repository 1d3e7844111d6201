"""The pairs of strategy and seed, side by side; the cycles of each, one after the other."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from al_core.config import ExperimentConfig
from al_core.datasets.split import possible_cycles
from flows.child import Children, children_of
from flows.cycle import run_cycle, stages
from flows.prepare import Prepared
from tasks.publish import Cycle
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import load_split

progress = logging.getLogger("alflow.progress")
_interrupted = Event()


def run_cells(store: Store, config: ExperimentConfig, prepared: list[Prepared]) -> tuple[list[Cycle], dict[str, str]]:
    """Run every strategy with every seed; one that fails does not stop the others.

    Returns:    the cycles of those that finished; of those that did not, the name and why
    Raises:     RuntimeError if none finished
    """
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=config.workers)
    with runner as side_by_side, _stopping_cells():
        cells = {
            f"{strategy} · seed {seed}": side_by_side.submit(
                cell, {"store": store, "config": config, "strategy": strategy, "seed": seed, "prepared": prepared[seed]}
            )
            for seed in range(config.seeds)
            for strategy in config.strategies
        }
        for future in cells.values():
            future.wait()
    failed = {name: str(one.state.message) for name, one in cells.items() if not one.state.is_completed()}
    if len(failed) == len(cells):
        name, cause = next(iter(failed.items()))
        raise RuntimeError(f"no strategy finished; the first that failed, {name}: {cause}")
    return [cycle for name, future in cells.items() if name not in failed for cycle in future.result()], failed


@contextmanager
def _stopping_cells() -> Iterator[None]:
    """If the flow is interrupted meanwhile, let each pair stop after the cycle it is in."""
    _interrupted.clear()
    try:
        yield
    except BaseException:
        _interrupted.set()
        raise


@task(task_run_name="{strategy} · seed {seed}", persist_result=False, cache_policy=NO_CACHE)
def cell(store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared) -> list[Cycle]:
    """Run one strategy with one seed, cycle by cycle, until the last cycle or an empty pool."""
    with children_of(cell, run_cycle) as children:
        return _cycles(children, store, config, strategy, seed, prepared)


def _cycles(
    children: Children, store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared
) -> list[Cycle]:
    cycles: list[Cycle] = []
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    last = possible_cycles(load_split(store, prepared.split), config)
    for number in range(last + 1):
        if _interrupted.is_set():
            raise InterruptedError("the experiment was interrupted")
        one = partial(stages, store, config, prepared, strategy, seed, number, labelled, ask=number < last)
        cycle = from_store(one) or children.run(
            f"{strategy} · seed {seed} · cycle {number}",
            [strategy, f"seed {seed}"],
            {"config": config, "strategy": strategy, "seed": seed, "cycle": number},
            one,
        )
        cycles.append(cycle)
        progress.info("cycle", extra={"cycle": cycle})
        if cycle.query:
            labelled = (*labelled, cycle.query)
    return cycles
