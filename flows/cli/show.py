"""What the terminal shows of an experiment that has ended: what it says, its learning curves, and where the rest is."""

import pandas as pd
from rich.markup import escape
from rich.table import Table

from al_core.analysis import curve_table, stop_table
from al_core.plain import visible
from al_core.report.conclusions import conclude
from al_core.results import Experiment, read_experiment
from flows.cli.output import say
from flows.cli.progress import console
from flows.cli.refusal import as_typed
from flows.serving.reach import is_temporary
from tasks.files import Place


def show_conclusions(experiment: Experiment) -> None:
    """Print what an experiment shows, a line a sentence."""
    for sentence in conclude(experiment):
        say(as_typed(sentence))


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
        shown.add_row(_cell(name), *(f"{value:.3f}" if pd.notna(value) else "–" for value in row))
    console.print(shown)


def _cell(name: object) -> str:
    """Return a name that is shown as it is, and not as markup."""
    return escape(visible(name))


def show_stops(experiment: Experiment) -> None:
    """Print where stopping rules would have stopped, if there are any: means of the seeds in which they would have."""
    stops = stop_table(experiment.stops, experiment.metrics)
    for rule in stops.index.unique("rule"):
        _show_rule(str(rule), stops.loc[rule])


def _show_rule(rule: str, by_strategy: pd.DataFrame) -> None:
    stopped = by_strategy[by_strategy["stopped"] > 0]
    if stopped.empty:
        say(f"{rule} goes on to the end")
        return
    shown = Table(title=escape(f"{visible(rule)} would have stopped"), title_justify="left")
    shown.add_column("strategy", overflow="fold")
    for column in ("seeds", "labels", "macro-F1", "labels saved", "macro-F1 lost"):
        shown.add_column(column, justify="right")
    for strategy, row in stopped.iterrows():
        share = f"{row['stopped']:.0f} of {row['seeds']:.0f}"
        numbers = f"{row['labels']:.0f}", f"{row['macro_f1']:.3f}", f"{row['saved']:.0f}", f"{row['lost']:.3f}"
        shown.add_row(_cell(strategy), share, *numbers)
    console.print(shown)


def show_end(folder: Place, flow_run: str) -> None:
    """Print the learning curves, and where to find the rest."""
    experiment = read_experiment(folder)
    show_conclusions(experiment)
    show_curves(experiment)
    show_stops(experiment)
    say(f"Report:     {folder / 'report.html'}\nTables:     {folder}/*.parquet\nPrefect UI: {ui(flow_run)}")


def ui(flow_run: str) -> str:
    """Return where the UI shows a flow run, or how to have it do so."""
    from prefect.settings import PREFECT_UI_URL

    if is_temporary():
        return f"http://127.0.0.1:4200/runs/flow-run/{flow_run}, once `alflow up` or `prefect server start` runs"
    return f"{PREFECT_UI_URL.value()}/runs/flow-run/{flow_run}"
