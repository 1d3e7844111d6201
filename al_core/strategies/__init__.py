"""Query strategies: which texts of the pool to have labelled next."""

from al_core.strategies import baseline, committee, neighbours, streaming, uncertainty, wrappers  # noqa: F401  (they register theirs)
from al_core.strategies.base import NEEDS, STRATEGIES, WRAPPERS, Choice, Pool, Strategy, ask
from al_core.strategies.expression import strategy_of

__all__ = ["NEEDS", "STRATEGIES", "WRAPPERS", "Choice", "Pool", "Strategy", "ask", "strategy_of"]
