"""Select the query: let the strategy choose the texts to have labelled next."""

import numpy as np
import pyarrow as pa

from al_core.strategies import select_query
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import id_table, load_corpus, load_rows, load_split, proba_columns


@stage("query", say=lambda table: f"{len(table):,} texts to be labelled")
def query_select(
    store: Store,
    corpus: Ref,
    split: Ref,
    labelled: tuple[Ref, ...],
    pool: tuple[Ref, ...],
    strategy: str,
    size: int,
    seed: int,
    cycle: int,
) -> pa.Table:
    """Choose the query, best first, with its scores and the probabilities that led to them."""
    texts = load_corpus(store, corpus)
    rows = load_split(store, split).pool(load_rows(store, labelled))
    asked = select_query(strategy, rows, _proba(store, pool) if pool else None, size, seed, cycle)
    proba = {} if asked.proba is None else proba_columns(asked.proba, texts.classes)
    columns = {"score": asked.scores} | proba
    ids = id_table(texts, asked.rows)
    return pa.table({name: ids[name] for name in ids.column_names} | columns)


def _proba(store: Store, pool: tuple[Ref, ...]) -> np.ndarray:
    """Return the pool's probabilities, shard after shard."""
    shards = [store.load(shard).columns[1:] for shard in pool]
    return np.concatenate([np.column_stack([np.asarray(column) for column in columns]) for columns in shards])
