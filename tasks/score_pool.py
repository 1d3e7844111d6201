"""Score the pool: the class probabilities of every text that has no label yet."""

import numpy as np
import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split, proba_columns


def score_pool(
    store: Store,
    folder: str,
    model: Ref,
    corpus: Ref,
    features: Ref,
    split: Ref,
    labelled: tuple[Ref, ...],
    shard_size: int,
) -> tuple[Ref, ...]:
    """Compute the pool's probabilities in shards of so many texts, side by side."""
    inputs = {"model": model, "corpus": corpus, "features": features, "split": split, "labelled": labelled}
    texts = len(load_split(store, split).train) - sum(ref.rows for ref in labelled)
    shards = ({"start": start, "stop": min(start + shard_size, texts)} for start in range(0, texts, shard_size))
    return score_shard.each(store, folder, *(inputs | shard for shard in shards))


@stage("pool", say=lambda table: f"{len(table):,} texts of the pool scored")
def score_shard(
    store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...], start: int, stop: int
) -> pa.Table:
    """Compute the probabilities of the pool's texts from position `start` up to `stop`."""
    classes = load_corpus(store, corpus).classes
    pool = load_split(store, split).pool(load_rows(store, labelled))[start:stop]
    fitted = LinearModel.from_table(store.load(model))
    proba = learner.score_pool(fitted, load_features(store, features), pool, len(classes))
    return pa.table({"row": pool.astype(np.int32)} | proba_columns(proba, classes))
