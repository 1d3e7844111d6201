"""The experiment: strategies × seeds × cycles, as a flow."""

from typing import Any

from prefect import flow
from prefect.context import SyncClientContext
from prefect.runtime import flow_run

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.errors import ConfigError
from al_core.features.choice import in_effect
from al_core.results import data_name
from al_core.validation import validated
from flows.cells import run_cells
from flows.child import end_children
from flows.prepare import check, prepare
from flows.serving.lives import write_mark
from tasks.checkpoints import prune_shared
from tasks.files import Place
from tasks.publish import announce, publish
from tasks.report import report
from tasks.runner import stages_run_as


def _name() -> str:
    settings: Any = flow_run.parameters.get("config")
    try:
        config = validated(ExperimentConfig, settings)
    except ConfigError:
        return "experiment"
    seeds = f"{config.seeds} seed{'s' if config.seeds > 1 else ''}"
    return f"{data_name(config)} · {', '.join(config.strategies)} · {seeds} × {config.cycles} cycles"


def _settle(config: ExperimentConfig) -> None:
    """Record what `auto` came to, so that a retry of this run means the same by it, whatever is installed by then."""
    with SyncClientContext.get_or_create() as clients:
        clients.client.update_flow_run(flow_run.id, parameters={"config": config.model_dump(mode="json")})


@flow(
    name="experiment",
    flow_run_name=_name,
    validate_parameters=False,  # the flow does, with the messages of the command line
    on_crashed=[end_children],
    on_cancellation=[end_children],
)
def experiment(config: ExperimentConfig = DEFAULTS) -> Place:
    """Compare query strategies on labelled data: every strategy with every seed, cycle after cycle.

    Returns:    the folder of the finished experiment
    Raises:     RuntimeError if a strategy failed, after the others are done and published
    """
    write_mark()
    config = in_effect(validated(ExperimentConfig, config))
    _settle(config)
    with stages_run_as(config):
        store, corpus = check(config)
        announce(store, config, corpus)
        prepared = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
        cycles, failed = run_cells(store, config, prepared)
        prune_shared(store, config, cycles)
        folder = publish(store, config, corpus, cycles, [seed.refs() for seed in prepared], failed)
        report(folder)
    if failed:
        causes = "; ".join(f"{name}: {cause}" for name, cause in failed.items())
        raise RuntimeError(f"failed: {causes}. The others are in {folder}. Retry, or run again, to do what is missing")
    return folder
