"""Select the query: let the strategy choose the texts to have labelled next."""

import numpy as np
import pyarrow as pa

from al_core.strategies import select_query
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import id_table, load_corpus, load_rows, load_split, proba_columns


@stage("query")
def query_select(
    store: Store,
    corpus: Ref,
    split: Ref,
    labelled: tuple[Ref, ...],
    pool: Ref | None,
    strategy: str,
    size: int,
    seed: int,
    cycle: int,
) -> pa.Table:
    """Choose the query, best first, with its scores and the probabilities that led to them."""
    texts = load_corpus(store, corpus)
    rows = load_split(store, split).pool(load_rows(store, labelled))
    asked = select_query(strategy, rows, None if pool is None else _proba(store, pool), size, seed, cycle)
    proba = {} if asked.proba is None else proba_columns(asked.proba, texts.classes)
    columns = {"score": asked.scores} | proba
    ids = id_table(texts, asked.rows)
    return pa.table({name: ids[name] for name in ids.column_names} | columns)


def _proba(store: Store, pool: Ref) -> np.ndarray:
    return np.column_stack([np.asarray(column) for column in store.load(pool).columns[1:]])
