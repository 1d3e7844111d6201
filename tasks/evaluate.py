"""Evaluate: what the model reaches on the labelled set and on the test set."""

import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import corpus_of, features_of, rows_of, split_of


@stage("metrics")
def evaluate(store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...]) -> pa.Table:
    """Compute the metrics of one cycle."""
    return learner.evaluate_model(
        LinearModel.from_table(store.load(model)),
        corpus_of(store, corpus),
        features_of(store, features),
        rows_of(store, labelled),
        split_of(store, split),
    ).to_table()
