"""Figures: the learning curves as PNG and SVG."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pandas as pd

from al_core.analysis import aulc, learning_curves

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vPX"
LINES = ("-", "--", ":")
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
        figure = Figure(figsize=(9.5, 4.8), layout="constrained")
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
        curve, style = curves[curves["strategy"] == strategy], style_of(strategy, names)
        axes.plot(curve["labels"], curve["mean"], **style, markersize=4, label=strategy)
        axes.fill_between(curve["labels"], curve["low"], curve["high"], color=style["color"], alpha=0.12, linewidth=0)
    axes.set_xlabel("labelled texts")
    axes.set_ylabel(AXES[metric])
    axes.set_title(title, loc="left", parse_math=False)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    interval = f"mean and 95 % interval of {seeds} seeds" if seeds > 1 else "one seed: no interval"
    axes.figure.legend(title=f"{interval}\nbest first", frameon=False, loc="outside right upper", alignment="left")


def style_of(strategy: str, names: Sequence[str]) -> dict[str, str]:
    """Return how a strategy's curve is drawn, unlike any other; random is black.

    >>> style_of("margin", ["margin", "random"]), style_of("random", ["margin", "random"])
    ({'color': '#0072b2', 'marker': 'o', 'linestyle': '-'}, {'color': '#000000', 'marker': '.', 'linestyle': '-'})
    """
    if strategy == "random":
        return {"color": "#000000", "marker": ".", "linestyle": "-"}
    position = [name for name in names if name != "random"].index(strategy)
    line = LINES[position // len(COLOURS) % len(LINES)]
    return {"color": COLOURS[position % len(COLOURS)], "marker": MARKERS[position % len(MARKERS)], "linestyle": line}


def _mark(axes: Any, stops: pd.DataFrame) -> None:
    """Mark where rules would have stopped, on the average of the seeds in which they would have."""
    names = sorted(stops.index.unique("strategy"))
    for number, rule in enumerate(stops.index.unique("rule"), 1):
        for strategy, stop in stops.loc[rule].dropna().iterrows():
            colour = style_of(str(strategy), names)["color"]
            at = stop["labels"], stop["macro_f1"]
            axes.plot(*at, marker="|", markersize=16, markeredgewidth=2, color=colour)
            axes.annotate(str(number), at, xytext=(0, 10), textcoords="offset points", ha="center", color=colour)
