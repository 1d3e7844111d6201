"""The situation in which a strategy is asked, read from the store."""

from al_core.config import CommitteeConfig
from al_core.look import Situation
from tasks.models import Learning, load_model
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split

DEFAULT = CommitteeConfig()


def situation(
    store: Store, learning: Learning, committee: CommitteeConfig = DEFAULT, model: Ref | None = None
) -> Situation:
    """Return where a cycle stands when it is to choose from the pool.

    Parameters: model : what it has trained, if that is needed
    """
    labelled = load_rows(store, learning.labelled)
    return Situation(
        corpus=load_corpus(store, learning.corpus),
        features=load_features(store, learning.features),
        labelled=labelled,
        pool=load_split(store, learning.split).pool(labelled),
        model=load_model(store, model, learning) if model else None,
        classifier=learning.classifier,
        committee=committee,
        encoder=learning.encoder,
        seed=learning.seed,
    )


def pool_size(store: Store, learning: Learning) -> int:
    """Return how many texts have no label yet."""
    return len(load_split(store, learning.split).train) - learning.labels
