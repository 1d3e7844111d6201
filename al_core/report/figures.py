"""Figures: the learning curves as PNG and SVG."""

from io import BytesIO
from typing import Any

import pandas as pd

from al_core.analysis import aulc, learning_curves

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = "osD^vPX"
AXES = {"macro_f1": "macro-F1 on the test set", "accuracy": "accuracy on the test set"}


def learning_curve(metrics: pd.DataFrame, metric: str, title: str, format: str) -> bytes:
    """Draw each strategy's learning curve with its 95 % interval over seeds.

    Parameters: metrics : a row a cycle, with strategy, seed, labels and the metric
                format : "png" or "svg"
    Returns:    the picture's bytes, the same for the same numbers
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "alflow", "font.size": 10, "svg.fonttype": "path"}):
        figure = Figure(figsize=(8, 4.8), layout="constrained")
        _draw(figure.subplots(), metrics, metric, title)
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
