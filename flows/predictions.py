"""The predictions of the test texts, of those cycles of which they are asked for."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from al_core.config import ExperimentConfig
from flows.prepare import Prepared
from tasks.predictions import predict_test
from tasks.publish import Cycle
from tasks.store import Ref, Store


def predictions(
    store: Store, config: ExperimentConfig, prepared: list[Prepared], cycles: list[Cycle]
) -> Iterator[tuple[Cycle, Ref]]:
    """Yield cycles with their predictions: of all, of the last of each strategy and seed, or of none."""
    if config.predictions == "none":
        return
    pairs = groupby(sorted(cycles, key=attrgetter("strategy", "seed", "cycle")), attrgetter("strategy", "seed"))
    for (_, seed), pair in pairs:
        labelled: tuple[Ref, ...] = (prepared[seed].seed_set,)
        several = list(pair)
        for cycle in several:
            if config.predictions == "all" or cycle is several[-1]:
                learning = prepared[seed].learning(config, labelled, seed)
                yield cycle, predict_test(store, cycle.metrics.path.rsplit("/", 1)[0], cycle.model, learning)
            labelled = (*labelled, cycle.query) if cycle.query else labelled
