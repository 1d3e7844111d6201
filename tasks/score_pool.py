"""Score the pool: the class probabilities of every text that has no label yet."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from al_core.encoders.forward import TOGETHER
from al_core.look import proba
from tasks.models import Learning
from tasks.situation import pool_size, situation
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, proba_columns
from tasks.train import tags


def score_pool(store: Store, folder: str, model: Ref, learning: Learning, shard_size: int) -> tuple[Ref, ...]:
    """Compute the pool's probabilities in shards of so many texts, side by side."""
    size = TOGETHER if learning.classifier.name == "transformer" else shard_size
    texts = pool_size(store, learning)
    shards = ({"start": start, "stop": min(start + size, texts)} for start in range(0, texts, size))
    return score_shard.each(store, folder, *({"model": model, "learning": learning} | shard for shard in shards))


@stage("pool", tags=tags, say=lambda table: f"{len(table):,} texts of the pool scored")
def score_shard(store: Store, model: Ref, learning: Learning, start: int, stop: int) -> pa.Table:
    """Compute the probabilities of the pool's texts from position `start` up to `stop`."""
    at = situation(store, learning, model=model)
    shard = replace(at, pool=at.pool[start:stop])
    columns = proba_columns(proba(shard), load_corpus(store, learning.corpus).classes)
    return pa.table({"row": shard.pool.astype(np.int32)} | columns)
