"""Ask a strategy by name, about a pool of which somebody else has computed what it needs."""

from typing import Any

import numpy as np
from pydantic import Field

from al_core.config import Count, Model, StrategyName
from al_core.corpus import checked_texts
from al_core.errors import ConfigError
from al_core.seeding import stream
from al_core.strategies import NEEDS, Choice, Pool, strategy_of
from al_core.strategies import ask as ask_about
from al_core.validation import validated


class Asking(Model):
    """Who is asked, for how many texts, and the seed of what is random."""

    strategy: StrategyName = "margin"
    count: Count = Field(50, ge=1)
    seed: int = Field(0, ge=0)


def ask(strategy: str, count: int = 1, *, seed: int = 0, **known: Any) -> Choice:
    """Return which texts of a pool a strategy chooses, best first.

    Parameters: strategy : by name or expression, such as "margin" or "subsample(margin, size=1000)"
                count : how many; all if the pool has fewer
                seed : of ties, and of all else that is random
                known : what it needs to know, by name: `proba` (n, c), `embeddings` (n, d), `texts` (n,) and so on, as
                    in `al_core.strategies.Pool`; with `labelled_codes` (l, c) a text can have several classes
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
    wanted = validated(Asking, {"strategy": strategy, "count": count, "seed": seed})
    asked = strategy_of(wanted.strategy)
    for name in known:
        if name not in NEEDS:
            raise ConfigError(f"a pool has no {name!r}; it can have {', '.join(NEEDS)}")
    missing = sorted(asked.needs - known.keys())
    if missing:
        raise ConfigError(
            f"the strategy {asked.name} needs {', '.join(missing)}; give it by name: "
            f"ask({strategy!r}, {wanted.count}, {', '.join(f'{name}=...' for name in missing)})"
        )
    given = {name: _array(name, value) for name, value in known.items()}
    several = asked.labels == "several" or np.ndim(given.get("labelled_codes", ())) == 2
    pool = Pool(np.arange(_size(given)), multilabel=several, **given)
    return ask_about(asked, pool, wanted.count, stream(wanted.seed, "query", asked.name, 0))


def _array(name: str, value: Any) -> Any:
    """Return what is known as an array.

    Raises:     ConfigError if it is none of numbers, or of another number of dimensions
    """
    if name == "retrain":
        return value
    if name == "texts":
        return checked_texts(value)
    array, wanted = np.asarray(value), _DIMENSIONS.get(name, (2,))
    if array.dtype.kind not in "iufb" or array.ndim not in wanted:
        raise ConfigError(
            f"{name} has to be an array of numbers with {' or '.join(map(str, wanted))} dimensions, and not "
            f"{str(value)[:60]!r}"
        )
    return array


_DIMENSIONS = {"committee": (3,), "dropout": (3,), "labelled_codes": (1, 2)}


def _size(given: dict[str, Any]) -> int:
    """Return how many texts a pool has of which this is known."""
    for name, value in given.items():
        if name in ("committee", "dropout"):
            return int(np.shape(value)[1])
        if name in ("texts", "proba", "embeddings", "surprisal"):
            return len(value)
    raise ConfigError("how many texts has the pool? Give what is known of each, such as texts=...")
