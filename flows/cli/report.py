"""`alflow report`: the learning curves of an experiment, again."""

import click

from flows.cli.output import say


@click.command(short_help="Print and draw an experiment again.")
@click.argument("name", required=False)
@click.option("--store", default="results", show_default=True, help="Where to look for the latest experiment.")
def report(name: str | None, store: str) -> None:
    """Print the learning curves of an experiment and draw its report again.

    NAME is the experiment's, as `alflow status` has it, or its folder; the one that ended last if left out.
    """
    from al_core.results import read_experiment
    from flows.cli.experiments import experiment_of
    from flows.cli.show import show_conclusions, show_curves, show_stops
    from tasks.report import report as draw

    experiment = experiment_of(name, store)
    finished = read_experiment(experiment)
    show_conclusions(finished)
    show_curves(finished)
    show_stops(finished)
    say(f"Report: {draw.fn(experiment)}")
