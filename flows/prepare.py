"""What comes before the cycles: open the store, read the data, and do once what all strategies of a seed share."""

from dataclasses import dataclass

from al_core.config import ExperimentConfig
from al_core.datasets.build import source_digest
from al_core.datasets.presets import resolve
from al_core.datasets.split import check_experiment
from al_core.results import data_name, setup_folder
from tasks.ingest import ingest
from tasks.prepare import choose_seed_set, featurise, split
from tasks.store import Ref, Store
from tasks.tables import load_corpus


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


def check(config: ExperimentConfig) -> tuple[Store, Ref]:
    """Open the store, read the data into it, and refuse what an experiment cannot start with."""
    store = Store.open(config.store)
    corpus = ingest(store, data_name(config), data=resolve(config.data), content=source_digest(config.data))
    check_experiment(load_corpus(store, corpus), config)
    return store, corpus


def prepare(store: Store, config: ExperimentConfig, corpus: Ref, seed: int) -> Prepared:
    """Do once what all strategies of a seed share."""
    folder = f"{data_name(config)}/seed={seed}"
    parts = split(store, folder, corpus, config.data.test_size, seed)
    features = featurise(store, folder, corpus, parts, config.features)
    seed_set = choose_seed_set(store, folder, corpus, parts, config.seed_set, seed)
    return Prepared(setup_folder(config, load_corpus(store, corpus).fingerprint), corpus, parts, features, seed_set)
