"""The experiment: strategies × seeds × cycles, as a flow."""

from pathlib import Path

from prefect import flow

from al_core.config import ExperimentConfig
from al_core.validation import validated
from flows.cells import run_cells
from flows.prepare import check, prepare
from tasks.publish import announce, publish
from tasks.report import report


@flow(name="experiment", flow_run_name="{config.data.source} · {config.seeds} seeds", validate_parameters=False)
def experiment(config: ExperimentConfig) -> Path:
    """Compare query strategies on labelled data: every strategy with every seed, cycle after cycle.

    Returns:    the folder of the finished experiment
    Raises:     RuntimeError if a strategy failed, after the others are done and published
    """
    config = validated(ExperimentConfig, config)
    store, corpus = check(config)
    announce(store, config, corpus)
    prepared = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
    cycles, failed = run_cells(store, config, prepared)
    folder = publish(store, config, corpus, cycles, [seed.refs() for seed in prepared], failed)
    report(folder)
    if failed:
        causes = "; ".join(f"{name}: {cause}" for name, cause in failed.items())
        raise RuntimeError(f"failed: {causes}. The others are in {folder}. Run again to do what is missing")
    return folder
