"""Discriminative active learning: make the labelled texts look like the pool.

[gissin2019] Gissin & Shalev-Shwartz, Discriminative active learning, arXiv:1907.06347.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import largest, strategy


@strategy(cost="sub_batches (n d + training a linear model)", source="Gissin & Shalev-Shwartz 2019", labels="any")
def discriminative(
    embeddings: np.ndarray,
    labelled_embeddings: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    sub_batches: Annotated[int, Field(ge=1)] = 10,
    factor: Annotated[int, Field(ge=1)] = 10,
) -> np.ndarray:
    """Choose texts that a model takes most surely for unlabelled rather than labelled ones.

    A part of them is chosen at a time; it then counts as labelled, and the model is trained again. As in the paper's
    code it sees some of the unlabelled texts, drawn anew each time, and both sides weigh the same. The first part is
    drawn at random if nothing is labelled.

    Parameters: embeddings : (n, d) float
                labelled_embeddings : (l, d) float
                sub_batches : in how many parts they are chosen
                factor : how many unlabelled texts the model sees for each labelled one
    Returns:    (k,) positions
    References: [gissin2019]
    >>> embeddings = np.array([[0.0], [1.0], [2.0]])
    >>> discriminative(embeddings, np.array([[0.0], [0.1]]), 1, np.random.default_rng(0))
    array([2])
    """
    chosen = np.empty(0, dtype=np.int64)
    for part in np.array_split(np.arange(k), min(k, sub_batches)):
        left = np.delete(np.arange(len(embeddings)), chosen)
        labelled = np.concatenate([labelled_embeddings, embeddings[chosen]])
        drawn = rng.choice(left, min(len(left), factor * len(labelled)), replace=False)
        scores = _unlabelledness(labelled, embeddings[drawn], embeddings, rng)[left]
        best = largest(scores, rng.permutation(len(left)), len(part))
        chosen = np.concatenate([chosen, left[best]])
    return chosen


def _unlabelledness(
    labelled: np.ndarray, unlabelled: np.ndarray, embeddings: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the log odds that each text is unlabelled, by a model of some that are and some that are not."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    if not len(labelled):
        return np.zeros(len(embeddings))
    points = np.concatenate([labelled, unlabelled])
    is_unlabelled = np.arange(len(points)) >= len(labelled)
    seed = int(rng.integers(2**31))
    # as exact as newton-cg at its default tolerance, in a third of the time
    model = LogisticRegression(class_weight="balanced", solver="lbfgs", tol=1e-5, max_iter=1000, random_state=seed)
    with threadpool_limits(1, user_api="openmp"):
        model.fit(points, is_unlabelled)
    # in float32 equal rows can differ in the seventh digit by where in the array they stand; rounded they tie
    return np.round(embeddings @ model.coef_[0].astype(embeddings.dtype) + model.intercept_[0], 4)
