"""Conclusions: what an experiment says, in sentences that are no stronger than their intervals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from al_core.analysis import aulc, aulc_by_seed, ends, paired
from al_core.estimate import Estimate, of_macro_f1, of_mean
from al_core.features.strangers import about_strangers
from al_core.report.last import last_classes, last_confusion, last_counts
from al_core.results import Experiment

BASELINE = "random"
FEW = 5
"""Seeds below which a comparison is an anecdote."""


@dataclass(frozen=True)
class Comparison:
    """A strategy against the baseline, seed by seed, each pair of runs on the same split and seed set.

    Parameters: end : difference of the metric at the last number of labels that both have
                curve : difference of the area under the learning curve, scaled to the metric
                saved : labels fewer to reach what the baseline ends at, of the seeds in which it does; None if in none
                reached, seeds : in how many of how many seeds that is
    """

    strategy: str
    labels: int
    end: Estimate
    curve: Estimate
    saved: Estimate | None
    reached: int
    seeds: int


def comparisons(metrics: pd.DataFrame, metric: str = "macro_f1", baseline: str = BASELINE) -> list[Comparison]:
    """Compare each strategy with the baseline; none if that is not among them, or has no seed in common.

    References: Student's t interval of the paired differences
    >>> rows = [("margin", 0, 10, 0.5), ("margin", 0, 20, 0.75), ("random", 0, 10, 0.5), ("random", 0, 20, 0.5)]
    >>> (one,) = comparisons(pd.DataFrame(rows, columns=["strategy", "seed", "labels", "macro_f1"]))
    >>> one.end.value, one.curve.value, one.saved.value
    (0.25, 0.125, 10.0)
    """
    others = [name for name in aulc(metrics, metric).index if name != baseline]
    made = [_compare(metrics, metric, name, baseline) for name in others]
    return [one for one in made if one]


def _compare(metrics: pd.DataFrame, metric: str, strategy: str, baseline: str) -> Comparison | None:
    gains = paired(metrics[metrics["strategy"].isin([strategy, baseline])], baseline, metric)
    if gains.empty:
        return None
    last = gains["labels"].max()
    ours, theirs = (metrics[metrics["strategy"] == name].set_index("seed") for name in (strategy, baseline))
    seeds = list(gains["seed"].unique())
    goals = {seed: _at(theirs.loc[[seed]], last, metric) for seed in seeds}
    reached = [_first(ours.loc[[seed]], goals[seed], metric) for seed in seeds]
    saved = np.array([last - first for first in reached if first is not None], dtype=float)
    return Comparison(
        strategy,
        int(last),
        of_mean(gains.loc[gains["labels"] == last, metric].to_numpy()),
        of_mean(aulc_by_seed(gains, metric).to_numpy()),
        of_mean(saved) if len(saved) else None,
        len(saved),
        len(seeds),
    )


def _at(run: pd.DataFrame, labels: int, metric: str) -> float:
    """Return what a run had come to with so many labels."""
    return float(run.loc[run["labels"] <= labels].sort_values("labels")[metric].iloc[-1])


def _first(run: pd.DataFrame, score: float, metric: str) -> int | None:
    """Return the smallest number of labels at which a run reaches a score."""
    enough = run.loc[run[metric] >= score, "labels"]
    return int(enough.min()) if len(enough) else None


def conclude(experiment: Experiment) -> list[str]:
    """Say what an experiment shows: a sentence or two on each of difference, score, ceiling and trouble."""
    best = str(aulc(experiment.metrics).index[0])
    compared = comparisons(experiment.metrics)
    said = [of_difference(compared)] if compared else []
    said += [of_score(experiment, best), *_of_near_duplicates(experiment), *_of_ceiling(experiment, best)]
    return [*said, *_of_trouble(experiment, best), *_of_strangers(experiment)]


def of_difference(compared: list[Comparison]) -> str:
    """Say how the best of several comparisons stands, as far as its intervals go."""
    one, seeds = compared[0], compared[0].seeds
    enough = seeds >= FEW
    verdict = _verdict(one) if enough else f"{one.strategy} against {BASELINE}"
    paired = f", paired over {seeds} seeds" if seeds > 1 else ""
    end = "the same in every seed" if one.end.low == one.end.high == 0 else f"{one.end:+.3f}"
    said = f"{verdict}: macro-F1 {end} at {one.labels:,} labels, {one.curve:+.3f} over the whole curve{paired}."
    few = "One seed is" if seeds == 1 else f"{seeds} seeds are"
    anecdote = f" {few} an anecdote: use `seeds: {FEW}` or more to see whether it is real."
    luck = f" It is the best of {len(compared)}, so partly by luck." if len(compared) > 1 else ""
    return said + (_saving(one) if enough else anecdote) + luck


def _verdict(one: Comparison) -> str:
    """Say what the intervals allow to say."""
    end, curve, strategy = _sign(one.end), _sign(one.curve), one.strategy
    if end == curve == 0:
        return f"Between {strategy} and {BASELINE} no difference is to be seen"
    if end == curve:
        return f"{strategy} learns {'more' if end > 0 else 'less'} from the same labels than {BASELINE}"
    if end and curve:
        return f"{strategy} ends {'above' if end > 0 else 'below'} {BASELINE}, and was the other way before"
    where, other = ("at the end", "over the whole curve") if end else ("over the whole curve", "at the end")
    beside = "ahead of" if end + curve > 0 else "behind"
    return f"{strategy} is {beside} {BASELINE} {where}, and {other} no difference is to be seen"


def _sign(estimate: Estimate) -> int:
    return 1 if estimate.low > 0 else -1 if estimate.high < 0 else 0


def _saving(one: Comparison) -> str:
    """Say how many labels it saves, if it is ahead anywhere."""
    if one.saved is None or one.saved.value <= 0 or 1 not in (_sign(one.end), _sign(one.curve)):
        return ""
    where = "" if one.reached == one.seeds else f", in {one.reached} of {one.seeds} seeds"
    return f" It reaches what {BASELINE} ends at with {one.saved:.0f} labels fewer{where}."


def of_score(experiment: Experiment, strategy: str) -> str:
    """Say what a strategy ends at: the mean over seeds, with the interval that a test set of that size allows."""
    counts, mean = last_counts(experiment, strategy), float(ends(experiment.metrics)[strategy].mean())
    texts = round(counts.sum() if counts.ndim == 2 else counts[0].sum())
    pooled = of_macro_f1(counts)
    score = Estimate(mean, mean - pooled.value + pooled.low, mean - pooled.value + pooled.high)
    labels = experiment.metrics.loc[experiment.metrics["strategy"] == strategy, "labels"].max()
    about = "" if score.high - score.low < 0.1 else "; a test set of that size cannot tell more nearly"
    return f"{strategy} ends at macro-F1 {score:.3f} with {labels:,} labels, by {texts:,} test texts a seed{about}."


def _of_near_duplicates(experiment: Experiment) -> list[str]:
    """Say how many test texts have a near-duplicate among the training texts, if any: mean over seeds."""
    seeds = (experiment.manifest["data"].get("near_duplicates") or {}).get("test", [])
    near = sum(one["near"] for one in seeds)
    if not near:
        return []
    test = sum(one["texts"] for one in seeds) / len(seeds)
    share = near / len(seeds) / test
    within = "".join(f"; {most:.0%} of the class {name!r}" for most, name in _nearest_class(seeds) if most > share)
    about = f"{near / len(seeds):,.1f}".removesuffix(".0") + f" of {test:,.0f} test texts"
    return [
        f"{about}{' a seed' if len(seeds) > 1 else ''} have a near-duplicate among the training texts ({share:.1%}"
        f"{within}), so scores may be better than on new texts; `data.split: grouped` keeps them on one side."
    ]


def _nearest_class(seeds: list[dict[str, Any]]) -> list[tuple[float, str]]:
    """Return of which class the largest share of the test texts has a near-duplicate, the share first, if of any.

    >>> _nearest_class([{"classes": {"ham": [9, 0], "spam": [2, 1]}}, {"classes": {"ham": [9, 1], "spam": [2, 1]}}])
    [(0.5, 'spam')]
    """
    counts: dict[str, list[tuple[int, int]]] = {}
    for name, both in ((name, both) for one in seeds for name, both in one["classes"].items()):
        counts.setdefault(name, []).append(both)
    shares = [(sum(near for _, near in each) / sum(texts for texts, _ in each), name) for name, each in counts.items()]
    return sorted(shares)[-1:]


def _of_ceiling(experiment: Experiment, strategy: str) -> list[str]:
    """Say how near to a model of all labels it came, if there is one."""
    ceiling = experiment.manifest.get("ceiling")
    if not ceiling:
        return []
    top = pd.DataFrame(ceiling).set_index("seed")
    below = of_mean((top["macro_f1"] - ends(experiment.metrics)[strategy]).dropna().to_numpy())
    labels = experiment.metrics.loc[experiment.metrics["strategy"] == strategy, "labels"].max()
    said = f"A model of all {top['labels'].mean():,.0f} labels reaches {top['macro_f1'].mean():.3f}"
    if labels >= top["labels"].max():
        return [f"{said}, and {strategy} has learned from as many."]
    if below.value <= 0:
        return [f"{said}; with {labels:,} of them {strategy} is not below."]
    sure = below.low > 0 or np.isnan(below.low)
    return [
        f"{said}; with {labels:,} of them {strategy} is {below:.3f} below{'' if sure else ': too few seeds to tell'}."
    ]


def _of_strangers(experiment: Experiment) -> list[str]:
    """Say of how many texts the features tell nothing, if that is many."""
    found = experiment.manifest["data"].get("strangers") or {}
    features = experiment.manifest["config"]["features"]
    return about_strangers(found, features.get("analyzer") == "char", features["kind"] == "joined")


def _of_trouble(experiment: Experiment, strategy: str) -> list[str]:
    """Say which class is recognised worst, and what it is taken for."""
    classes = last_classes(experiment, strategy)
    classes = classes[classes["support"] > 0]
    if len(classes) < 2:
        return []
    worst = str(classes["f1"].idxmin())
    f1, support, labelled = classes.loc[worst, ["f1", "support", "labelled"]].astype(float)
    about = f"Worst recognised is {worst!r}: F1 {f1:.2f} on {support:.0f} test texts"
    if experiment.multilabel:  # what it is taken for is not known then
        return [f"{about}; {labelled:.0f} were labelled."]
    wrong = last_confusion(experiment, strategy).loc[worst].drop(worst)
    taken = f", {wrong.max():.0%} of which are taken for {str(wrong.idxmax())!r}" if wrong.max() > 0 else ""
    return [f"{about}{taken}; {labelled:.0f} were labelled."]
