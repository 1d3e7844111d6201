"""Query strategies: which texts of the pool to have labelled next."""

from al_core.strategies import (  # noqa: F401  (they register theirs)
    baseline,
    cold_start,
    committee,
    coverage,
    discriminative,
    diversity,
    expected,
    hybrid,
    multilabel,
    neighbours,
    streaming,
    uncertainty,
    wrappers,
)
from al_core.strategies.base import NEEDS, STRATEGIES, WRAPPERS, Choice, Pool, Strategy, ask
from al_core.strategies.expression import code_of, strategy_of
from al_core.strategies.wrappers import when_labelled

__all__ = [
    "NEEDS", "STRATEGIES", "WRAPPERS", "Choice", "Pool", "Strategy", "ask", "code_of", "strategy_of", "when_labelled"
]  # fmt: skip
