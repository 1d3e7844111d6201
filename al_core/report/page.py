"""The page: one self-contained HTML file."""

from base64 import b64encode
from importlib.resources import files

import pandas as pd
import yaml

from al_core.analysis import aulc, curve_table, stop_table
from al_core.report.conclusions import BASELINE, comparisons, conclude
from al_core.report.figures import gain_curve, learning_curve
from al_core.report.last import last_classes, last_confusion, surest_mistakes
from al_core.results import Experiment


def title_of(experiment: Experiment) -> str:
    """Return what the experiment compared, in a line."""
    config = experiment.manifest["config"]
    classifier = config["classifier"]["name"].replace("_", " ")
    tfidf = "TF-IDF of characters" if config["features"].get("analyzer") == "char" else "TF-IDF"
    features = {"tfidf": f" on {tfidf}", "embeddings": " on embeddings", "joined": f" on embeddings and {tfidf}"}
    reads = features.get(config["features"]["kind"], "")
    return f"{config['data']['source']}: {classifier}{reads}, queries of {config['query_size']}"


def html_page(experiment: Experiment) -> str:
    """Write the report as one page that needs no other file: curves, tables, confusion matrix, configuration.

    Where texts can have several labels, micro-F1 takes the place of accuracy, and there is no confusion matrix.
    """
    from jinja2 import Environment, select_autoescape

    template = Environment(
        autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True
    ).from_string(files("al_core.report").joinpath("page.html").read_text(encoding="utf-8"))
    strategies = list(aulc(experiment.metrics).index)
    stops = stop_table(experiment.stops, experiment.metrics)
    multilabel = experiment.multilabel
    metrics = {"macro-F1": "macro_f1"} | ({"micro-F1": "micro_f1"} if multilabel else {"accuracy": "accuracy"})
    return template.render(
        title=title_of(experiment),
        conclusions=conclude(experiment),
        compared=comparisons(experiment.metrics),
        baseline=BASELINE,
        gains=_data_uri(gain_curve(experiment.metrics, BASELINE, "svg")),
        manifest=experiment.manifest,
        figures={name: _curves(experiment, metric, stops) for name, metric in metrics.items()},
        stops=stops,
        rules=list(stops.index.unique("rule")),
        curves={name: curve_table(experiment.metrics, metric) for name, metric in metrics.items()},
        classes={name: last_classes(experiment, name) for name in strategies},
        confusions={} if multilabel else {name: last_confusion(experiment, name) for name in strategies},
        mistakes=surest_mistakes(experiment, strategies[0]),
        config=yaml.safe_dump(experiment.manifest["config"], sort_keys=False, allow_unicode=True),
    )


def _curves(experiment: Experiment, metric: str, stops: pd.DataFrame) -> str:
    """Draw the curves of a metric; where rules would have stopped is told in macro-F1, and marked only there."""
    marks = stops if metric == "macro_f1" else None
    return _data_uri(learning_curve(experiment.metrics, metric, "", "svg", marks))


def _data_uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
