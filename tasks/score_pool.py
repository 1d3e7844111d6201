"""Score the pool: the class probabilities of every text that has no label yet."""

import numpy as np
import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import corpus_of, features_of, proba_columns, rows_of, split_of


@stage("pool")
def score_pool(store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...]) -> pa.Table:
    """Compute the pool's probabilities."""
    classes = corpus_of(store, corpus).classes
    pool = split_of(store, split).pool(rows_of(store, labelled))
    fitted = LinearModel.from_table(store.load(model))
    proba = learner.score_pool(fitted, features_of(store, features), pool, len(classes))
    return pa.table({"row": pool.astype(np.int32)} | proba_columns(proba, classes))
