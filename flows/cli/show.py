"""What the terminal shows: a progress bar while an experiment runs, and its learning curves as a table."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from al_core.analysis import curve_table, stop_table
from al_core.results import Experiment, read_experiment
from flows.serving.reach import is_temporary
from tasks.files import Place

console = Console()

AT_LEAST_EVERY = 10.0
"""Seconds between two lines without a terminal, if a cycle has ended meanwhile."""


class _Advance(logging.Handler):
    """Advance the bar with each finished cycle that the flow logs; without a terminal, say so in plain lines."""

    def __init__(self, bar: Progress, pairs: int, cycles: int) -> None:
        super().__init__()
        self.bar = bar
        self.cycles = cycles
        self.task = bar.add_task("no cycle is done yet", total=pairs * (cycles + 1), unit="cycles")
        self.said = monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        cycle = record.__dict__["cycle"]
        name = f"{cycle.strategy} · seed {cycle.seed} · cycle {cycle.cycle}"
        self.bar.update(self.task, advance=1, description=name)
        ended = cycle.cycle == self.cycles
        if not console.is_terminal and (ended or monotonic() - self.said > AT_LEAST_EVERY):
            self.said = monotonic()
            task = self.bar.tasks[self.task]
            what = f"{cycle.strategy} · seed {cycle.seed} is done" if ended else f"{name} is done"
            print(f"{what} ({task.completed:.0f} of {task.total:.0f} cycles in all)", flush=True)


class _Epochs(logging.Handler):
    """Shows a second bar for the epochs of the training that is going on, if it has any."""

    def __init__(self, bar: Progress) -> None:
        super().__init__()
        self.bar = bar
        self.task = bar.add_task("training", visible=False, unit="epochs")

    def emit(self, record: logging.LogRecord) -> None:
        epoch, epochs = record.__dict__["epoch"], record.__dict__["epochs"]
        about = f"training · train loss {epoch.train_loss:.3f}"
        self.bar.update(self.task, completed=epoch.epoch, total=epochs, description=about, visible=epoch.epoch < epochs)


@contextmanager
def progress_bar(pairs: int, cycles: int) -> Iterator[None]:
    """Show how many cycles are done, of so many pairs of strategy and seed."""
    from al_core.training import progress
    from tasks.progress import listening, told_to

    columns = (
        TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    bar = Progress(*columns, console=console, disable=not console.is_terminal)
    with bar, told_to(_Advance(bar, pairs, cycles)), listening(progress, _Epochs(bar)):
        yield


def show_curves(experiment: Experiment) -> None:
    """Print the learning curves as a table, best strategy first."""
    table = curve_table(experiment.metrics)
    seeds = experiment.metrics["seed"].nunique()
    shown = Table(
        title=f"macro-F1 by number of labels, mean of {seeds} seed{'s' if seeds > 1 else ''}", title_justify="left"
    )
    shown.add_column("strategy", overflow="fold")
    for column in table.columns:
        shown.add_column(str(column), justify="right")
    for name, row in table.iterrows():
        shown.add_row(str(name), *(f"{value:.3f}" if pd.notna(value) else "–" for value in row))
    console.print(shown)


def show_stops(experiment: Experiment) -> None:
    """Print where stopping rules would have stopped, if there are any: means of the seeds in which they would have."""
    stops = stop_table(experiment.stops, experiment.metrics)
    for rule in stops.index.unique("rule"):
        _show_rule(str(rule), stops.loc[rule])


def _show_rule(rule: str, by_strategy: pd.DataFrame) -> None:
    stopped = by_strategy[by_strategy["stopped"] > 0]
    if stopped.empty:
        console.print(f"{rule} goes on to the end", soft_wrap=True, highlight=False)
        return
    shown = Table(title=f"{rule} would have stopped", title_justify="left")
    shown.add_column("strategy", overflow="fold")
    for column in ("seeds", "labels", "macro-F1", "labels saved", "macro-F1 lost"):
        shown.add_column(column, justify="right")
    for strategy, row in stopped.iterrows():
        share = f"{row['stopped']:.0f} of {row['seeds']:.0f}"
        numbers = f"{row['labels']:.0f}", f"{row['macro_f1']:.3f}", f"{row['saved']:.0f}", f"{row['lost']:.3f}"
        shown.add_row(str(strategy), share, *numbers)
    console.print(shown)


def show_end(folder: Place, flow_run: str) -> None:
    """Print the learning curves, and where to find the rest."""
    experiment = read_experiment(folder)
    show_curves(experiment)
    show_stops(experiment)
    console.print(f"Report:     {folder / 'report.html'}", soft_wrap=True, highlight=False)
    console.print(f"Tables:     {folder}/*.parquet", soft_wrap=True, highlight=False)
    console.print(f"Prefect UI: {ui(flow_run)}", soft_wrap=True, highlight=False)


def ui(flow_run: str) -> str:
    """Return where the UI shows a flow run, or how to have it do so."""
    from prefect.settings import PREFECT_UI_URL

    if is_temporary():
        return f"http://127.0.0.1:4200/runs/flow-run/{flow_run}, once `alflow up` or `prefect server start` runs"
    return f"{PREFECT_UI_URL.value()}/runs/flow-run/{flow_run}"
