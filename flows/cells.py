"""The pairs of strategy and seed, side by side; the cycles of each, one after the other."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from al_core.config import ExperimentConfig
from al_core.datasets.split import possible_cycles
from al_core.errors import AlflowError, StoreError
from al_core.training import progress as epochs
from flows.child import Children, children_of, interrupted
from flows.cycle import run_cycle, stages
from flows.prepare import Prepared
from tasks.checkpoints import prune
from tasks.evaluate import main_metric
from tasks.progress import Artifact, advance, listening, told_to
from tasks.publish import Cycle
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import load_split


def run_cells(store: Store, config: ExperimentConfig, prepared: list[Prepared]) -> tuple[list[Cycle], dict[str, str]]:
    """Run every strategy with every seed; one that fails does not stop the others.

    Returns:    the cycles of those that finished; of those that did not, the name and why
    Raises:     RuntimeError if none finished
    """
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=config.workers)
    artifact = Artifact(_count_cycles(store, config, prepared))
    with listening(epochs, _Stop()), runner as side_by_side, _stopping_cells(), told_to(artifact):
        cells = {
            f"{strategy} · seed {seed}": side_by_side.submit(
                cell, {"store": store, "config": config, "strategy": strategy, "seed": seed, "prepared": prepared[seed]}
            )
            for seed in range(config.seeds)
            for strategy in config.strategies
        }
        for future in cells.values():
            future.wait()
    ended = {name: future.result(raise_on_failure=False) for name, future in cells.items()}
    failed = {name: str(result) for name, result in ended.items() if not isinstance(result, list)}
    if len(failed) == len(cells):
        name, cause = next(iter(failed.items()))
        raise RuntimeError(f"no strategy finished; the first that failed, {name}: {cause}")
    return [cycle for result in ended.values() if isinstance(result, list) for cycle in result], failed


def _stop_if_interrupted() -> None:
    if interrupted.is_set():
        raise InterruptedError("the experiment was interrupted")


class _Stop(logging.Handler):
    """Stops a training that goes on in an interrupted flow, by raising where it tells of an epoch."""

    def emit(self, record: logging.LogRecord) -> None:
        _stop_if_interrupted()


def _count_cycles(store: Store, config: ExperimentConfig, prepared: list[Prepared]) -> int:
    splits = [load_split(store, seed.split) for seed in prepared]
    return len(config.strategies) * sum(possible_cycles(split, config) + 1 for split in splits)


@contextmanager
def _stopping_cells() -> Iterator[None]:
    """If the flow is interrupted meanwhile, let each pair stop after the cycle it is in, or the epoch of a training."""
    interrupted.clear()
    runs = logging.getLogger("prefect.task_runs"), logging.getLogger("prefect.flow_runs")
    for log in runs:
        log.setLevel(logging.NOTSET)
    try:
        yield
    except BaseException:
        interrupted.set()
        for log in runs:
            log.setLevel(logging.CRITICAL)  # that what is interrupted fails, with a traceback each, is no news
        raise


@task(task_run_name="{strategy} · seed {seed}", persist_result=False, cache_policy=NO_CACHE)
def cell(store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared) -> list[Cycle]:
    """Run one strategy with one seed, cycle by cycle, until the last cycle or an empty pool."""
    cycles: list[Cycle] = []
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    last = possible_cycles(load_split(store, prepared.split), config)
    with children_of(cell, run_cycle) as children:
        for number in range(last + 1):
            _stop_if_interrupted()
            one = partial(stages, store, config, prepared, strategy, seed, number, labelled, ask=number < last)
            parameters = {"config": config, "strategy": strategy, "seed": seed, "cycle": number}
            cycle = from_store(one) or _run(children, store, parameters, one)
            cycles.append(cycle)
            advance(cycle)
            prune(store, config, cycles)
            labelled = (*labelled, cycle.query) if cycle.query else labelled
    return cycles


def _say(store: Store, cycle: Cycle) -> None:
    with suppress(StoreError):  # what cannot be read for a log line stops nothing
        get_run_logger().info("cycle %s: %s", cycle.cycle, main_metric(store.load(cycle.metrics)))


def _run(children: Children, store: Store, parameters: dict[str, Any], one: Callable[[], Cycle]) -> Cycle:
    strategy, seed, cycle = parameters["strategy"], parameters["seed"], parameters["cycle"]
    try:
        done = children.run(f"{strategy} · seed {seed} · cycle {cycle}", [strategy, f"seed {seed}"], parameters, one)
        _say(store, done)
        return done
    except AlflowError as error:
        raise RuntimeError(f"cycle {cycle}: {error}") from error
    except Exception as error:
        raise RuntimeError(f"cycle {cycle}: {type(error).__name__}: {error}") from error
