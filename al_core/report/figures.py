"""Figures: the learning curves as PNG and SVG."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from textwrap import fill
from typing import Any

import pandas as pd

from al_core.analysis import aulc, learning_curves, paired
from al_core.plain import visible
from al_core.report.fonts import fonts_for, without_glyph_warnings

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vPX"
LINES = ("-", "--", ":")
TITLE = 72
"""Letters in a line of a title, beside which the legend has room."""
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
    with _figure(format, f"{title}{''.join(metrics['strategy'].unique())}") as (axes, picture):
        _draw(axes, metrics, metric, title)
        if stops is not None:
            _mark(axes, stops)
    return picture.getvalue()


def gain_curve(metrics: pd.DataFrame, baseline: str, format: str, metric: str = "macro_f1") -> bytes:
    """Draw by how much each strategy is above a baseline, with the 95 % interval of the difference paired by seed.

    Returns:    the picture's bytes, the same for the same numbers; empty if the baseline is not among the strategies
    """
    gains = paired(metrics, baseline, metric)
    if gains.empty:
        return b""
    with _figure(format, "".join(metrics["strategy"].unique())) as (axes, picture):
        names, curves = sorted(metrics["strategy"].unique()), learning_curves(gains, metric)
        axes.axhline(0, color="#000000", linewidth=1)
        for strategy in aulc(gains, metric).index:
            _curve(axes, curves, strategy, names)
        _label(axes, f"difference to {baseline} in {AXES[metric]}", "", int(curves["seeds"].max()))
    return picture.getvalue()


@contextmanager
def _figure(format: str, words: str) -> Iterator[tuple[Any, BytesIO]]:
    """Give axes to draw in, and the picture that they have become after the block.

    Parameters: words : names that will be in it, by which fonts are chosen
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {"svg.hashsalt": "alflow", "font.size": 10, **fonts_for(words)}
    with rc_context(settings), without_glyph_warnings():
        figure, picture = Figure(figsize=(9.5, 4.8), layout="constrained"), BytesIO()
        yield figure.subplots(), picture
        clock_free: dict[str, Any] = {"Date": None} if format == "svg" else {"Software": None}
        figure.savefig(picture, format=format, dpi=150, metadata=clock_free)


def _draw(axes: Any, metrics: pd.DataFrame, metric: str, title: str) -> None:
    curves, names = learning_curves(metrics, metric), sorted(metrics["strategy"].unique())
    for strategy in aulc(metrics, metric).index:
        _curve(axes, curves, strategy, names)
    _label(axes, AXES[metric], title, int(curves["seeds"].max()))


def _curve(axes: Any, curves: pd.DataFrame, strategy: str, names: Sequence[str]) -> None:
    curve, style = curves[curves["strategy"] == strategy], style_of(strategy, names)
    axes.plot(curve["labels"], curve["mean"], **style, markersize=4, label=visible(strategy).replace("$", r"\$"))
    axes.fill_between(curve["labels"], curve["low"], curve["high"], color=style["color"], alpha=0.12, linewidth=0)


def _label(axes: Any, metric: str, title: str, seeds: int) -> None:
    axes.set_xlabel("labelled texts")
    axes.set_ylabel(metric)
    axes.set_title(fill(visible(title), TITLE), loc="left", parse_math=False)
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
