"""Evaluate: what the model reaches on the labelled set and on the test set."""

import pyarrow as pa

from al_core import learner
from al_core.metrics import Metrics
from tasks.models import Learning, load_model
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split
from tasks.train import tags


def main_metric(table: pa.Table) -> str:
    """Say what a table of metrics comes to."""
    metrics = Metrics.from_table(table)
    return f"{metrics.labels:,} labels, macro-F1 {metrics.macro_f1:.3f} on {metrics.texts:,} test texts"


@stage("metrics", tags=tags, say=main_metric)
def evaluate(store: Store, model: Ref, learning: Learning) -> pa.Table:
    """Compute the metrics of one cycle."""
    return learner.evaluate_model(
        load_model(store, model, learning),
        load_corpus(store, learning.corpus),
        load_features(store, learning.features),
        load_rows(store, learning.labelled),
        load_split(store, learning.split),
    ).to_table()
