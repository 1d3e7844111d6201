"""Take a reading: what stopping rules look at of a cycle."""

import numpy as np
import pyarrow as pa

from al_core.stopping.readings import take_reading as reading_of
from al_core.stopping.readings import to_table
from tasks.models import Learning, load_model
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split
from tasks.train import tags


def take_reading(
    store: Store,
    folder: str,
    model: Ref,
    learning: Learning,
    needs: tuple[str, ...],
    stop_set: int,
    query: Ref | None,
) -> Ref:
    """Take a reading; rules with the same needs share it."""
    asked = query if {"asked_proba", "asked_codes"} & set(needs) else None
    return reading(store, folder, model, learning, needs, stop_set, asked)


@stage("reading", tags=tags, say=lambda _: "what stopping rules look at")
def reading(
    store: Store, model: Ref, learning: Learning, needs: tuple[str, ...], stop_set: int, query: Ref | None
) -> pa.Table:
    """Compute what rules need to know of one cycle."""
    asked = None if query is None else np.asarray(store.load(query)["row"])
    taken = reading_of(
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
    return to_table(taken)
