"""Histories to try stopping rules on, with all that one can need."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from al_core.stopping import Reading


def a_history(cycles: int = 8, texts: int = 40, n_classes: int = 3, seed: int = 0) -> list[Reading]:
    """Return the readings of a model that learns: ever surer, ever more often right, its changes ever smaller.

    Parameters: texts : in the stop set, in the audit set, and in each query
    """
    rng = np.random.default_rng(seed)
    codes = rng.integers(n_classes, size=(3, texts))
    noise = rng.normal(size=(cycles, 3, texts, n_classes))
    logits = [cycle * np.eye(n_classes)[codes] + noise[cycle] for cycle in range(cycles)]
    return [_reading(25 * (cycle + 1), _softmax(of_cycle), codes) for cycle, of_cycle in enumerate(logits)]


def settled(cycles: int = 8, texts: int = 40, n_classes: int = 3, paid: int = 10_000) -> list[Reading]:
    """Return the readings of models that are all the same, sure and right, of which the first has cost so much."""
    codes = np.tile(np.arange(texts) % n_classes, (3, 1))
    return [_reading(paid + cycle, np.eye(n_classes)[codes], codes) for cycle in range(cycles)]


def cold(cycles: int = 8, texts: int = 40, n_classes: int = 3) -> list[Reading]:
    """Return the readings of models that are sure that all is of the first class."""
    first = np.tile(np.eye(n_classes)[0], (texts, 1))
    return [
        replace(reading, stop_proba=first.copy(), audit_proba=first.copy(), asked_proba=first.copy())
        for reading in a_history(cycles, texts, n_classes)
    ]


def several_labels(history: Sequence[Reading]) -> list[Reading]:
    """Return a history as of texts that can have several classes; what is not audited are single decisions."""
    return [
        replace(one, audit_codes=np.eye(one.audit_proba.shape[1], dtype=np.int64)[one.audit_codes])
        for one in history
        if one.audit_proba is not None
    ]


def only(history: Sequence[Reading], needs: Collection[str]) -> list[Reading]:
    """Return a history with nothing but these fields, and the labels paid for."""
    absent: dict[str, Any] = {field.name: None for field in fields(Reading) if field.name not in {*needs, "paid"}}
    return [replace(reading, **absent) for reading in history]


def _reading(paid: int, proba: np.ndarray, codes: np.ndarray) -> Reading:
    stop, audit, asked = proba.copy()
    return Reading(paid, stop, audit, codes[1].copy(), asked, codes[2].copy())


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)
