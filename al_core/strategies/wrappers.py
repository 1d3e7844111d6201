"""Wrappers: strategies around others."""

from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import Choice, Pool, Strategy, choose, strategy


@strategy(cost="that of the strategy for `size` texts", source="common practice", name="subsample", labels="any")
def subsample(
    strategy: Strategy,
    pool: Pool,
    k: int,
    rng: np.random.Generator,
    *,
    size: Annotated[int, Field(ge=1)] = 10_000,
) -> Choice:
    """Let the strategy choose among texts of the pool drawn at random.

    Parameters: size : how many are drawn
    """
    drawn = np.sort(rng.choice(len(pool), min(len(pool), max(size, k)), replace=False))
    return choose(strategy, pool[drawn], k, rng).at(drawn)
