"""Evaluate: what the model reaches on the labelled set and on the test set."""

import pyarrow as pa

from al_core import learner
from al_core.classifiers import LinearModel
from al_core.metrics import Metrics
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split


def main_metric(table: pa.Table) -> str:
    """Say what a table of metrics comes to."""
    metrics = Metrics.from_table(table)
    return f"{metrics.labels:,} labels, macro-F1 {metrics.macro_f1:.3f}"


@stage("metrics", say=main_metric)
def evaluate(store: Store, model: Ref, corpus: Ref, features: Ref, split: Ref, labelled: tuple[Ref, ...]) -> pa.Table:
    """Compute the metrics of one cycle."""
    return learner.evaluate_model(
        LinearModel.from_table(store.load(model)),
        load_corpus(store, corpus),
        load_features(store, features),
        load_rows(store, labelled),
        load_split(store, split),
    ).to_table()
