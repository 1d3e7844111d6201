"""Look at the pool: have computed what a strategy needs, and nothing else."""

from collections.abc import Callable

from al_core.config import ExperimentConfig
from al_core.strategies import Strategy
from tasks.committee import committee
from tasks.inside import dropout, hidden
from tasks.models import Learning
from tasks.score_pool import score_pool
from tasks.seen import Seen
from tasks.store import Ref, Store


def look(
    store: Store,
    folder: str,
    strategy: Strategy,
    model: Ref,
    learning: Learning,
    config: ExperimentConfig,
    surprisal: tuple[Ref, ...],
) -> Seen:
    """Compute what the strategy needs to know."""
    needs, transformer = strategy.needs, learning.classifier.name == "transformer"
    compute: dict[str, Callable[[], tuple[Ref, ...]]] = {
        "proba": lambda: score_pool(store, folder, model, learning, config.shard_size),
        "embeddings": lambda: hidden(store, folder, model, learning) if transformer else (),
        "committee": lambda: committee(store, folder, learning, config.committee),
        "dropout": lambda: dropout(store, folder, model, learning, config.committee),
        "surprisal": lambda: surprisal,
    }
    asks_model = "labelled_proba" in needs or (transformer and "labelled_embeddings" in needs)
    computed = {need: compute[need]() for need in compute if need in needs}
    return Seen(**computed, model=model if asks_model else None)
