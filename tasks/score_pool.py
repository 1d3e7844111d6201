"""Score the pool: the class probabilities of every text that has no label yet."""

import numpy as np
import pyarrow as pa

from al_core import learner
from al_core.encoders.forward import TOGETHER
from tasks.models import Learning, load_model
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split, proba_columns
from tasks.train import tags


def score_pool(store: Store, folder: str, model: Ref, learning: Learning, shard_size: int) -> tuple[Ref, ...]:
    """Compute the pool's probabilities in shards of so many texts, side by side."""
    size = TOGETHER if learning.classifier.name == "transformer" else shard_size
    texts = len(load_split(store, learning.split).train) - sum(ref.rows for ref in learning.labelled)
    shards = ({"start": start, "stop": min(start + size, texts)} for start in range(0, texts, size))
    return score_shard.each(store, folder, *({"model": model, "learning": learning} | shard for shard in shards))


@stage("pool", tags=tags, say=lambda table: f"{len(table):,} texts of the pool scored")
def score_shard(store: Store, model: Ref, learning: Learning, start: int, stop: int) -> pa.Table:
    """Compute the probabilities of the pool's texts from position `start` up to `stop`."""
    classes = load_corpus(store, learning.corpus).classes
    pool = load_split(store, learning.split).pool(load_rows(store, learning.labelled))[start:stop]
    fitted = load_model(store, model, learning)
    proba = learner.score_pool(fitted, load_features(store, learning.features), pool, len(classes))
    return pa.table({"row": pool.astype(np.int32)} | proba_columns(proba, classes))
