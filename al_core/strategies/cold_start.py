"""Strategies for the first query, before there is a model: what a language model finds surprising.

[yuan2020] Yuan, Lin & Boyd-Graber, Cold-start active learning through self-supervised language modeling, EMNLP 2020.
"""

import numpy as np

from al_core.strategies.base import strategy
from al_core.strategies.clustering import centres
from al_core.strategies.distances import nearest


@strategy(cost="n k t, times the steps of k-means", source="Yuan, Lin & Boyd-Graber 2020", labels="any")
def alps(surprisal: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose the text in the middle of each cluster of texts whose surprising tokens are in the same places.

    The vectors get length 1, and k-means parts them into k clusters. If there are fewer than k different middles, the
    rest is drawn at random.

    Parameters: surprisal : (n, t) float, how unexpected a language model finds each token, padded with 0
    Returns:    (k,) positions
    References: [yuan2020]
    >>> surprisal = np.array([[1, 0.1], [2, 0.0], [1, -0.1], [0.0, 5]], dtype=np.float32)
    >>> sorted(alps(surprisal, 2, np.random.default_rng(0)).tolist())
    [1, 3]
    """
    from sklearn.preprocessing import normalize

    shuffled = rng.permutation(len(surprisal))
    points = normalize(surprisal[shuffled], copy=False)
    middles = _first_of_each(nearest(centres(points, k, rng), points)[1][:, 0])
    rest = np.delete(np.arange(len(points)), middles)
    filling = rng.choice(rest, k - len(middles), replace=False)
    return shuffled[np.concatenate([middles, filling])]


def _first_of_each(values: np.ndarray) -> np.ndarray:
    return values[np.sort(np.unique(values, return_index=True)[1])]
