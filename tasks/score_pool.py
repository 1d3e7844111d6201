"""Score the pool: the class probabilities of every text that has no label yet."""

import numpy as np
import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split, proba_columns


@stage("pool")
def score_pool(store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...]) -> pa.Table:
    """Compute the pool's probabilities."""
    classes = load_corpus(store, corpus).classes
    pool = load_split(store, split).pool(load_rows(store, labelled))
    fitted = LinearModel.from_table(store.load(model))
    proba = learner.score_pool(fitted, load_features(store, features), pool, len(classes))
    return pa.table({"row": pool.astype(np.int32)} | proba_columns(proba, classes))
