"""Prepare one seed: split the corpus, compute the features, choose the seed set."""

import pyarrow as pa

from al_core import features as tfidf
from al_core.config import FeaturesConfig, SeedSetConfig
from al_core.datasets.split import split as split_corpus
from al_core.initialisation import seed_set
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import id_table, load_corpus, load_split, split_table


@stage("split", say=lambda table: f"{len(table):,} texts split")
def split(store: Store, corpus: Ref, test_size: float, seed: int) -> pa.Table:
    """Hold out the test set."""
    return split_table(split_corpus(load_corpus(store, corpus), test_size, seed))


@stage("features", say=lambda table: f"features of {len(table):,} texts")
def featurise(store: Store, corpus: Ref, split: Ref, config: FeaturesConfig) -> pa.Table:
    """Compute the features of all texts, fitted on the training texts."""
    return tfidf.to_table(tfidf.featurise(load_corpus(store, corpus).texts, load_split(store, split).train, config))


@stage("seed-set", say=lambda table: f"seed set of {len(table):,} texts")
def choose_seed_set(store: Store, corpus: Ref, split: Ref, config: SeedSetConfig, seed: int) -> pa.Table:
    """Choose the texts that are labelled before cycle 0."""
    texts = load_corpus(store, corpus)
    return id_table(texts, seed_set(texts, load_split(store, split), config, seed))
