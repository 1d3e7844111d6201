"""Ask a strategy by name, about a pool of which somebody else has computed what it needs."""

from typing import Any

import numpy as np

from al_core.errors import ConfigError
from al_core.seeding import stream
from al_core.strategies import NEEDS, Choice, Pool, strategy_of
from al_core.strategies import ask as ask_about


def ask(strategy: str, count: int = 1, *, seed: int = 0, **known: Any) -> Choice:
    """Return which texts of a pool a strategy chooses, best first.

    Parameters: strategy : by name or expression, such as "margin" or "subsample(margin, size=1000)"
                count : how many; all if the pool has fewer
                seed : of ties, and of all else that is random
                known : what it needs to know, by name: `proba` (n, c), `embeddings` (n, d), `texts` (n,) and so on, as
                    in `al_core.strategies.Pool`
    Returns:    Choice, whose `positions` are those in the pool, and whose `scores` higher = sooner
    Raises:     ConfigError for a strategy that is not known, or does not get what it needs; ValueError for arrays that
                are not what they should be
    >>> choice = ask("margin", 2, proba=[[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
    >>> choice.positions.tolist(), choice.scores.round(3).tolist()
    ([1, 2], [1.0, 0.6])
    >>> ask("margin", 2)
    Traceback (most recent call last):
    al_core.errors.ConfigError: the strategy margin needs proba; give it by name: ask('margin', 2, proba=...)
    """
    if not isinstance(strategy, str):
        raise ConfigError(f"a strategy is asked by its name, such as 'margin', and not by {strategy!r}")
    asked = strategy_of(strategy)
    for name in known:
        if name not in NEEDS:
            raise ConfigError(f"a pool has no {name!r}; it can have {', '.join(NEEDS)}")
    missing = sorted(asked.needs - known.keys())
    if missing:
        raise ConfigError(
            f"the strategy {asked.name} needs {', '.join(missing)}; give it by name: "
            f"ask({strategy!r}, {count}, {', '.join(f'{name}=...' for name in missing)})"
        )
    given = {name: _array(name, value) for name, value in known.items()}
    pool = Pool(np.arange(_size(given)), **given)
    return ask_about(asked, pool, count, stream(seed, "query", asked.name, 0))


def _array(name: str, value: Any) -> Any:
    if name == "retrain":
        return value
    return tuple(value) if name == "texts" else np.asarray(value)


def _size(given: dict[str, Any]) -> int:
    """Return how many texts a pool has of which this is known."""
    for name, value in given.items():
        if name in ("committee", "dropout"):
            return int(np.shape(value)[1])
        if name in ("texts", "proba", "embeddings", "surprisal"):
            return len(value)
    raise ConfigError("how many texts has the pool? Give what is known of each, such as texts=...")
