"""Distances between embeddings, block by block, so that no table of all pairs is ever held."""

from collections.abc import Iterator

import numpy as np

_CELLS = 2**24
"""Distances that are held at a time: 64 MiB."""


def blocks(n: int, width: int) -> Iterator[slice]:
    """Yield slices of n rows, each of which fits into memory if a row has `width` numbers.

    >>> list(blocks(3, 2**23))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, _CELLS // max(1, width))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def squared(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return squared Euclidean distances, never below 0.

    Parameters: points : (n, d) float
                others : (m, d) float
    Returns:    (n, m) float
    >>> squared(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[0.0, 4.0]])).tolist()
    [[16.0], [25.0]]
    """
    table = np.einsum("nd,nd->n", points, points)[:, None] + np.einsum("md,md->m", others, others)
    products = points @ others.T
    products *= 2
    table -= products
    return np.maximum(table, 0, out=table)


def nearest(points: np.ndarray, others: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Find for each point the k nearest of the others, or all if there are fewer, the nearest first.

    Parameters: points : (n, d) float
                others : (m, d) float
    Returns:    (n, k) squared distances and (n, k) positions in `others`
    >>> distances, positions = nearest(np.array([[0.0], [5.0]]), np.array([[4.0], [1.0], [9.0]]), k=2)
    >>> distances.tolist(), positions.tolist()
    ([[1.0, 16.0], [1.0, 16.0]], [[1, 0], [0, 1]])
    """
    k = min(k, len(others))
    distances = np.empty((len(points), k), points.dtype)
    positions = np.empty((len(points), k), np.int64)
    for part in blocks(len(points), len(others)):
        table = squared(points[part], others)
        near = table.argmin(axis=1)[:, None] if k == 1 else np.argpartition(table, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(table, near, axis=1)
        order = np.lexsort((near, values), axis=1)
        distances[part] = np.take_along_axis(values, order, axis=1)
        positions[part] = np.take_along_axis(near, order, axis=1)
    return distances, positions
