"""The pairs of strategy and seed, side by side; the cycles of each, one after the other."""

from collections.abc import Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from al_core.config import ExperimentConfig
from al_core.datasets.split import possible_cycles
from al_core.errors import StoreError
from flows.child import Child, ChildError, Children, children_of, without_heartbeats
from flows.cycle import run_cycle, stages
from flows.interruption import stop_if_interrupted, stopping_trainings, told_when_interrupted
from flows.prepare import Prepared
from tasks.checkpoints import prune
from tasks.ended import advance, told_to
from tasks.evaluate import main_metric
from tasks.progress import Artifact
from tasks.publish import Cycle
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import load_split


class CellError(RuntimeError):
    """A pair of strategy and seed ended before its last cycle.

    Parameters: cycle : the one that failed
                cause : why
                run : the flow run in which that cycle can be retried, if there is one
    """

    def __init__(self, cycle: int, cause: str, run: FlowRun | None) -> None:
        super().__init__(f"cycle {cycle}: {cause}")
        self.cycle, self.cause, self.run = cycle, cause, run


def run_cells(
    store: Store, config: ExperimentConfig, prepared: list[Prepared]
) -> tuple[list[Cycle], dict[str, Exception]]:
    """Run every strategy with every seed; one that fails does not stop the others.

    Returns:    the cycles of those that finished; of those that did not, the name and why
    """
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=config.workers)
    artifact = Artifact(_count_cycles(store, config, prepared))
    with (
        stopping_trainings(),
        without_heartbeats(),
        runner as side_by_side,
        told_when_interrupted(),
        told_to(artifact),
    ):
        cells = {
            f"{strategy} · seed {seed}": side_by_side.submit(
                cell,
                {
                    "store": store,
                    "config": config,
                    "strategy": strategy,
                    "seed": seed,
                    "prepared": quote(prepared[seed]),
                },
            )
            for seed in range(config.seeds)
            for strategy in config.strategies
        }
        _wait(future.wrapped_future for future in cells.values())
        artifact.say()
    ended = {name: future.result(raise_on_failure=False) for name, future in cells.items()}
    failed = {name: result for name, result in ended.items() if isinstance(result, Exception)}
    return [cycle for name, cycles in ended.items() if name not in failed for cycle in cycles], failed


def _wait(futures: Iterable[Future[Any]]) -> None:
    """Wait for all of them; in steps, as a Ctrl-C that comes just before Python falls asleep does not wake it."""
    left = set(futures)
    while left:
        left = wait(left, timeout=0.5).not_done


def _count_cycles(store: Store, config: ExperimentConfig, prepared: list[Prepared]) -> int:
    splits = [load_split(store, seed.split) for seed in prepared]
    return len(config.strategies) * sum(possible_cycles(split, config) + 1 for split in splits)


@task(task_run_name="{strategy} · seed {seed}", persist_result=False, cache_policy=NO_CACHE)
def cell(store: Store, config: ExperimentConfig, strategy: str, seed: int, prepared: Prepared) -> list[Cycle]:
    """Run one strategy with one seed, cycle by cycle, until the last cycle or an empty pool."""
    cycles: list[Cycle] = []
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    last = possible_cycles(load_split(store, prepared.split), config)
    with children_of(cell, run_cycle) as children:
        begun_before = children.begun_before()
        for number in range(last + 1):
            stop_if_interrupted()
            one = partial(stages, store, config, prepared, strategy, seed, number, labelled, ask=number < last)
            parameters = {"config": config, "strategy": strategy, "seed": seed, "cycle": number}
            child = Child(f"{strategy} · seed {seed} · cycle {number}", [strategy, f"seed {seed}"], parameters, one)
            own_run = _all_have_runs(config) or child.name in begun_before
            found = from_store(one)
            cycle = found or _do(children, child, number, own_run, store)
            cycles.append(cycle)
            advance(cycle, found is not None)
            prune(store, config, cycles)
            labelled = (*labelled, cycle.query) if cycle.query else labelled
    return cycles


def _all_have_runs(config: ExperimentConfig) -> bool:
    """Say whether cycles get a flow run of their own even if they do not fail: it costs little beside a fine-tuning."""
    return config.cycle_runs == "all" or (config.cycle_runs == "auto" and config.classifier.name == "transformer")


def _do(children: Children, child: Child, number: int, own_run: bool, store: Store) -> Cycle:
    try:
        done: Cycle = children.run(child) if own_run else children.call(child)
    except ChildError as error:
        raise CellError(number, str(error), error.run) from error
    with suppress(StoreError):  # what cannot be read for a log line stops nothing
        get_run_logger().info("cycle %s: %s", number, main_metric(store.load(done.metrics)))
    return done
