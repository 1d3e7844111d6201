"""Checkpoints: which fine-tuned models stay in the store; what is removed can be trained again."""

from itertools import groupby
from operator import attrgetter

from al_core.checkpoints import kept
from al_core.config import ExperimentConfig
from al_core.metrics import Metrics
from tasks.models import forget
from tasks.publish import Cycle
from tasks.store import Ref, Store


def prune(store: Store, config: ExperimentConfig, cycles: list[Cycle]) -> None:
    """Remove the weights that the latest cycle of one strategy and seed makes needless.

    Those of cycle 0 belong to all strategies and stay until `prune_shared`.
    """
    if config.classifier.name == "transformer":
        before = _superseded(store, config.keep_models, cycles[:-1])
        for cycle in _superseded(store, config.keep_models, cycles):
            if cycle.cycle > 0 and cycle not in before:
                forget(store, cycle.model)


def prune_shared(store: Store, config: ExperimentConfig, cycles: list[Cycle]) -> None:
    """Remove the weights of the first cycles where no strategy keeps them, after the last cycle of all."""
    if config.classifier.name != "transformer":
        return
    needed: set[Ref] = set()
    for _, pair in groupby(cycles, attrgetter("strategy", "seed")):
        several = list(pair)
        superseded = _superseded(store, config.keep_models, several)
        needed |= {cycle.model for cycle in several if cycle not in superseded}
    for model in {cycle.model for cycle in cycles if cycle.cycle == 0} - needed:
        forget(store, model)


def _superseded(store: Store, keep: str, cycles: list[Cycle]) -> list[Cycle]:
    scores = [Metrics.from_table(store.load(cycle.metrics)).macro_f1 for cycle in cycles]
    stay = kept(keep, scores)
    return [cycle for position, cycle in enumerate(cycles) if position not in stay]
