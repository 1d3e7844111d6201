"""What a strategy's last cycle came to, all seeds together."""

import numpy as np
import pandas as pd

from al_core.results import Experiment


def last_confusion(experiment: Experiment, strategy: str) -> pd.DataFrame:
    """Return the confusion matrix, as shares of each true class."""
    counts = _last(experiment.confusion, strategy).pivot_table("texts", "true", "predicted", aggfunc="sum")
    return counts.div(counts.sum(axis=1).clip(lower=1), axis=0)


def last_counts(experiment: Experiment, strategy: str) -> np.ndarray:
    """Return the confusion as `al_core.metrics.Metrics` has it, mean over seeds."""
    rows, classes = _last(experiment.confusion, strategy), list(experiment.classes["label"].unique())
    texts = rows.groupby(["true", "predicted"])["texts"].sum() / rows["seed"].nunique()
    if not experiment.multilabel:
        return np.array([[texts.get((true, predicted), 0.0) for predicted in classes] for true in classes])
    decisions = [(f"not {name}", name) for name in classes]
    return np.array([[[texts.get((true, said), 0.0) for said in both] for true in both] for both in decisions])


def last_classes(experiment: Experiment, strategy: str) -> pd.DataFrame:
    """Return the metrics per class, mean over seeds."""
    last = _last(experiment.classes, strategy)
    return last.groupby("label")[["precision", "recall", "f1", "support", "labelled"]].mean()


def surest_mistakes(experiment: Experiment, strategy: str, most: int = 10) -> pd.DataFrame:
    """Return the test texts that the last models of a strategy get wrong most surely, if predictions were asked for.

    Returns:    text (or id, where texts may not be shown), label, predicted, confidence; surest first
    """
    columns = ["text", "label", "predicted", "confidence"]
    if experiment.predictions is None or experiment.multilabel:
        return pd.DataFrame(columns=columns)
    last = _last(experiment.predictions, strategy)
    wrong = last[last["label"] != last["predicted"]]
    chances = wrong[[name for name in wrong.columns.astype(str) if name.startswith("p_")]]
    named = wrong.assign(confidence=chances.max(axis=1), text=wrong["text"] if "text" in wrong else wrong["id"])
    return named.sort_values(["confidence", "id"], ascending=[False, True]).drop_duplicates("id").head(most)[columns]


def _last(rows: pd.DataFrame, strategy: str) -> pd.DataFrame:
    own = rows[rows["strategy"] == strategy]
    return own[own["cycle"] == own.groupby("seed")["cycle"].transform("max")]
