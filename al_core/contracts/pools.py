"""Pools to try strategies on, with all that one can need."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from al_core.strategies import NEEDS, Pool
from al_core.strategies.base import Retrain


def a_pool(n: int = 60, n_classes: int = 4, labelled: int = 12, seed: int = 0) -> Pool:
    """Return a pool whose texts lie in a cluster a class, and whose probabilities are distinct.

    Parameters: n : texts; their rows are unlike their positions
                labelled : labelled texts, of which none is of the last class
    """
    rng = np.random.default_rng(seed)
    codes, known = rng.integers(n_classes, size=n), rng.integers(max(1, n_classes - 1), size=labelled)
    centres = rng.normal(size=(n_classes, 8))
    proba = rng.dirichlet(np.ones(n_classes), n)
    embeddings = _unit(centres[codes] + rng.normal(scale=0.5, size=(n, 8)))
    return Pool(
        rows=np.arange(n) * 3 + 7,
        texts=tuple(f"text {row}" for row in range(n)),
        proba=proba,
        embeddings=embeddings,
        committee=rng.dirichlet(np.ones(n_classes), (3, n)),
        dropout=rng.dirichlet(np.ones(n_classes), (4, n)),
        surprisal=rng.exponential(size=(n, 6)).astype(np.float32),
        retrain=_by_nearness(embeddings, proba),
        labelled_codes=known,
        labelled_proba=rng.dirichlet(np.ones(n_classes), labelled),
        labelled_embeddings=_unit(centres[known] + rng.normal(scale=0.5, size=(labelled, 8))),
    )


def alike(n: int = 60, n_classes: int = 4) -> Pool:
    """Return a pool of texts between which nothing tells a difference."""
    pool = a_pool(n, n_classes, labelled=4)
    flat: dict[str, Any] = {
        name: np.full_like(getattr(pool, name), 1 / n_classes) for name in ("proba", "committee", "dropout")
    }
    same: dict[str, Any] = {name: np.ones_like(getattr(pool, name)) / 8**0.5 for name in ("embeddings", "surprisal")}
    one = replace(pool, texts=("same",) * n, **flat, **same)
    return replace(one, retrain=_by_nearness(same["embeddings"], flat["proba"]))


def sure(n: int = 60, n_classes: int = 4) -> Pool:
    """Return a pool of which the models are sure that all is of the first class."""
    pool = a_pool(n, n_classes)
    first = np.eye(n_classes)[0]
    names = ("proba", "committee", "dropout", "labelled_proba")
    certain: dict[str, Any] = {name: np.broadcast_to(first, getattr(pool, name).shape).copy() for name in names}
    return replace(pool, **certain, retrain=_by_nearness(pool.embeddings, certain["proba"]))


def several_labels(pool: Pool) -> Pool:
    """Return the pool as of texts that can have several classes: each is likely or not for itself."""
    assert pool.proba is not None
    assert pool.labelled_codes is not None
    n_classes = pool.proba.shape[1]
    proba, codes = np.sqrt(pool.proba), np.eye(n_classes, dtype=np.int64)[pool.labelled_codes]
    retrain = _by_nearness(pool.embeddings, proba)
    return replace(pool, proba=proba, labelled_codes=codes, retrain=retrain, multilabel=True)


def only(pool: Pool, needs: Collection[str]) -> Pool:
    """Return the pool with nothing but these fields, and its rows."""
    absent: dict[str, Any] = {need: None for need in NEEDS if need not in needs}
    return replace(pool, **absent)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _by_nearness(embeddings: Any, proba: np.ndarray) -> Retrain:
    """Return a model that gives a text near the new label more of its class."""

    def retrain(row: int, code: Any, rows: np.ndarray) -> np.ndarray:
        position, others = (row - 7) // 3, (rows - 7) // 3
        near = np.exp(embeddings[others].astype(np.float64) @ embeddings[position])[:, None]
        more = proba[others] + near * (np.eye(proba.shape[1])[code] if np.ndim(code) == 0 else code)
        return more / more.sum(axis=1, keepdims=True)

    return retrain
