"""Train: fit the classifier on the labelled set."""

import pyarrow as pa

from al_core import learner
from al_core.config import ClassifierConfig
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows


@stage("model", say=lambda table: f"model with weights for {len(table) - 1:,} features")
def train(
    store: Store, corpus: Ref, features: Ref, labelled: tuple[Ref, ...], classifier: ClassifierConfig
) -> pa.Table:
    """Fit the classifier; its weights are the result."""
    rows = load_rows(store, labelled)
    return learner.train(load_corpus(store, corpus), load_features(store, features), rows, classifier).to_table()
