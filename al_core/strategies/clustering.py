"""K-means of embeddings, and what strategies do with its clusters.

[arthur2007] Arthur & Vassilvitskii, k-means++: the advantages of careful seeding, SODA 2007.
[sculley2010] Sculley, Web-scale k-means clustering, WWW 2010.
"""

from collections.abc import Callable, Iterator
from warnings import filterwarnings

import numpy as np

from al_core.strategies.distances import nearest

# Of texts that are alike; some centres are then nearest to none.
filterwarnings("ignore", message="Number of distinct clusters")

_LLOYD = 5_000_000
"""Up to so many distances in a round, k-means takes seconds; above, each of its rounds is of few points."""
_BATCH = 5_000
_ROWS = 512
"""Differences of so many rows stay in the processor's cache, which makes them as fast as a product of matrices."""


def centres(points: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return the centres of k clusters of the points: by k-means, or in mini-batches if it would take too long.

    Parameters: points : (n, d) float
                k : at most n; of fewer distinct points, some centres are nearest to none
    Returns:    (k, d) float
    References: [arthur2007], [sculley2010]
    >>> sorted(centres(np.array([[0.0], [2.0], [9.0]]), 2, np.random.default_rng(0)).tolist())
    [[1.0], [9.0]]
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    seed = int(rng.integers(2**31))
    if len(points) * k <= _LLOYD:
        model = KMeans(k, init=spread_out(points, k, rng), n_init=1, random_state=seed)
    else:
        some = points[np.sort(rng.choice(len(points), min(len(points), max(3 * _BATCH, 3 * k)), replace=False))]
        start = spread_out(some, k, rng)
        model = MiniBatchKMeans(k, init=start, n_init=1, batch_size=_BATCH, compute_labels=False, random_state=seed)
    # Threads would add up the members of a cluster in an order that depends on their number.
    with threadpool_limits(1, user_api="openmp"):
        return model.fit(points).cluster_centers_


def spread_out(points: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return k of the points, spread out by k-means++, each but the first the best of a few that are drawn.

    scikit-learn draws as many, but computes each distance in double precision, which takes thrice as long.

    Parameters: points : (n, d) float
    Returns:    (k, d) float; some are equal if there are fewer distinct points
    References: [arthur2007]
    >>> sorted(spread_out(np.array([[1.0], [1.0], [9.0]]), 2, np.random.default_rng(0)).tolist())
    [[1.0], [9.0]]
    """
    lengths, trials = np.einsum("nd,nd->n", points, points), 2 + int(np.log(k))
    upright = np.ascontiguousarray(points.T)  # BLAS would turn it around again and again
    chosen = np.full(k, rng.integers(len(points)))
    gaps = to_point(points, points[chosen[0]])
    for turn in range(1, k):
        upto = np.cumsum(gaps, dtype=np.float64)
        drawn = np.minimum(np.searchsorted(upto, rng.random(trials) * upto[-1], "right"), len(points) - 1)
        nearer = lengths + lengths[drawn, None] - 2 * (points[drawn] @ upright)
        nearer = np.minimum(np.maximum(nearer, 0), gaps)
        best = nearer.sum(axis=1).argmin()
        chosen[turn], gaps = drawn[best], nearer[best]
    return points[chosen]


def to_nearest(points: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest of the others for each point, at a distance that is exact: 0 if they are equal.

    Parameters: points : (n, d) float
                others : (m, d) float
    Returns:    (n,) positions in `others` and (n,) squared distances; -1 and infinity if there are no others
    >>> positions, distances = to_nearest(np.array([[0.0], [5.0]]), np.array([[4.0], [1.0]]))
    >>> positions.tolist(), distances.tolist()
    ([1, 0], [1.0, 1.0])
    """
    if not len(others):
        return np.full(len(points), -1), np.full(len(points), np.inf)
    positions = nearest(points, others)[1][:, 0]
    return positions, _squares(len(points), lambda rows: points[rows] - others[positions[rows]])


def to_point(points: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Return the squared distance of each point to one, exact as above.

    >>> to_point(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([3.0, 4.0])).tolist()
    [25.0, 0.0]
    """
    return _squares(len(points), lambda rows: points[rows] - point)


def _squares(n: int, differences: Callable[[slice], np.ndarray]) -> np.ndarray:
    parts = (differences(slice(start, start + _ROWS)) for start in range(0, n, _ROWS))
    return np.concatenate([np.einsum("nd,nd->n", part, part) for part in parts])


def mean_of(points: np.ndarray) -> np.ndarray:
    """Return the mean (d,) of points, added up in double precision: a million floats lose digits otherwise."""
    return points.mean(axis=0, dtype=np.float64)


def in_turn(order: np.ndarray, sizes: np.ndarray) -> Iterator[int]:
    """Yield clusters in this order, round after round, each as often as it has members.

    >>> [int(cluster) for cluster in in_turn(np.array([2, 0]), np.array([1, 5, 3]))]
    [2, 0, 2, 2]
    """
    for taken in range(sizes[order].max(initial=0)):
        yield from order[sizes[order] > taken]
