"""`alflow run`: one experiment, with a progress bar, a table and a report."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from al_core.config import ExperimentConfig
from al_core.errors import AlflowError
from flows.cli.options import build_config, experiment_options

_RECORDER = "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER"
PREFECT_DEFAULTS = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    f"{_RECORDER}_BATCH_SIZE": "100",
    f"{_RECORDER}_READ_BATCH_SIZE": "100",
    f"{_RECORDER}_FLUSH_INTERVAL": "1",
}
"""For the temporary server that Prefect starts where none is running; prefect.toml has the reasons."""


@click.command(short_help="Run an experiment.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@experiment_options
def run(file: Path | None, **options: Any) -> None:
    """Run an experiment: strategies × seeds × cycles on labelled data.

    FILE is a YAML or TOML configuration; options win over it. What is in the store already is not computed again, so
    the same command goes on where an earlier run was stopped.
    """
    for name, value in PREFECT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        config = build_config(file, options)
        _check(config)
        _run(config)
    except AlflowError as error:
        sys.exit(f"alflow: {error}")
    except KeyboardInterrupt:
        click.echo("\nStopped. What is done is in the store: the same command goes on from there.", err=True)
        sys.exit(130)


def _check(config: ExperimentConfig) -> None:
    """Refuse what cannot work before Prefect starts; the corpus that this reads is in the store then."""
    from flows.experiment import check
    from tasks.ingest import ingest_notes

    store, corpus = check(config)
    click.echo(f"{config.data.source}: {ingest_notes(store, corpus)}")


def _run(config: ExperimentConfig) -> None:
    from flows.cli.show import progress_bar, show_end
    from flows.experiment import experiment

    with progress_bar(config):
        state = experiment(config, return_state=True)
    folder: Any = state.result(raise_on_failure=False)
    if isinstance(folder, Exception):
        if isinstance(folder, AlflowError):
            raise folder
        sys.exit(f"alflow: {folder}")
    show_end(folder, str(state.state_details.flow_run_id))
