"""Report: draw the learning curves and write the page, as files and as Prefect artifacts."""

from base64 import b64encode
from typing import Any, cast

import pandas as pd
import yaml
from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext

from al_core.analysis import curve_table, stop_table
from al_core.plain import fenced, markdown
from al_core.report.conclusions import conclude
from al_core.report.figures import learning_curve
from al_core.report.last import last_confusion
from al_core.report.page import html_page, title_of
from al_core.results import Experiment, read_experiment
from tasks.files import Place, write
from tasks.runner import AGAIN_IF_IT_MAY_PASS


@task(name="report", task_run_name="report", persist_result=False, cache_policy=NO_CACHE, **AGAIN_IF_IT_MAY_PASS)
def report(folder: Place) -> Place:
    """Write the report of a finished experiment beside its tables; the page is the result."""
    experiment = read_experiment(folder)
    for format in ("png", "svg"):
        stops = stop_table(experiment.stops, experiment.metrics)
        picture = learning_curve(experiment.metrics, "macro_f1", title_of(experiment), format, stops)
        write(folder / f"learning_curves.{format}", picture)
    write(folder / "report.html", html_page(experiment).encode())
    if TaskRunContext.get():
        _show_in_prefect(experiment, folder)
    return folder / "report.html"


def _show_in_prefect(experiment: Experiment, folder: Place) -> None:
    table = curve_table(experiment.metrics).round(3).rename(columns=_as_words).reset_index()
    config = fenced(yaml.safe_dump(experiment.manifest["config"], sort_keys=False, allow_unicode=True), "yaml")
    picture = b64encode((folder / "learning_curves.svg").read_bytes()).decode()
    said = "\n".join(f"- {markdown(sentence)}" for sentence in conclude(experiment))
    create_markdown_artifact(
        f"## {markdown(title_of(experiment))}\n\n{said}\n\n![Learning curves](data:image/svg+xml;base64,{picture})\n\n"
        f"{_confusions(experiment)}\n\n### Configuration\n\n{config}\n\n"
        f"The whole report: {markdown(folder / 'report.html')}",
        key="learning-curves",
        description="Learning curves of the experiment",
    )
    create_table_artifact(
        cast(list[dict[str, Any]], table.to_dict("records")),
        key="learning-curve-table",
        description="Mean macro-F1 by labels",
    )


def _as_words(labels: int | str) -> str:
    """Return the name of a column; the UI would show one that is a number before all others."""
    return labels if isinstance(labels, str) else f"{labels:,} labels"


def _confusions(experiment: Experiment) -> str:
    """Write each strategy's confusion matrix after its last cycle as a Markdown table."""
    strategies = experiment.metrics["strategy"].unique()
    return "\n\n".join(
        f"### {markdown(name)}, last cycle\n\n{_markdown(last_confusion(experiment, name))}" for name in strategies
    )


def _markdown(table: pd.DataFrame) -> str:
    lines = ["| true, predicted | " + " | ".join(map(markdown, table.columns)), "|---|" + "---:|" * len(table.columns)]
    lines += [
        f"| {markdown(label)} | " + " | ".join(f"{share:.0%}" for share in row) for label, row in table.iterrows()
    ]
    return "\n".join(f"{line.rstrip('|')} |" for line in lines)
