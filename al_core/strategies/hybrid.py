"""Hybrid strategies: texts that are uncertain, and unlike each other or unlike what is labelled.

[ash2020] Ash et al., Deep batch active learning by diverse, uncertain gradient lower bounds, ICLR 2020.
[margatina2021] Margatina et al., Active learning by acquiring contrastive examples, EMNLP 2021.
[citovsky2021] Citovsky et al., Batch active learning at scale, NeurIPS 2021.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import largest, strategy
from al_core.strategies.distances import blocks, nearest
from al_core.strategies.uncertainty import entropy, margin

_ROUNDING = 1e-6
"""Squared distances this small, relative to the lengths they are the difference of, are float32's rounding: 0."""
_LEAST = np.finfo(np.float64).tiny
"""Stands for a probability of 0 in a logarithm, so that no divergence is above 709."""
_PAIRWISE = 20_000
"""Texts whose distances, all to all, take 1.6 GB."""


@strategy(cost="n k (d + c)", source="Ash et al. 2020")
def badge(proba: np.ndarray, embeddings: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose texts that would change the model much, and in different ways, were its own answers right.

    The gradient of the last layer is g = (p - e) h', with e = 1 for the likeliest class (of equals the first, so that
    equal texts have equal gradients). Centres are drawn as k-means++ does: the longest g first, then each with a
    probability proportional to the squared distance to the nearest before it; once all distances are 0, equally.

    Parameters: proba : (n, c) float, rows sum to 1
                embeddings : (n, d) float, h: what the last layer gets
    Returns:    (k,) positions
    References: [ash2020]
    >>> proba = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]])
    >>> badge(proba, np.array([[9.0], [1.0], [2.0]]), 1, np.random.default_rng(0))
    array([2])
    """
    errors = proba - np.eye(proba.shape[1])[proba.argmax(axis=1)]
    lengths = _squared_lengths(errors) * _squared_lengths(embeddings)
    chosen = [largest(lengths, rng.permutation(len(lengths)), 1)[0]]
    gaps = np.full(len(lengths), np.inf)
    while len(chosen) < k:
        gaps = np.minimum(gaps, _gaps(errors, embeddings, lengths, chosen[-1]))
        gaps[chosen[-1]] = 0
        chosen.append(_draw(gaps, chosen, rng))
    return np.array(chosen)


def _squared_lengths(points: np.ndarray) -> np.ndarray:
    return np.einsum("nd,nd->n", points, points).astype(np.float64)


def _gaps(errors: np.ndarray, embeddings: np.ndarray, lengths: np.ndarray, centre: int) -> np.ndarray:
    """Return squared distances of gradients to one of them, by products of their factors: (a h')(b g') = (a b)(h g)."""
    both = lengths + lengths[centre]
    gaps = both - 2 * (errors @ errors[centre]) * (embeddings @ embeddings[centre])
    return np.where(gaps > _ROUNDING * both, gaps, 0)


def _draw(gaps: np.ndarray, chosen: list, rng: np.random.Generator) -> int:
    if gaps.any():
        weights = gaps / gaps.max()
    else:
        weights = np.ones(len(gaps))
        weights[chosen] = 0
    return rng.choice(len(weights), p=weights / weights.sum())


@strategy(cost="n l d", source="Margatina et al. 2021")
def contrastive(
    proba: np.ndarray,
    embeddings: np.ndarray,
    labelled_proba: np.ndarray,
    labelled_embeddings: np.ndarray,
    rng: np.random.Generator,
    *,
    neighbours: Annotated[int, Field(ge=1)] = 10,
) -> np.ndarray:
    """Score each text by how far the model's answer for it is from those for the nearest labelled texts.

    That is the mean of KL(q || p) = sum q ln(q / p), with p of the text and q of a labelled neighbour. Embeddings get
    length 1 before distances are taken; which of equally near neighbours count is left to chance.

    Parameters: proba : (n, c) float, rows sum to 1
                embeddings : (n, d) float
                labelled_proba : (l, c) float, rows sum to 1
                labelled_embeddings : (l, d) float
                neighbours : how many labelled texts each is compared with, or all if there are fewer
    Returns:    (n,) float in [0, 709], a p of 0 counting as 2e-308; 0 if nothing is labelled; higher = query sooner
    References: [margatina2021]
    >>> proba, labelled = np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[1.0, 0.0]])
    >>> contrastive(proba, np.eye(2), labelled, np.eye(2)[:1], np.random.default_rng(0)).round(4).tolist()
    [0.6931, 0.0]
    """
    from sklearn.preprocessing import normalize

    if not len(labelled_proba):
        return np.zeros(len(proba))
    order = rng.permutation(len(labelled_proba))
    around, answers = normalize(labelled_embeddings[order]), labelled_proba[order]
    scores = np.empty(len(proba))
    for part in blocks(len(proba), max(embeddings.shape[1], len(order), neighbours * proba.shape[1])):
        _, near = nearest(normalize(embeddings[part]), around, neighbours)
        scores[part] = _mean_divergence(answers[near], proba[part])
    return scores


def _mean_divergence(answers: np.ndarray, proba: np.ndarray) -> np.ndarray:
    """Return the mean of KL(q || p) for each p: that of the cross entropies less that of the entropies.

    Parameters: answers : (n, k, c) float, k times q
                proba : (n, c) float, p
    Returns:    (n,) float, at least 0
    """
    cross = -(answers.mean(axis=1) * np.log(np.maximum(proba, _LEAST, dtype=np.float64))).sum(axis=1)
    return np.maximum(cross - entropy(answers).mean(axis=1), 0)


@strategy(cost="n c + factor² k² d", source="Citovsky et al. 2021")
def cluster_margin(
    proba: np.ndarray,
    embeddings: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    factor: Annotated[int, Field(ge=1)] = 10,
    cluster_size: Annotated[int, Field(ge=1)] = 10,
) -> np.ndarray:
    """Choose, of the texts whose classes tie most nearly, some from each cluster in turn, the smallest clusters first.

    Clusters are by average linkage, of these candidates only, where the paper clusters the whole pool, once.

    Parameters: proba : (n, c) float, rows sum to 1
                embeddings : (n, d) float
                factor : candidates for each text that is chosen; there are at most 20,000 of them, or k if that is more
                cluster_size : the tree is cut so that the mean size of a cluster is at least this
    Returns:    (k,) positions
    References: [citovsky2021]
    >>> proba, embeddings = np.full((5, 2), 0.5), np.array([[0.0], [1.0], [2.0], [8.0], [9.0]])
    >>> first, second = cluster_margin(proba, embeddings, 2, np.random.default_rng(0), cluster_size=2)
    >>> first in (3, 4), second in (0, 1, 2)
    (True, True)
    """
    count = min(len(proba), max(k, min(factor * k, _PAIRWISE)))
    candidates = largest(margin(proba), rng.permutation(len(proba)), count)
    labels = _clusters(embeddings[candidates], max(1, count // cluster_size))
    return candidates[round_robin(labels, rng)[:k]]


def _clusters(points: np.ndarray, most: int) -> np.ndarray:
    """Return the cluster of each point; there are fewer than `most` where several would part at the same distance."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    if len(points) == 1:
        return np.zeros(1, dtype=np.int64)
    return fcluster(linkage(pdist(points), "average"), most, "maxclust")


def round_robin(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Order texts so that clusters take turns, the smaller first; within a cluster it is left to chance.

    Parameters: labels : (n,) int, the cluster of each text
    Returns:    (n,) positions
    >>> round_robin(np.array([7, 5, 5]), np.random.default_rng(0))[:1]
    array([0])
    """
    order = rng.permutation(len(labels))
    _, cluster, sizes = np.unique(labels[order], return_inverse=True, return_counts=True)
    grouped = np.argsort(cluster, kind="stable")
    turn = np.empty(len(labels), dtype=np.int64)
    turn[grouped] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    tie_breaker = rng.permutation(len(sizes))
    return order[np.lexsort((tie_breaker[cluster], sizes[cluster], turn))]
