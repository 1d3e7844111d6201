"""Analysis: from the metrics of many cycles to learning curves."""

import numpy as np
import pandas as pd


def learning_curves(metrics: pd.DataFrame, metric: str = "macro_f1") -> pd.DataFrame:
    """Return each strategy's mean over seeds with a 95 % interval, by number of labels.

    Parameters: metrics : a row a cycle, with strategy, seed, labels and the metric
    Returns:    strategy, labels, mean, low, high, seeds; low and high are NaN with one seed
    References: Student's t interval of the mean
    >>> rows = pd.DataFrame({"strategy": ["margin"] * 2, "seed": [0, 1], "labels": [30, 30], "macro_f1": [0.4, 0.6]})
    >>> learning_curves(rows).round(3).to_dict("records")
    [{'strategy': 'margin', 'labels': 30, 'mean': 0.5, 'low': -0.771, 'high': 1.771, 'seeds': 2}]
    """
    from scipy.special import stdtrit

    curves = metrics.groupby(["strategy", "labels"], sort=True)[metric].agg(["mean", "sem", "size"]).reset_index()
    half = curves["sem"] * stdtrit(np.maximum(curves["size"] - 1, 1), 0.975)
    curves = curves.assign(low=curves["mean"] - half, high=curves["mean"] + half, seeds=curves["size"])
    return curves[["strategy", "labels", "mean", "low", "high", "seeds"]]


def aulc(metrics: pd.DataFrame, metric: str = "macro_f1") -> pd.Series:
    """Return each strategy's area under the learning curve, scaled to the metric's range, mean over seeds.

    Returns:    Series by strategy, best first; ties by name
    >>> rows = pd.DataFrame({"strategy": "margin", "seed": 0, "labels": [10, 20, 30], "macro_f1": [0.0, 0.5, 1.0]})
    >>> aulc(rows).to_dict()
    {'margin': 0.5}
    """
    means = aulc_by_seed(metrics, metric).groupby(level="strategy").mean().rename("aulc")
    return means.sort_index().sort_values(ascending=False, kind="stable")


def aulc_by_seed(metrics: pd.DataFrame, metric: str = "macro_f1") -> pd.Series:
    """Return the area under each learning curve, by strategy and seed."""
    runs = metrics.sort_values("labels").groupby(["strategy", "seed"])
    areas = {pair: _area(run, metric) for pair, run in runs}
    return pd.Series(areas).rename_axis(["strategy", "seed"])


def ends(metrics: pd.DataFrame, metric: str = "macro_f1") -> pd.Series:
    """Return what each run ends at, after its own last query, by strategy and seed.

    >>> rows = pd.DataFrame({"strategy": "margin", "seed": 0, "labels": [20, 10], "macro_f1": [0.5, 0.25]})
    >>> ends(rows)["margin"].to_dict()
    {0: 0.5}
    """
    return metrics.sort_values("labels").groupby(["strategy", "seed"])[metric].last()


def _area(run: pd.DataFrame, metric: str) -> float:
    labels, values = run["labels"].to_numpy(dtype=float), run[metric].to_numpy(dtype=float)
    return float(np.trapezoid(values, labels) / (labels[-1] - labels[0])) if len(run) > 1 else float(values[0])


def paired(metrics: pd.DataFrame, baseline: str, metric: str = "macro_f1") -> pd.DataFrame:
    """Return by how much the others are above a baseline, seed by seed, wherever both have as many labels.

    >>> rows = [("margin", 0, 10, 0.5), ("margin", 0, 20, 0.75), ("random", 0, 20, 0.5)]
    >>> metrics = pd.DataFrame(rows, columns=["strategy", "seed", "labels", "macro_f1"])
    >>> paired(metrics, "random").to_dict("records")
    [{'strategy': 'margin', 'seed': 0, 'labels': 20, 'macro_f1': 0.25}]
    """
    known = metrics[["strategy", "seed", "labels", metric]]
    theirs = known[known["strategy"] == baseline].drop(columns="strategy")
    both = known[known["strategy"] != baseline].merge(theirs, on=["seed", "labels"], suffixes=("", "_of_baseline"))
    return both.assign(**{metric: both[metric] - both.pop(f"{metric}_of_baseline")})


def curve_table(metrics: pd.DataFrame, metric: str = "macro_f1", columns: int = 6) -> pd.DataFrame:
    """Return a table of the learning curves: a row a strategy, best first, at a few numbers of labels and the AULC.

    Parameters: columns : at most so many numbers of labels, evenly spread, first and last among them
    """
    curves = learning_curves(metrics, metric).pivot(index="strategy", columns="labels", values="mean")
    shown = np.unique(np.linspace(0, len(curves.columns) - 1, columns).round().astype(int))
    table = curves.iloc[:, shown].copy()
    table["AULC"] = aulc(metrics, metric)
    return table.loc[aulc(metrics, metric).index]


def stop_table(stops: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """Return where each stopping rule would have stopped each strategy: mean over the seeds in which it would have.

    Parameters: stops : a row a rule, strategy and seed, with labels, macro_f1 and why; missing where it would not have
    Returns:    a row a rule and strategy: stopped, of seeds; labels, macro_f1 when it did; saved labels, and lost
                macro-F1, against the last cycle of the same seeds
    >>> stops = pd.DataFrame({"rule": "kappa", "strategy": "margin", "seed": [0, 1], "labels": [40, None],
    ...                       "macro_f1": [0.5, None], "why": ["so", None]})
    >>> metrics = pd.DataFrame({"strategy": "margin", "seed": [0, 1], "labels": 100, "macro_f1": [0.625, 0.7]})
    >>> stop_table(stops, metrics).round(3).to_dict("records")
    [{'stopped': 1, 'seeds': 2, 'labels': 40.0, 'macro_f1': 0.5, 'saved': 60.0, 'lost': 0.125}]
    """
    last = (
        metrics.sort_values("labels").groupby(["strategy", "seed"])[["labels", "macro_f1"]].last().add_suffix("_last")
    )
    numbers = stops.astype({"labels": "float64", "macro_f1": "float64"})
    both = numbers.join(last, on=["strategy", "seed"])
    both = both.assign(saved=both["labels_last"] - both["labels"], lost=both["macro_f1_last"] - both["macro_f1"])
    return both.groupby(["rule", "strategy"]).agg(
        stopped=("labels", "count"), seeds=("seed", "size"), labels=("labels", "mean"), macro_f1=("macro_f1", "mean"),
        saved=("saved", "mean"), lost=("lost", "mean"),
    )  # fmt: skip
