"""Look at the pool: have computed what a strategy needs, and nothing else."""

from collections.abc import Callable

from al_core.config import ExperimentConfig
from al_core.look import VECTORS
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
    vectors: tuple[Ref, ...],
) -> Seen:
    """Compute what the strategy needs to know.

    Parameters: surprisal, vectors : of all texts, as they were before any was labelled
    """
    needs, fine_tuned = strategy.needs, learning.classifier.name == "transformer" and learning.labels > 0
    compute: dict[str, Callable[[], tuple[Ref, ...]]] = {
        "proba": lambda: score_pool(store, folder, model, learning, config.shard_size),
        "embeddings": lambda: hidden(store, folder, model, learning) if fine_tuned else (),
        "committee": lambda: committee(store, folder, learning, config.committee),
        "dropout": lambda: dropout(store, folder, model, learning, config.committee),
        "surprisal": lambda: surprisal,
    }
    asks_model = "labelled_proba" in needs or (fine_tuned and "labelled_embeddings" in needs)
    computed = {need: compute[need]() for need in compute if need in needs}
    unlearned = vectors if needs & VECTORS and not learning.labels else ()
    return Seen(**computed, vectors=unlearned, model=model if asks_model else None)
