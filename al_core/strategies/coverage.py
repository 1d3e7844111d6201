"""Coverage: texts such that few others are far from all of them.

[yehuda2022] Yehuda, Dekel, Hacohen & Weinshall, Active learning through a covering lens, NeurIPS 2022.
"""

from math import ceil
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import largest, strategy
from al_core.strategies.clustering import centres, to_nearest
from al_core.strategies.distances import blocks, nearest, squared


@strategy(cost="n^2 (d + k), n <= 50000", source="Yehuda et al. 2022", at_most=50_000)
def prob_cover(
    embeddings: np.ndarray,
    labelled_embeddings: np.ndarray,
    labelled_codes: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    radius: Annotated[float, Field(gt=0)] | None = None,
    purity: Annotated[float, Field(gt=0, le=1)] = 0.95,
    classes: Annotated[int, Field(ge=2)] | None = None,
) -> np.ndarray:
    """Choose, one after the other, the text with most texts around it that no labelled or chosen one is near to.

    Parameters: embeddings : (n, d) float
                labelled_embeddings : (l, d) float
                labelled_codes : (l,) classes
                radius : how near is near; None for the largest for which `purity` holds
                purity : the share of texts that have only such around them as are in the same of `classes` clusters
                classes : None for as many as labelled texts have, at least 2
    Returns:    (k,) positions
    References: [yehuda2022]
    >>> pool, labelled = np.array([[0.0], [1.0], [2.0], [10.0], [20.0], [21.0]]), np.array([[20.5]])
    >>> prob_cover(pool, labelled, np.array([0]), 2, np.random.default_rng(0), radius=1.5).tolist()
    [1, 3]
    """
    squared_radius = radius**2 if radius else _radius_for(embeddings, labelled_codes, purity, classes, rng)
    covers = _graph(embeddings, squared_radius)
    uncovered = _packed(to_nearest(embeddings, labelled_embeddings)[1] >= squared_radius)
    chosen = np.empty(k, np.int64)
    for turn in range(k):
        gains = np.bitwise_count(covers & uncovered).sum(axis=1, dtype=np.int64)
        gains[chosen[:turn]] = -1
        chosen[turn] = largest(gains, rng.permutation(len(gains)), 1)[0]
        uncovered &= ~covers[chosen[turn]]
    return chosen


def _radius_for(
    embeddings: np.ndarray, codes: np.ndarray, purity: float, classes: int | None, rng: np.random.Generator
) -> float:
    count = min(classes or max(2, len(np.unique(codes))), len(embeddings))
    clusters, _ = to_nearest(embeddings, centres(embeddings, count, rng))
    return pure_radius(embeddings, clusters, purity)


def pure_radius(points: np.ndarray, clusters: np.ndarray, purity: float) -> float:
    """Return the square of the largest radius at which this share of the open balls around points is pure.

    A ball is pure up to the nearest point of another cluster, so that no radius has to be tried.

    >>> pure_radius(np.array([[0.0], [1.0], [4.0], [6.0]]), np.array([0, 0, 1, 1]), 0.5)
    16.0
    """
    distances = np.full(len(points), np.inf)
    for cluster in np.unique(clusters):
        inside = clusters == cluster
        if not inside.all():
            distances[inside] = nearest(points[inside], points[~inside])[0][:, 0]
    impure = len(points) - ceil(purity * len(points))
    return float(np.partition(distances, impure)[impure])


def _graph(points: np.ndarray, squared_radius: float) -> np.ndarray:
    """Return which points are in the open ball around each, a bit for each pair: 300 MB for 50,000 points."""
    n = len(points)
    return np.concatenate([_packed(squared(points[rows], points) < squared_radius) for rows in blocks(n, n)])


def _packed(table: np.ndarray) -> np.ndarray:
    """Pack truth values (..., n) into words of 64 bits.

    >>> np.bitwise_count(_packed(np.ones((2, 65), dtype=bool))).tolist()
    [[64, 1], [64, 1]]
    """
    packed = np.packbits(table, axis=-1)
    missing = [(0, 0)] * (packed.ndim - 1) + [(0, -packed.shape[-1] % 8)]
    return np.pad(packed, missing).view(np.uint64)
