"""The experiment: strategies × seeds × cycles, as a flow."""

from prefect import flow
from prefect.context import SyncClientContext
from prefect.runtime import flow_run

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.errors import ConfigError
from al_core.features.choice import suited
from al_core.results import data_name
from al_core.validation import validated
from flows.attempts import forget_earlier_artifacts
from flows.ceiling import ceilings
from flows.cells import run_cells
from flows.child import end_children
from flows.failures import nothing_finished, report_failures, some_failed
from flows.form import form
from flows.predictions import predictions
from flows.prepare import admit, check, prepare
from flows.run_name import is_generated, run_name
from flows.serving.lives import write_mark
from tasks.checkpoints import prune_shared
from tasks.files import Place
from tasks.publish import announce, publish
from tasks.report import report
from tasks.runner import stages_run_as
from tasks.tables import load_corpus


def _name() -> str:
    given, settings = str(flow_run.name), flow_run.parameters.get("config")
    try:
        return run_name(validated(ExperimentConfig, settings)) if is_generated(given) else given
    except ConfigError:
        return given


def _settle(config: ExperimentConfig, folder: Place) -> None:
    """Record what `auto` came to, so that a retry of this run means the same by it, and tags by which to find it."""
    with SyncClientContext.get_or_create() as clients:
        client = clients.client
        tags = {*flow_run.tags, data_name(config), folder.name}
        client.update_flow_run(flow_run.id, parameters={"config": config.model_dump(mode="json")}, tags=tags)


@form(config={"title": "Experiment"})
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
    config = admit(validated(ExperimentConfig, config))
    with stages_run_as(config):
        store, corpus = check(config)
        config = suited(config, load_corpus(store, corpus))
        _settle(config, announce(store, config, corpus))
        prepared = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
        forget_earlier_artifacts()
        cycles, failed = run_cells(store, config, prepared)
        report_failures(failed)
        if not cycles:
            raise nothing_finished(failed) from next(iter(failed.values()))
        prune_shared(store, config, cycles)
        causes = {name: str(cause) for name, cause in failed.items()}
        tops = ceilings(store, config, prepared)
        said = list(predictions(store, config, prepared, cycles))
        folder = publish(store, config, corpus, cycles, [seed.refs() for seed in prepared], causes, tops, said)
        report(folder)
    if failed:
        raise some_failed(failed, folder) from next(iter(failed.values()))
    return folder
