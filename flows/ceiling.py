"""The ceiling: what a model of all labels reaches, to see how near one comes with few."""

from typing import Any

from al_core.ceiling import is_wanted
from al_core.config import ExperimentConfig
from al_core.metrics import Metrics
from al_core.results import cycle_folder
from flows.prepare import Prepared
from tasks.evaluate import evaluate
from tasks.prepare import label_all
from tasks.store import Store
from tasks.train import train


def ceilings(store: Store, config: ExperimentConfig, prepared: list[Prepared]) -> list[dict[str, Any]]:
    """Return by seed what a model of all labels reaches: seed, labels, accuracy, macro-F1; none if none is wanted."""
    if not is_wanted(config, prepared[0].corpus.rows):
        return []
    return [_ceiling(store, config, one, seed) for seed, one in enumerate(prepared)]


def _ceiling(store: Store, config: ExperimentConfig, prepared: Prepared, seed: int) -> dict[str, Any]:
    folder = cycle_folder(prepared.setup, "all-labels", seed, 0)
    learning = prepared.learning(config, (label_all(store, folder, prepared.split),), seed)
    model = train(store, folder, learning)
    metrics = Metrics.from_table(store.load(evaluate(store, folder, model, learning)))
    return {"seed": seed, "labels": metrics.labels, "accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1}
