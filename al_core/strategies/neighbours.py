"""Wrappers that let a strategy look only at the texts of the pool most similar to labelled ones.

[coleman2022] Coleman et al., Similarity search for efficient active learning and search of rare concepts, AAAI 2022.
[lesci2024] Lesci & Vlachos, AnchorAL: computationally efficient active learning for large and imbalanced datasets,
    NAACL 2024.
"""

from importlib import import_module
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from threadpoolctl import threadpool_limits

from al_core.errors import ConfigError
from al_core.strategies.base import Choice, Pool, Strategy, choose, strategy
from al_core.strategies.distances import blocks


@strategy(cost="n l d, and that of the strategy for `neighbours` l texts", source="Coleman et al. 2022", labels="any")
def seals(
    strategy: Strategy,
    pool: Pool,
    embeddings: np.ndarray,
    labelled_embeddings: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    neighbours: Annotated[int, Field(ge=1)] = 100,
    exact: bool = True,
) -> Choice:
    """Let the strategy choose among the texts most similar to each labelled one (SEALS).

    With no labelled text it chooses from the whole pool. Texts drawn at random fill up what is too few for the query.

    Parameters: neighbours : how many texts of the pool each labelled text brings in
                exact : False searches with an index, for which faiss is needed: faster from about a thousand labels on
    Raises:     ConfigError without `exact` where faiss is not installed
    References: [coleman2022]
    """
    if not len(labelled_embeddings):
        return choose(strategy, pool, k, rng)
    search = most_similar if exact else probably_most_similar
    found = np.unique(search(labelled_embeddings, embeddings, neighbours, rng)[1])
    part = _filled(found[found >= 0], k, len(pool), rng)
    return choose(strategy, pool[part], k, rng).at(part)


@strategy(cost="n c `per_class` d, and that of the strategy for `size` texts", source="Lesci & Vlachos 2024")
def anchors(
    strategy: Strategy,
    pool: Pool,
    embeddings: np.ndarray,
    labelled_embeddings: np.ndarray,
    labelled_codes: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    per_class: Annotated[int, Field(ge=1)] = 10,
    neighbours: Annotated[int, Field(ge=1)] = 50,
    size: Annotated[int, Field(ge=1)] = 1000,
) -> Choice:
    """Let the strategy choose among the texts most similar to some labelled ones, as many of each class (AnchorAL).

    So rare classes have their share of what is looked at. Texts drawn at random fill up what is too few for the query,
    and stand in while there are no labels.

    Parameters: per_class : how many labelled texts of each class are anchors, spread out by k-means++
                neighbours : how many texts of the pool each anchor brings in
                size : how many of these stay, those most similar on average to the anchors that brought them in
    References: [lesci2024]
    """
    if len(pool) <= max(size, k):
        return choose(strategy, pool, k, rng)
    chosen = _anchors(labelled_embeddings, labelled_codes, per_class, rng)
    near = _brought_in(labelled_embeddings[chosen], embeddings, neighbours, size, rng)
    part = _filled(near, k if len(near) else max(size, k), len(pool), rng)
    return choose(strategy, pool[part], k, rng).at(part)


def _anchors(embeddings: np.ndarray, codes: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Return positions of labelled texts: of each class so many, or all if there are fewer."""
    from sklearn.cluster import kmeans_plusplus

    anchors = [np.empty(0, np.int64)]
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        if len(members) > per_class:
            # Where all are equal it takes the first again and again.
            seed = int(rng.integers(2**31))
            members = members[np.unique(kmeans_plusplus(unit(embeddings[members]), per_class, random_state=seed)[1])]
        anchors.append(members)
    return np.concatenate(anchors)


def _brought_in(
    anchors: np.ndarray, embeddings: np.ndarray, neighbours: int, size: int, rng: np.random.Generator
) -> np.ndarray:
    """Return positions of the `size` texts most similar, on average, to the anchors that they are neighbours of."""
    similar, found = most_similar(anchors, embeddings, neighbours, rng)
    positions, which = np.unique(found, return_inverse=True)
    mean = np.bincount(which.ravel(), similar.ravel()) / np.bincount(which.ravel())
    return positions[np.lexsort((rng.permutation(len(mean)), -mean))[:size]]


def _filled(positions: np.ndarray, least: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return the positions in order, and others below n at random if there are too few."""
    free = others(positions, n)
    drawn = rng.choice(free, min(len(free), max(0, least - len(positions))), replace=False)
    return np.sort(np.concatenate([positions, drawn]))


def others(positions: np.ndarray, n: int) -> np.ndarray:
    """Return those below n that are not among these.

    >>> others(np.array([2, 0]), 4)
    array([1, 3])
    """
    there = np.ones(n, bool)
    there[positions] = False
    return np.flatnonzero(there)


Found = tuple[np.ndarray, np.ndarray]


def unit(points: np.ndarray) -> np.ndarray:
    """Return points (n, d) scaled to length 1; those of length 0 stay.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", points, points))
    return points / np.where(lengths > 0, lengths, 1)[:, None]


def most_similar(points: np.ndarray, pool: np.ndarray, k: int, rng: np.random.Generator) -> Found:
    """Find for each point the k most similar of the pool, or all if there are fewer, the most similar first.

    The pool is gone through in random order, and so ties are broken at random.

    Parameters: points : (p, d) float
                pool : (n, d) float
    Returns:    (p, k) cosines and (p, k) positions in the pool
    >>> pool = np.array([[1.0, 1.0], [0.0, 2.0], [-1.0, 0.0]])
    >>> similar, found = most_similar(np.array([[0.0, 1.0]]), pool, 2, np.random.default_rng(0))
    >>> similar.round(4).tolist(), found.tolist()
    ([[1.0, 0.7071]], [[1, 0]])
    """
    points, order = unit(points), rng.permutation(len(pool))
    similar = np.empty((len(points), 0), points.dtype)
    found = np.empty((len(points), 0), np.int64)
    for part in blocks(len(pool), max(len(points), pool.shape[1])):
        rows = order[part]
        similar = np.hstack([similar, points @ unit(pool[rows]).T])
        found = np.hstack([found, np.broadcast_to(rows, (len(points), len(rows)))])
        best = _largest(similar, min(k, len(pool)))
        similar, found = np.take_along_axis(similar, best, axis=1), np.take_along_axis(found, best, axis=1)
    return similar, found


def _largest(table: np.ndarray, k: int) -> np.ndarray:
    """Return where the k largest numbers of each row are, or all if there are fewer, the largest first."""
    if k < table.shape[1]:
        near = np.argpartition(table, -k, axis=1)[:, -k:]
    else:
        near = np.broadcast_to(np.arange(table.shape[1]), table.shape)
    order = np.argsort(-np.take_along_axis(table, near, axis=1), axis=1)
    return np.take_along_axis(near, order, axis=1)


_CELLS_LOOKED_INTO = 32


def probably_most_similar(points: np.ndarray, pool: np.ndarray, k: int, rng: np.random.Generator) -> Found:
    """Find most of them: build an index, the pool in cells around some of it, and search the cells near each point.

    Building it takes as long as the exact search for some 500 points among a million. It is built anew each time, since
    the pool of each cycle is another.

    Parameters: as of `most_similar`
    Returns:    the same; the position is -1 where fewer than k are found
    Raises:     ConfigError if faiss is not installed
    """
    faiss = _faiss()
    cells = int(len(pool) ** 0.5)
    order = rng.permutation(len(pool))
    with threadpool_limits(1):  # faiss brings a BLAS of its own, and sums up differently with more threads
        centres = faiss.IndexFlatIP(pool.shape[1])
        index = faiss.IndexIVFFlat(centres, pool.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
        index.cp.seed, index.cp.min_points_per_centroid = int(rng.integers(2**31)), 1
        index.nprobe = _CELLS_LOOKED_INTO
        index.train(_given(pool[order[: 64 * cells]]))
        for part in blocks(len(pool), pool.shape[1]):
            index.add(_given(pool[order[part]]))
        similar, found = index.search(_given(points), min(k, len(pool)))
    return similar, np.where(found < 0, -1, order[found])


def _given(points: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(unit(points), dtype=np.float32)


def _faiss() -> Any:
    try:
        return import_module("faiss")
    except ImportError as error:
        raise ConfigError("exact=False needs faiss; pip install 'alflow[ann]', or leave exact=True") from error
