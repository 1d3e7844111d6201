"""Train: fit the classifier on the labelled set."""

import pyarrow as pa

from al_core import learner
from al_core.config import ClassifierConfig
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import corpus_of, features_of, rows_of


@stage("model")
def train(
    store: Store, corpus: Ref, features: Ref, labelled: tuple[Ref, ...], classifier: ClassifierConfig
) -> pa.Table:
    """Fit the classifier; its weights are the result."""
    rows = rows_of(store, labelled)
    return learner.train(corpus_of(store, corpus), features_of(store, features), rows, classifier).to_table()
