"""Diversity and representativeness: texts that together stand for the pool, by their embeddings.

[zhdanov2019] Zhdanov, Diverse mini-batch active learning, arXiv:1901.05954.
[yuan2020] Yuan, Lin & Boyd-Graber, Cold-start active learning through self-supervised language modeling, EMNLP 2020.
[sener2018] Sener & Savarese, Active learning for convolutional neural networks: a core-set approach, ICLR 2018.
[bachem2018] Bachem, Lucic & Krause, Scalable k-means clustering via lightweight coresets, KDD 2018.
[hacohen2022] Hacohen, Dekel & Weinshall, Active learning on a budget: opposite strategies suit high and low budgets,
ICML 2022.
[settles2008] Settles & Craven, An analysis of active learning strategies for sequence labeling tasks, EMNLP 2008.
"""

from itertools import chain, islice
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import largest, strategy
from al_core.strategies.clustering import centres, in_turn, mean_of, to_nearest, to_point
from al_core.strategies.distances import blocks, nearest
from al_core.strategies.uncertainty import entropy

_MOST_CLUSTERS = 500
_SMALL_CLUSTER = 5
_MEMBERS = 10_000


@strategy(cost="n k d", source="Zhdanov 2019; Yuan et al. 2020", labels="any")
def kmeans(embeddings: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose the text nearest to the centre of each of k clusters, that of the largest cluster first.

    Where there are fewer than k distinct texts, clusters give their next nearest.

    Parameters: embeddings : (n, d) float
    Returns:    (k,) positions
    References: without the weights of [zhdanov2019]; [yuan2020] calls it BERT-KM
    >>> kmeans(np.array([[0.0], [1.0], [2.0], [10.0]]), 2, np.random.default_rng(0)).tolist()
    [1, 3]
    """
    clusters, distances = to_nearest(embeddings, centres(embeddings, k, rng))
    sizes = np.bincount(clusters, minlength=k)
    by_cluster = np.lexsort((rng.permutation(len(embeddings)), distances, clusters))
    members = [iter(positions) for positions in np.split(by_cluster, np.cumsum(sizes)[:-1])]
    order = np.lexsort((rng.permutation(k), -sizes))
    return np.array([next(members[cluster]) for cluster in islice(in_turn(order, sizes), k)])


@strategy(cost="n (k + l) d", source="Sener & Savarese 2018", labels="any")
def coreset(embeddings: np.ndarray, labelled_embeddings: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose, one after the other, the text farthest from all that are labelled or chosen (greedy k-centre).

    With none labelled, the first is the text nearest to the mean.

    Parameters: embeddings : (n, d) float
                labelled_embeddings : (l, d) float
    Returns:    (k,) positions
    References: [sener2018], Algorithm 1
    >>> pool, labelled = np.array([[1.0], [4.0], [6.0]]), np.array([[0.0]])
    >>> coreset(pool, labelled, 3, np.random.default_rng(0)).tolist()
    [2, 1, 0]
    """
    _, distances = to_nearest(embeddings, labelled_embeddings)
    scores = distances if len(labelled_embeddings) else -to_point(embeddings, mean_of(embeddings))
    chosen = np.empty(k, np.int64)
    for turn in range(k):
        chosen[turn] = largest(scores, rng.permutation(len(scores)), 1)[0]
        distances = np.minimum(distances, to_point(embeddings, embeddings[chosen[turn]]))
        distances[chosen[turn]] = -1  # below that of a text like it
        scores = distances
    return chosen


@strategy(cost="n d", source="Bachem et al. 2018", labels="any")
def lightweight_coreset(embeddings: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Draw texts without replacement: half by chance, half by their squared distance to the mean.

    Parameters: embeddings : (n, d) float
    Returns:    (k,) positions
    References: [bachem2018], Algorithm 1, which draws with replacement
    >>> lightweight_coreset(np.array([[0.0], [3.0]]), 2, np.random.default_rng(0)).tolist()
    [1, 0]
    """
    return rng.choice(len(embeddings), k, replace=False, p=importance(embeddings))


def importance(embeddings: np.ndarray) -> np.ndarray:
    """Return the probabilities by which a lightweight coreset is drawn.

    >>> importance(np.array([[0.0], [3.0], [3.0], [6.0]])).tolist()
    [0.375, 0.125, 0.125, 0.375]
    """
    distances = to_point(embeddings, mean_of(embeddings)).astype(np.float64)
    if not distances.any():
        return np.full(len(embeddings), 1 / len(embeddings))
    return 0.5 / len(embeddings) + 0.5 * distances / distances.sum()


@strategy(cost="n (k + l) d + k m^2 d, m <= 10000 texts in a cluster", source="Hacohen et al. 2022", labels="any")
def typiclust(
    embeddings: np.ndarray,
    labelled_embeddings: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    neighbours: Annotated[int, Field(ge=1)] = 20,
) -> np.ndarray:
    """Choose the most typical text of each cluster, first where the fewest are labelled, then where most texts are.

    There are as many clusters as texts that are labelled or asked for, or 500. Where those of at least 5 texts are
    fewer than k they give several; smaller ones are for when nothing else is left.

    Parameters: embeddings : (n, d) float
                labelled_embeddings : (l, d) float
                neighbours : a text is typical that is near to so many in its cluster
    Returns:    (k,) positions
    References: [hacohen2022]
    >>> pool = np.array([[0.0], [1.0], [2.0], [4.0], [9.0]])
    >>> typiclust(pool, np.empty((0, 1)), 1, np.random.default_rng(0), neighbours=2).tolist()
    [1]
    """
    most = min(len(labelled_embeddings) + k, _MOST_CLUSTERS)
    both = np.concatenate([labelled_embeddings, embeddings], dtype=embeddings.dtype)
    clusters, _ = to_nearest(both, centres(both, most, rng))
    of_labelled, of_pool = np.split(clusters, [len(labelled_embeddings)])
    labelled, sizes = np.bincount(of_labelled, minlength=most), np.bincount(of_pool, minlength=most)
    order = np.lexsort((rng.permutation(most), -(labelled + sizes), labelled))
    small = (labelled + sizes)[order] < _SMALL_CLUSTER
    turns = islice(chain(in_turn(order[~small], sizes), in_turn(order[small], sizes)), k)
    chosen = np.empty(k, np.int64)
    for turn, cluster in enumerate(turns):
        chosen[turn] = _most_typical(embeddings, np.flatnonzero(of_pool == cluster), neighbours, rng)
        of_pool[chosen[turn]] = -1
    return chosen


def _most_typical(embeddings: np.ndarray, members: np.ndarray, neighbours: int, rng: np.random.Generator) -> int:
    """Return the member with the smallest mean distance to its nearest neighbours among them."""
    drawn = rng.permutation(members)[:_MEMBERS]  # the first of several that tie is one at random
    points = embeddings[drawn]
    distances, _ = nearest(points, points, neighbours + 1)
    return drawn[np.sqrt(distances[:, 1:]).sum(axis=1).argmin()]  # without the nearest: the text itself


@strategy(cost="n (d + c)", source="Settles & Craven 2008")
def information_density(
    proba: np.ndarray, embeddings: np.ndarray, *, beta: Annotated[float, Field(ge=0)] = 1.0
) -> np.ndarray:
    """Score each text by its entropy times its mean cosine similarity to the texts of the pool.

    The paper's cosines are of counts, and never negative. Here a mean below 0 counts as 0.

    Parameters: proba : (n, c) float, rows sum to 1
                embeddings : (n, d) float; a zero vector is similar to none
                beta : how much the similarity counts
    Returns:    (n,) float in [0, ln c]; higher = query sooner
    References: [settles2008]
    >>> even, pool = np.full((3, 2), 0.5), np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    >>> (information_density(even, pool) / np.log(2)).round(4).tolist()
    [0.6667, 0.6667, 0.3333]
    """
    return entropy(proba) * np.maximum(mean_cosine(embeddings), 0) ** beta


def mean_cosine(embeddings: np.ndarray) -> np.ndarray:
    """Return each text's mean cosine to all: its own unit vector times the mean of all unit vectors.

    >>> mean_cosine(np.array([[3.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])).round(4).tolist()
    [0.0, 0.0, 0.0]
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", embeddings, embeddings))
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    parts = blocks(len(embeddings), embeddings.shape[1])
    mean = sum(scale[part] @ embeddings[part] for part in parts) / len(embeddings)
    return np.einsum("nd,d->n", embeddings, mean) * scale  # texts that are alike are so to the last bit
