"""Prepare one seed: split the corpus, compute the features."""

import numpy as np
import pyarrow as pa

from al_core import features
from al_core.arrays import to_table
from al_core.config import FeaturesConfig
from al_core.datasets.split import split as split_corpus
from al_core.encoders.device import uses_gpu
from al_core.encoders.embed import embed
from al_core.encoders.forward import TOGETHER
from al_core.encoders.pinned import Encoder
from al_core.encoders.surprisal import surprisal
from al_core.features import tfidf
from al_core.features import tokenise as tokens_of
from tasks.stage import GPU, stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_groups, load_split, load_tokens, split_table


@stage("split", say=lambda table: f"{len(table):,} texts split")
def split(store: Store, corpus: Ref, test_size: float, seed: int, audit: int, groups: Ref | None = None) -> pa.Table:
    """Hold out the test set, and set the audit set apart; groups, where there are any, stay on one side."""
    together = load_groups(store, groups) if groups else None
    return split_table(split_corpus(load_corpus(store, corpus), test_size, seed, audit, together))


@stage("all-labels", say=lambda table: f"all {len(table):,} texts to learn from")
def label_all(store: Store, split: Ref) -> pa.Table:
    """Return the labelled set of all texts that may be learned from."""
    return pa.table({"row": load_split(store, split).train})


@stage("features", say=lambda table: f"TF-IDF of {len(table):,} texts")
def featurise(store: Store, corpus: Ref, split: Ref, config: FeaturesConfig) -> pa.Table:
    """Compute the TF-IDF vectors of all texts, fitted on the training texts."""
    return tfidf.to_table(tfidf.featurise(load_corpus(store, corpus).texts, load_split(store, split).train, config))


@stage("tokens", say=lambda table: f"tokens of {len(table):,} texts")
def tokenise(store: Store, corpus: Ref, encoder: Encoder) -> pa.Table:
    """Tokenise all texts."""
    return tokens_of(load_corpus(store, corpus).texts, encoder.folder, encoder.config.max_length).to_table()


def embed_all(store: Store, folder: str, tokens: Ref, encoder: Encoder) -> tuple[Ref, ...]:
    """Compute the embeddings of all texts, piece by piece, side by side where there are workers."""
    pieces = [
        {"tokens": tokens, "encoder": encoder, "start": start, "stop": min(start + TOGETHER, tokens.rows)}
        for start in range(0, tokens.rows, TOGETHER)
    ]
    return embed_piece.each(store, folder, *pieces)


@stage(
    "embeddings",
    tags=lambda encoder, **_: GPU if uses_gpu(encoder.config) else (),
    say=lambda table: f"embeddings of {len(table):,} texts",
)
def embed_piece(store: Store, tokens: Ref, encoder: Encoder, start: int, stop: int) -> pa.Table:
    """Compute the embeddings of the texts from row `start` up to `stop`."""
    return to_table(embed(load_tokens(store, tokens)[np.arange(start, stop)], encoder))


@stage("embeddings", say=lambda table: f"embeddings of {len(table):,} texts")
def embed_texts(store: Store, texts: tuple[str, ...], encoder: Encoder) -> pa.Table:
    """Compute the embeddings of texts that are in no corpus."""
    return to_table(features.embed_texts(texts, encoder))


@stage(
    "surprisal",
    tags=lambda encoder, **_: GPU if uses_gpu(encoder.config) else (),
    say=lambda table: f"surprisal of {len(table):,} texts",
)
def surprise(store: Store, tokens: Ref, encoder: Encoder) -> pa.Table:
    """Compute how unexpected a language model finds the tokens of all texts."""
    return to_table(surprisal(load_tokens(store, tokens), encoder))
