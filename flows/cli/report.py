"""`alflow report`: the learning curves of an experiment, again."""

import sys
from typing import TYPE_CHECKING

import click

from al_core.errors import AlflowError

if TYPE_CHECKING:
    from tasks.files import Place


@click.command(short_help="Print and draw an experiment again.")
@click.argument("folder", required=False)
@click.option("--store", default="results", show_default=True, help="Where to look for the latest experiment.")
def report(folder: str | None, store: str) -> None:
    """Print the learning curves of an experiment and draw its report again.

    FOLDER is the experiment's; the latest of the store if left out.
    """
    from al_core.results import read_experiment
    from flows.cli.show import show_curves, show_stops
    from tasks.files import place
    from tasks.report import report as draw

    try:
        experiment = place(folder) if folder else latest(store)
        finished = read_experiment(experiment)
        show_curves(finished)
        show_stops(finished)
        click.echo(f"Report: {draw.fn(experiment)}")
    except AlflowError as error:
        sys.exit(f"alflow: {error}")


def latest(store: str) -> "Place":
    """Return the folder of the experiment that was finished last.

    Raises:     AlflowError if there is none
    """
    from tasks.files import glob, modified, place

    finished = sorted(glob(place(store), "experiments/*/report.html"), key=modified)
    if not finished:
        raise AlflowError(f"no finished experiment in {store!r}; `alflow status` lists all")
    return finished[-1].parent
