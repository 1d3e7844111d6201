"""Figures: the learning curves as PNG and SVG."""

from io import BytesIO
from typing import Any

import pandas as pd

from al_core.analysis import aulc, learning_curves

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = "osD^vPX"
AXES = {
    "macro_f1": "macro-F1 on the test set",
    "micro_f1": "micro-F1 on the test set",
    "accuracy": "accuracy on the test set",
}


def learning_curve(
    metrics: pd.DataFrame, metric: str, title: str, format: str, stops: pd.DataFrame | None = None
) -> bytes:
    """Draw each strategy's learning curve with its 95 % interval over seeds.

    Parameters: metrics : a row a cycle, with strategy, seed, labels and the metric
                format : "png" or "svg"
                stops : as of `stop_table`: where rules would have stopped, each marked with its number
    Returns:    the picture's bytes, the same for the same numbers
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "alflow", "font.size": 10, "svg.fonttype": "path"}):
        figure = Figure(figsize=(8, 4.8), layout="constrained")
        axes = figure.subplots()
        _draw(axes, metrics, metric, title)
        if stops is not None:
            _mark(axes, stops)
        picture = BytesIO()
        clock_free: dict[str, Any] = {"Date": None} if format == "svg" else {"Software": None}
        figure.savefig(picture, format=format, dpi=150, metadata=clock_free)
    return picture.getvalue()


def _draw(axes: Any, metrics: pd.DataFrame, metric: str, title: str) -> None:
    curves = learning_curves(metrics, metric)
    seeds = int(curves["seeds"].max())
    names = sorted(curves["strategy"].unique())
    for strategy in aulc(metrics, metric).index:
        curve, position = curves[curves["strategy"] == strategy], names.index(strategy)
        colour, marker = COLOURS[position % len(COLOURS)], MARKERS[position % len(MARKERS)]
        axes.plot(curve["labels"], curve["mean"], color=colour, marker=marker, markersize=4, label=strategy)
        axes.fill_between(curve["labels"], curve["low"], curve["high"], color=colour, alpha=0.12, linewidth=0)
    axes.set_xlabel("labelled texts")
    axes.set_ylabel(AXES[metric])
    axes.set_title(title, loc="left", parse_math=False)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    interval = f"mean and 95 % interval of {seeds} seeds" if seeds > 1 else "one seed: no interval"
    axes.legend(title=f"{interval}\nbest first", frameon=False, loc="lower right", alignment="left")


def _mark(axes: Any, stops: pd.DataFrame) -> None:
    """Mark where rules would have stopped, on the average of the seeds in which they would have."""
    names = sorted(stops.index.unique("strategy"))
    for number, rule in enumerate(stops.index.unique("rule"), 1):
        for strategy, stop in stops.loc[rule].dropna().iterrows():
            colour = COLOURS[names.index(strategy) % len(COLOURS)]
            at = stop["labels"], stop["macro_f1"]
            axes.plot(*at, marker="|", markersize=16, markeredgewidth=2, color=colour)
            axes.annotate(str(number), at, xytext=(0, 10), textcoords="offset points", ha="center", color=colour)
