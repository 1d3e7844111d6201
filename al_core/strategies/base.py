"""What a strategy is, the registry of them, and the choice of the best-scored texts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from al_core.seeding import stream

Scorer = Callable[["Pool", np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Pool:
    """What a strategy may look at: the unlabelled texts, without their labels.

    Parameters: rows : (n,) rows of the corpus
                proba : (n, c) class probabilities, where the strategy needs them
    """

    rows: np.ndarray
    proba: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Strategy:
    """A query strategy.

    Parameters: score : gives each text of a pool a number; higher = query sooner
                needs : what it needs computed: "proba", or nothing
                source : where it is from
    """

    name: str
    score: Scorer
    needs: frozenset[str]
    source: str


STRATEGIES: dict[str, Strategy] = {}


def strategy(name: str, *, needs: tuple[str, ...] = (), source: str) -> Callable[[Scorer], Scorer]:
    """Register a scorer as a strategy."""

    def register(score: Scorer) -> Scorer:
        STRATEGIES[name] = Strategy(name, score, frozenset(needs), source)
        return score

    return register


@dataclass(frozen=True)
class Query:
    """The texts one cycle asks for, best first.

    Parameters: rows : (k,) rows of the corpus
                scores : (k,) higher = query sooner
                proba : (k, c) class probabilities; None where the strategy asked for none
    """

    rows: np.ndarray
    scores: np.ndarray
    proba: np.ndarray | None


def needs_proba(name: str) -> bool:
    """Return whether the strategy needs the pool's class probabilities."""
    return "proba" in STRATEGIES[name].needs


def select_query(name: str, rows: np.ndarray, proba: np.ndarray | None, size: int, seed: int, cycle: int) -> Query:
    """Let the named strategy choose from the pool.

    Parameters: rows : (n,) rows of the pool
                proba : (n, c) their class probabilities, if the strategy needs them
    """
    rng = stream(seed, "query", name, cycle)
    best, scores = query(STRATEGIES[name], Pool(rows, proba), size, rng)
    return Query(rows[best], scores, None if proba is None else proba[best])


def query(strategy: Strategy, pool: Pool, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose the `size` best-scored texts of the pool, or all if it has fewer; ties are broken at random.

    Returns:    (k,) positions in the pool and (k,) their scores, best first
    Raises:     ValueError for a negative size or a score that is not a number
    """
    if size < 0:
        raise ValueError(f"a query size of {size} is negative")
    if pool.proba is not None and len(pool.proba) != len(pool):
        raise ValueError(f"there are probabilities of {len(pool.proba)} texts for a pool of {len(pool)}")
    scores = strategy.score(pool, rng)
    if np.isnan(scores).any():
        raise ValueError(f"strategy {strategy.name!r} scored {int(np.isnan(scores).sum())} texts as NaN")
    tie_breaker = rng.permutation(len(pool))
    best = _largest(scores, tie_breaker, min(size, len(pool)))
    return best, scores[best]


def _largest(scores: np.ndarray, tie_breaker: np.ndarray, k: int) -> np.ndarray:
    """Return the positions of the k largest scores, best first, sorting only those that can be among them."""
    if k == 0:
        return np.empty(0, dtype=np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((tie_breaker[candidates], -scores[candidates]))
    return candidates[order[:k]]
