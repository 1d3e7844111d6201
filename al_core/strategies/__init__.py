"""Query strategies: which texts of the pool to have labelled next."""

from al_core.strategies import baseline, uncertainty  # noqa: F401  (they register theirs)
from al_core.strategies.base import STRATEGIES, Pool, Query, Strategy, needs_proba, query, select_query

__all__ = ["STRATEGIES", "Pool", "Query", "Strategy", "needs_proba", "query", "select_query"]
