"""Between tables in the store and the objects of al_core; what was read or built last is kept in memory."""

from functools import lru_cache
from itertools import groupby

import numpy as np
import pyarrow as pa

from al_core.arrays import from_table
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.features import Features, Joined, Tokens, tfidf
from al_core.features.vectors import vectors
from tasks.store import Ref, Store


@lru_cache(maxsize=4)
def load_corpus(store: Store, corpus: Ref) -> Corpus:
    """Return the corpus."""
    return Corpus.from_table(store.load(corpus))


@lru_cache(maxsize=16)
def load_features(store: Store, features: tuple[Ref, ...]) -> Features:
    """Return the features: tokens, or TF-IDF, or embeddings, or the last two beside each other."""
    by_stage = {stage: tuple(refs) for stage, refs in groupby(features, lambda ref: ref.path.rsplit("/", 1)[-1][:-21])}
    if "tokens" in by_stage:
        return load_tokens(store, *by_stage["tokens"])
    sparse = [tfidf.from_table(store.load(ref)) for ref in by_stage.get("features", ())]
    if "embeddings" not in by_stage:
        return sparse[0]
    dense = load_array(store, by_stage["embeddings"])
    return Joined.beside(dense, sparse[0]) if sparse else Joined.alone(dense)


@lru_cache(maxsize=2)
def load_tokens(store: Store, tokens: Ref) -> Tokens:
    """Return the tokens."""
    return Tokens.from_table(store.load(tokens))


@lru_cache(maxsize=2)
def load_array(store: Store, pieces: tuple[Ref, ...]) -> np.ndarray:
    """Return an array that was kept in pieces."""
    return np.concatenate([from_table(store.load(piece)) for piece in pieces])


@lru_cache(maxsize=2)
def load_vectors(store: Store, features: tuple[Ref, ...], split: Ref) -> np.ndarray | None:
    """Return vectors of all texts, where they do not change with the model."""
    return vectors(load_features(store, features), load_split(store, split).train)


@lru_cache(maxsize=16)
def load_split(store: Store, split: Ref) -> Split:
    """Return the split."""
    table = store.load(split)
    rows, in_test, in_audit = (np.asarray(table[name]) for name in ("row", "in_test", "in_audit"))
    return Split(rows[~in_test & ~in_audit], rows[in_test], rows[in_audit])


def load_groups(store: Store, groups: Ref) -> np.ndarray:
    """Return of each text the group of near-duplicates it is in."""
    return np.asarray(store.load(groups)["group"])


def split_table(split: Split) -> pa.Table:
    """Return a split as a table: row, in_test, in_audit."""
    rows = np.concatenate([split.train, split.audit, split.test])
    part = np.repeat([0, 1, 2], [len(split.train), len(split.audit), len(split.test)])
    return pa.table({"row": rows, "in_test": part == 2, "in_audit": part == 1})


def id_table(corpus: Corpus, rows: np.ndarray) -> pa.Table:
    """Return rows of the corpus as a table: row, id."""
    return pa.table({"row": rows, "id": pa.array([corpus.ids[row] for row in rows], pa.string())})


def load_rows(store: Store, labelled: tuple[Ref, ...]) -> np.ndarray:
    """Return the rows of the labelled set: the seed set and the queries since."""
    return np.concatenate([np.asarray(store.load(ref)["row"]) for ref in labelled])


def proba_columns(proba: np.ndarray, classes: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return probabilities as columns, `p_CLASS` each."""
    return {f"p_{name}": proba[:, code] for code, name in enumerate(classes)}


def load_proba(store: Store, shards: tuple[Ref, ...]) -> np.ndarray:
    """Return probabilities (n, c) that were kept as such columns, in shards."""
    tables = [store.load(shard) for shard in shards]
    columns = [[np.asarray(table[name]) for name in table.column_names if name.startswith("p_")] for table in tables]
    return np.concatenate([np.column_stack(one) for one in columns])
