"""Predictions: a model's probabilities of the test texts, where somebody wants to see them."""

import pyarrow as pa

from tasks.models import Learning, load_model
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_split, proba_columns
from tasks.train import tags


@stage("predictions", tags=tags, say=lambda table: f"{len(table):,} test texts predicted")
def predict_test(store: Store, model: Ref, learning: Learning) -> pa.Table:
    """Compute the probabilities of the test texts."""
    classes, rows = load_corpus(store, learning.corpus).classes, load_split(store, learning.split).test
    proba = load_model(store, model, learning).predict_proba(
        load_features(store, learning.features)[rows], len(classes)
    )
    return pa.table({"row": rows} | proba_columns(proba, classes))
