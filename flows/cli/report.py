"""`alflow report`: the learning curves of an experiment, again."""

import sys
from pathlib import Path

import click

from al_core.errors import AlflowError


@click.command(short_help="Print and draw an experiment again.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--store", default="results", show_default=True, help="Where to look for the latest experiment.")
def report(folder: Path | None, store: str) -> None:
    """Print the learning curves of an experiment and draw its report again.

    FOLDER is the experiment's; the latest of the store if left out.
    """
    from al_core.results import read_experiment
    from flows.cli.show import show_curves
    from tasks.report import report as draw

    try:
        folder = folder or _latest(Path(store))
        show_curves(read_experiment(folder))
        click.echo(f"Report: {draw.fn(folder)}")
    except AlflowError as error:
        sys.exit(f"alflow: {error}")


def _latest(store: Path) -> Path:
    finished = sorted(store.glob("experiments/*/report.html"), key=lambda page: page.stat().st_mtime)
    if not finished:
        raise AlflowError(f"no finished experiment in {str(store)!r}; `alflow status` lists all")
    return finished[-1].parent
