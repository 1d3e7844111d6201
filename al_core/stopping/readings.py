"""Readings: what stopping rules look at of a cycle, taken from its model.

Where texts can have several classes, the stop set and what was asked for are read as single decisions, whether a text
has a class; the audit set as it is, so that its metrics are those of the test set.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from al_core.classifiers import Model
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.features import Features
from al_core.learner import score_pool
from al_core.metrics import as_decisions
from al_core.seeding import stream
from al_core.stopping.base import NEEDS, Reading


def stop_set(parts: Split, size: int, seed: int) -> np.ndarray:
    """Return the rows of the stop set: training texts drawn at random, once for all strategies of a seed."""
    drawn = stream(seed, "stop set").choice(parts.train, min(size, len(parts.train)), replace=False)
    return np.sort(drawn)


def take_reading(
    model: Model,
    corpus: Corpus,
    features: Features,
    parts: Split,
    labelled: np.ndarray,
    needs: Sequence[str],
    size: int,
    seed: int,
    asked: np.ndarray | None,
) -> Reading:
    """Return what rules look at of one cycle.

    Parameters: labelled : rows that the model was trained on
                needs : what is looked at; the rest stays None
                size : of the stop set
                asked : rows that the cycle asked for, if it did
    """
    rows = {"stop": stop_set(parts, size, seed), "audit": parts.audit, "asked": asked}
    values: dict[str, Any] = {"paid": len(labelled) + len(parts.audit)}
    for need in needs:
        part, what = need.split("_")
        chosen = rows[part]
        if chosen is not None:
            is_proba = what == "proba"
            read = score_pool(model, features, chosen, len(corpus.classes)) if is_proba else corpus.codes[chosen]
            one_by_one = corpus.multilabel and part != "audit"
            values[need] = read if not one_by_one else as_decisions(read) if is_proba else read.ravel()
    return Reading(**values)


def to_table(reading: Reading) -> pa.Table:
    """Return a reading as a table of one row.

    >>> from_table(to_table(Reading(30, audit_codes=np.array([1, 0])))).audit_codes.tolist()
    [1, 0]
    """
    values = {name: value for name, value in vars(reading).items() if value is not None}
    return pa.table({name: [value.tolist() if name in NEEDS else value] for name, value in values.items()})


def from_table(table: pa.Table) -> Reading:
    """Return the reading that `to_table` wrote."""
    row: dict[str, Any] = table.to_pylist()[0]
    arrays: dict[str, Any] = {name: np.array(value) for name, value in row.items() if name in NEEDS}
    return Reading(**(row | arrays))
