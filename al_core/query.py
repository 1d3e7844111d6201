"""The query: the texts that a strategy asks to have labelled next."""

from dataclasses import dataclass

import numpy as np

from al_core.seeding import stream
from al_core.strategies import Pool, ask, strategy_of


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


def select_query(strategy: str, pool: Pool, size: int, seed: int, cycle: int) -> Query:
    """Let the strategy choose from the pool.

    >>> proba = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]])
    >>> select_query("margin", Pool(np.array([10, 20, 30]), proba=proba), 2, seed=0, cycle=1).rows.tolist()
    [20, 30]
    """
    asked = strategy_of(strategy)
    chosen = ask(asked, pool, size, stream(seed, "query", asked.name, cycle))
    proba = None if pool.proba is None else pool.proba[chosen.positions]
    return Query(pool.rows[chosen.positions], chosen.scores, proba, chosen.among)
