"""Train: fit the classifier on the labelled set."""

import pyarrow as pa

from al_core.encoders.device import uses_gpu
from tasks.models import Learning, learn
from tasks.progress import epochs_shown
from tasks.stage import GPU, stage
from tasks.store import Store


def tags(learning: Learning, **_: object) -> tuple[str, ...]:
    """Return the tags of what trains a model or runs it."""
    if learning.encoder is None or learning.classifier.name != "transformer":
        return ()
    return GPU if uses_gpu(learning.encoder.config) else ()


def _say(table: pa.Table) -> str:
    if "epoch" in table.column_names:
        last = table.to_pylist()[-1]
        return f"model trained for {last['epoch']} epochs, {last['steps']:,} steps, train loss {last['train_loss']:.3f}"
    if len(table) == 0:
        return "no text is labelled: all classes are equally likely"
    if "estimator" in table.column_names:
        return f"model of {table.nbytes:,} bytes"
    return f"model with weights for {len(table) - 1:,} features"


@stage("model", tags=tags, say=_say)
def train(store: Store, learning: Learning) -> pa.Table:
    """Fit the classifier; its weights are the result, or, if they are kept apart, how the training went."""
    with epochs_shown():
        return learn(store, learning)
