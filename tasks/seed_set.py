"""Choose the seed set: the texts that are labelled before there is a model."""

from dataclasses import dataclass

import pyarrow as pa

from al_core.config import SeedSetConfig
from al_core.initialisation import seed_set
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import id_table, load_array, load_corpus, load_split, load_vectors


@dataclass(frozen=True)
class Before:
    """What is known of the texts before any is labelled; empty what the initialisation does not need."""

    features: tuple[Ref, ...] = ()
    embeddings: tuple[Ref, ...] = ()
    surprisal: tuple[Ref, ...] = ()


@stage("seed-set", say=lambda table: f"seed set of {len(table):,} texts")
def choose_seed_set(
    store: Store,
    corpus: Ref,
    split: Ref,
    config: SeedSetConfig,
    seed: int,
    seen: Before,
    origin: tuple[str | None, ...],
) -> pa.Table:
    """Choose the texts that are labelled before cycle 0.

    Parameters: origin : digests of the file or model that it goes by, and of the user's own code
    """
    texts, parts = load_corpus(store, corpus), load_split(store, split)
    dense = load_vectors(store, seen.features, split) if seen.features else None
    if seen.embeddings:
        dense = load_array(store, seen.embeddings)
    surprisal = load_array(store, seen.surprisal) if seen.surprisal else None
    return id_table(texts, seed_set(texts, parts, config, seed, dense, surprisal))
