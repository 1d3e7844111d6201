"""Estimate: a number with its 95 % interval."""

from dataclasses import dataclass

import numpy as np

from al_core.metrics import macro_f1
from al_core.seeding import stream

DRAWS = 1000


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, which is NaN where nothing is known of it.

    >>> f"{Estimate(0.25, 0.1, 0.4):+.2f}", f"{Estimate(0.25, np.nan, np.nan):.1f}"
    ('+0.25 (+0.10 to +0.40)', '0.2')
    """

    value: float
    low: float
    high: float

    def __format__(self, form: str) -> str:
        """Write the number, and the interval in brackets."""
        if np.isnan(self.low):
            return f"{self.value:{form}}"
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


def of_mean(values: np.ndarray) -> Estimate:
    """Return the mean of a sample; of a single value there is no interval.

    References: Student's t interval of the mean
    >>> f"{of_mean(np.array([0.4, 0.6])):.3f}"
    '0.500 (-0.771 to 1.771)'
    """
    from scipy.special import stdtrit

    n, mean = len(values), float(values.mean())
    if n < 2:
        return Estimate(mean, np.nan, np.nan)
    half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
    return Estimate(mean, mean - half, mean + half)


def of_share(hits: np.ndarray) -> Estimate:
    """Return the share of what is true, with Wilson's interval, which is of some width however few there are.

    >>> f"{of_share(np.ones(6, dtype=bool)):.2f}"
    '1.00 (0.61 to 1.00)'
    """
    from scipy.stats import binomtest

    interval = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return Estimate(float(hits.mean()), float(interval.low), float(interval.high))


def of_macro_f1(confusion: np.ndarray, seed: int = 0) -> Estimate:
    """Return macro-F1 with the interval of its posterior, a text's weight of doubt spread over the classes seen.

    Parameters: confusion : as in `al_core.metrics.Metrics`
    References: Goutte and Gaussier (2005), A Probabilistic Interpretation of Precision, Recall and F-Score
    >>> f"{of_macro_f1(np.array([[3, 0], [1, 2]])):.2f}"
    '0.83 (0.36 to 0.98)'
    """
    seen = confusion.sum(axis=-1) > 0
    doubt = (seen[..., :, None] & seen[..., None, :]) / max(1, int(seen.sum(axis=-1).max())) ** 2
    rng = stream(seed, "macro-F1")
    low, high = np.quantile([macro_f1(rng.gamma(confusion + doubt)) for _ in range(DRAWS)], (0.025, 0.975))
    value = macro_f1(confusion)
    return Estimate(value, min(value, float(low)), max(value, float(high)))
