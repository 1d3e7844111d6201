"""`alflow run`: one experiment, with a progress bar, a table and a report."""

import os
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from al_core.config import ExperimentConfig
from al_core.errors import AlflowError
from flows.cli.help import Sectioned
from flows.cli.options import build_config, experiment_options
from flows.cli.output import say
from flows.cli.place import PLACE
from flows.serving.reach import prefect_server

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

_RECORDER = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER"
_VACUUM = "PREFECT_SERVER_SERVICES_DB_VACUUM"
PREFECT_DEFAULTS = {
    "PREFECT_LOGGING_EXTRA_LOGGERS": "alflow",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    f"{_RECORDER}_BATCH_SIZE": "100",
    f"{_RECORDER}_READ_BATCH_SIZE": "100",
    f"{_RECORDER}_FLUSH_INTERVAL": "1",
    f"{_VACUUM}_ENABLED": "events,flow_runs,orphans",
    f"{_VACUUM}_RETENTION_PERIOD": str(90 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
}
"""For the temporary server, which is started where none is running; prefect.toml has the reasons."""


@click.command(cls=Sectioned, short_help="Run an experiment.")
@click.argument("file", required=False, type=PLACE)
@experiment_options
def run(file: Path | None, **options: Any) -> None:
    """Run an experiment: strategies × seeds × cycles on labelled data.

    FILE is a YAML or TOML configuration, or the name of one that comes with alflow: bert-hatespeech, demo, few-labels,
    hatespeech; or an experiment's, as `alflow status` has it, to go on with that. Options win over it. What is in the
    store already is not computed again, so the same command goes on where an earlier run was stopped.

    \b
    alflow run demo                                  on the embedded sample, in a minute
    alflow run --data mails.csv --text-column body   your own labelled texts
    alflow run hatespeech --strategy entropy --strategy random --seeds 5 --cycles 20
    """  # noqa: D301
    prefect_defaults()
    try:
        run_here(build_config(file, options))
    except KeyboardInterrupt:
        click.echo("\nStopped. What is done is in the store: the same command goes on from there.", err=True)
        sys.exit(130)


def prefect_defaults() -> None:
    """Set what this process and a temporary server of it use, unless the environment says otherwise."""
    for name, value in defaults_here().items():
        os.environ.setdefault(name, value)


def defaults_here() -> dict[str, str]:
    """Return the settings for Prefect that this folder's prefect.toml, if there is one, does not have itself."""
    file = Path("prefect.toml")
    said = set(_variables(tomllib.loads(file.read_text(encoding="utf-8")))) if file.is_file() else set()
    return {name: value for name, value in PREFECT_DEFAULTS.items() if name not in said}


def _variables(settings: dict[str, Any], at: str = "PREFECT") -> Iterator[str]:
    """Yield the names that the settings of a prefect.toml have as environment variables.

    >>> list(_variables({"server": {"analytics_enabled": False}}))
    ['PREFECT_SERVER_ANALYTICS_ENABLED']
    """
    for name, value in settings.items():
        path = f"{at}_{name.upper()}"
        yield from _variables(value, path) if isinstance(value, dict) else [path]


def run_here(config: ExperimentConfig, flow_run: "FlowRun | None" = None) -> None:
    """Run an experiment in this process, or one of its runs again, and show how it goes and ends.

    Raises:     AlflowError for what it cannot start with; exits if a strategy failed
    """
    from flows.cli.progress import console

    config, texts, cycles = _check(config)
    with ExitStack() as server:
        with console.status("starting Prefect") if console.is_terminal else nullcontext():
            server.enter_context(prefect_server())
        _run(config, texts, cycles, flow_run)


def _run(config: ExperimentConfig, texts: int, cycles: int, flow_run: "FlowRun | None") -> None:
    from prefect.flow_engine import run_flow

    from flows.cli.progress import cycles_shown
    from flows.cli.show import show_end
    from flows.experiment import experiment

    cells = len(config.strategies) * config.seeds
    with cycles_shown(texts, cells, cycles, "preparing") as told:
        state: Any = run_flow(experiment, flow_run=flow_run, parameters={"config": config}, return_type="state")
    click.echo(str(told), nl=bool(str(told)))
    folder = ended(state.result(raise_on_failure=False))
    show_end(folder, str(state.state_details.flow_run_id))


def ended(result: Any) -> Any:
    """Return the result of a flow run, or raise what it failed with as something to say in a line."""
    if isinstance(result, AlflowError | MemoryError):
        raise result
    if isinstance(result, Exception):
        raise AlflowError(str(result)) from result
    return result


def _check(config: ExperimentConfig) -> tuple[ExperimentConfig, int, int]:
    """Refuse what cannot work before Prefect starts.

    Returns:    the configuration, how many texts there are, and how many cycles the pool is good for

    The corpus is in the store then, and the configuration has its places in full, so that the run that Prefect records
    can be retried from another folder.
    """
    from al_core.datasets.near import summary
    from al_core.datasets.presets import in_full
    from al_core.datasets.split import about_untested, possible_cycles
    from al_core.features.choice import about_analyzer, about_features, suited
    from al_core.lookalikes import of_corpus
    from flows.cli.refusal import as_typed
    from flows.prepare import admit, check
    from tasks.ingest import ingest_notes
    from tasks.near_duplicates import near_duplicates
    from tasks.publish import first_split
    from tasks.tables import load_corpus, load_groups

    asked = admit(config)
    store, corpus = check(asked)
    texts = load_corpus(store, corpus)
    config = suited(asked, texts)
    notes, parts = ingest_notes(store, corpus), first_split(store, config, corpus)
    say(f"{config.data.source}: {notes}")
    say(f"Read as {notes.read}")
    say(f"{config.classifier.name} on {about_features(config)}")
    near = summary(load_groups(store, near_duplicates(store, config, corpus)), texts.labels)
    alike = of_corpus(texts)
    one_class = ["where two are one class, `data.label_names` gives them one name"] if alike else []
    remarks = [*notes.remarks, about_analyzer(asked, config), *about_untested(texts, parts), *alike, *one_class]
    for remark in filter(None, [*remarks, str(near) if near.texts else ""]):
        say(as_typed(f"Look: {remark}"))
    cycles = possible_cycles(parts, config)
    if cycles < config.cycles:
        say(f"The pool is empty after {cycles} of the {config.cycles} cycles; each strategy ends there.")
    first = config.seed_set
    if first.path:
        first = first.model_copy(update={"path": str(Path(first.path).expanduser().absolute())})
    there = {"store": store.root, "data": in_full(config.data), "seed_set": first}
    return config.model_copy(update=there), len(texts), cycles
