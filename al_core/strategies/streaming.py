"""Stream-based selective sampling: each text is taken or let go the moment it arrives, and for good.

[zliobaite2014] Žliobaitė et al., Active learning with drifting streaming data, IEEE TNNLS 25(1), 2014.
[kottke2015] Kottke, Krempl & Spiliopoulou, Probabilistic active learning in datastreams, IDA 2015.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.errors import ConfigError
from al_core.strategies.base import Choice, Pool, Strategy, choose, strategy


@strategy(
    cost="n log `window`, and that of the strategy", source="Žliobaitė et al. 2014; Kottke et al. 2015", labels="any"
)
def stream(
    strategy: Strategy,
    pool: Pool,
    k: int,
    rng: np.random.Generator,
    *,
    window: Annotated[int, Field(ge=1)] = 1000,
    step: Annotated[float, Field(gt=0, le=1)] = 0.01,
) -> Choice:
    """Let the texts pass one by one, in random order, and take those with a score above a threshold.

    The threshold is on the share of the last texts that a text outscores, so that it means the same for any strategy.
    It lies where k of n texts are above it, and one step lower for each text that the query is behind of taking k of
    n of the texts that have passed, or higher for each that it is ahead. No more than k are taken; if fewer have been
    when as many are left as are missing, these are taken whatever their scores, and so the query has k texts.

    Parameters: window : how many of the last texts one is compared with
                step : by how much the threshold moves
    Raises:     ConfigError for a strategy that gives no scores
    References: [zliobaite2014], [kottke2015]
    """
    if not strategy.scores:
        raise ConfigError(f"stream goes around a strategy that scores single texts; {strategy.name} chooses sets")
    looked_at = max(k, min(len(pool), strategy.at_most or len(pool)))
    ranked = choose(strategy, pool, looked_at, rng)
    assert ranked.scores is not None
    arrival = rng.permutation(looked_at)
    outscored = shares(ranked.scores[arrival].tolist(), rng.random(looked_at).tolist(), window)
    return Choice(ranked.positions[arrival[taken(outscored, looked_at, k, step)]], None, looked_at)


def shares(scores: Iterable[float], ties: Iterable[float], window: int) -> Iterator[float]:
    """Yield the share of the scores before it that each is above, of the last `window`.

    Its place among those equal to it, itself one of them, is drawn: `ties` are random numbers in [0, 1). So the shares
    of texts in random order are spread evenly over [0, 1), however many are equal.

    >>> [round(share, 2) for share in shares([5.0, 7.0, 7.0, 1.0], [0.5, 0.5, 0.5, 0.5], window=2)]
    [0.5, 0.75, 0.67, 0.17]
    """
    last: deque[float] = deque()
    in_order: list[float] = []
    for score, tie in zip(scores, ties, strict=True):
        below = bisect_left(in_order, score)
        equal = bisect_right(in_order, score, below) - below
        yield (below + tie * (equal + 1)) / (len(in_order) + 1)
        insort(in_order, score)
        last.append(score)
        if len(last) > window:
            del in_order[bisect_left(in_order, last.popleft())]


def taken(outscored: Iterable[float], n: int, k: int, step: float) -> list[int]:
    """Return which k of n texts are taken, by the shares that they outscore as they arrive.

    >>> taken([0.7, 0.7, 0.8, 0.5, 0.1, 0.9], 6, 3, step=1)
    [0, 2, 5]
    """
    per_text = k / n
    positions: list[int] = []
    for arrived, share in enumerate(outscored):
        missing = k - len(positions)
        if not missing:
            break
        ahead = len(positions) - per_text * arrived
        if share >= 1 - per_text + step * ahead or n - arrived <= missing:
            positions.append(arrived)
    return positions
