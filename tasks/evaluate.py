"""Evaluate: what the model reaches on the labelled set and on the test set."""

import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split


@stage("metrics")
def evaluate(store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...]) -> pa.Table:
    """Compute the metrics of one cycle."""
    return learner.evaluate_model(
        LinearModel.from_table(store.load(model)),
        load_corpus(store, corpus),
        load_features(store, features),
        load_rows(store, labelled),
        load_split(store, split),
    ).to_table()
