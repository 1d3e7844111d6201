"""Take a reading: what stopping rules look at of a cycle."""

import numpy as np
import pyarrow as pa

from al_core.config import StoppingConfig
from al_core.stopping import readings
from tasks.models import Learning, load_model
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split
from tasks.train import tags


def take_reading(
    store: Store, folder: str, model: Ref, learning: Learning, config: StoppingConfig, query: Ref | None
) -> Ref | None:
    """Have a reading taken, if there are rules that look at one; others of the same needs share it."""
    if not config.rules:
        return None
    needs = readings.needs_of(config.rules)
    asked = query if "asked_proba" in needs else None
    return reading(store, folder, model, learning, needs, config.stop_set, asked)


@stage("reading", tags=tags, say=lambda _: "what stopping rules look at")
def reading(
    store: Store, model: Ref, learning: Learning, needs: tuple[str, ...], stop_set: int, query: Ref | None
) -> pa.Table:
    """Compute what rules need to know of one cycle."""
    asked = None if query is None else np.asarray(store.load(query)["row"])
    taken = readings.take_reading(
        load_model(store, model, learning),
        load_corpus(store, learning.corpus),
        load_features(store, learning.features),
        load_split(store, learning.split),
        load_rows(store, learning.labelled),
        needs,
        stop_set,
        learning.seed,
        asked,
    )
    return readings.to_table(taken)
