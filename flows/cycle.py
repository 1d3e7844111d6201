"""One cycle of one strategy and seed, as a flow."""

from dataclasses import dataclass

from prefect import flow

from al_core.config import ExperimentConfig
from al_core.results import SHARED, cycle_folder
from al_core.strategies import needs_proba
from tasks.evaluate import evaluate
from tasks.publish import Cycle
from tasks.query_select import query_select
from tasks.score_pool import score_pool
from tasks.store import Ref, Store
from tasks.train import train


@dataclass(frozen=True)
class Prepared:
    """What all cycles of one seed share; `setup` is the folder for their results."""

    setup: str
    corpus: Ref
    split: Ref
    features: Ref
    seed_set: Ref

    def refs(self) -> dict[str, Ref]:
        """Return the results by the name of their stage."""
        return {"ingest": self.corpus, "split": self.split, "featurise": self.features, "seed-set": self.seed_set}


@flow(name="cycle", validate_parameters=False)
def run_cycle(
    store: Store,
    config: ExperimentConfig,
    strategy: str,
    seed: int,
    cycle: int,
    prepared: Prepared,
    labelled: tuple[Ref, ...],
    ask: bool,
) -> Cycle:
    """Train on the labelled set, evaluate, and, if labels are to be asked for, let the strategy choose for which."""
    own = cycle_folder(prepared.setup, strategy, seed, cycle)
    folder = cycle_folder(prepared.setup, SHARED, seed, cycle) if cycle == 0 else own
    corpus, split, features = prepared.corpus, prepared.split, prepared.features
    model = train(store, folder, corpus, features, labelled, config.classifier)
    metrics = evaluate(store, folder, model, corpus, features, split, labelled)
    if not ask:
        return Cycle(strategy, seed, cycle, model, metrics)
    pool = score_pool(store, folder, model, corpus, features, split, labelled) if needs_proba(strategy) else None
    query = query_select(store, own, corpus, split, labelled, pool, strategy, config.query_size, seed, cycle)
    return Cycle(strategy, seed, cycle, model, metrics, pool, query)
