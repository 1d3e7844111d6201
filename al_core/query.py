"""The query: the texts that a strategy asks to have labelled next."""

from dataclasses import dataclass

import numpy as np

from al_core.seeding import stream
from al_core.strategies import Pool, Strategy, ask


@dataclass(frozen=True)
class Query:
    """The texts one cycle asks for, best first.

    Parameters: rows : (k,) rows of the corpus
                scores : (k,) higher = query sooner; None where the strategy gives none
                proba : (k, c) class probabilities; None where the strategy asked for none
                among : how many texts of the pool the strategy looked at
    """

    rows: np.ndarray
    scores: np.ndarray | None
    proba: np.ndarray | None
    among: int


def select_query(strategy: Strategy, pool: Pool, size: int, seed: int, cycle: int) -> Query:
    """Let the strategy choose from the pool.

    >>> from al_core.strategies import strategy_of
    >>> proba = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
    >>> pool = Pool(np.array([10, 20, 30]), proba=proba)
    >>> select_query(strategy_of("margin"), pool, 2, seed=0, cycle=1).rows.tolist()
    [20, 30]
    """
    chosen = ask(strategy, pool, size, stream(seed, "query", strategy.name, cycle))
    proba = None if pool.proba is None else pool.proba[chosen.positions]
    return Query(pool.rows[chosen.positions], chosen.scores, proba, chosen.among)
