"""The baseline every strategy has to beat."""

import numpy as np

from al_core.strategies.base import strategy


@strategy(cost="n", source="the baseline: passive learning", labels="any")
def random(texts_in_pool: int, rng: np.random.Generator) -> np.ndarray:
    """Draw texts at random, each as likely as any other.

    Returns:    (n,) float in [0, 1)
    >>> random(3, np.random.default_rng(0)).round(2)
    array([0.64, 0.27, 0.04])
    """
    return rng.random(texts_in_pool)
