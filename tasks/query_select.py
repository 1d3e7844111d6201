"""Select the query: let the strategy choose the texts to have labelled next."""

from dataclasses import replace

import pyarrow as pa

from al_core.look import VECTORS, look
from al_core.query import select_query
from al_core.strategies import strategy_of, when_labelled
from tasks.models import Learning
from tasks.seen import Seen, known
from tasks.situation import situation
from tasks.stage import stage
from tasks.store import Store
from tasks.tables import id_table, load_array, load_vectors, proba_columns


def _say(table: pa.Table) -> str:
    among, pool = (int(table.schema.metadata[name]) for name in (b"among", b"pool"))
    drawn = f", chosen among {among:,} of {pool:,} drawn at random" if among < pool else ""
    return f"{len(table):,} texts to be labelled{drawn}"


@stage("query", say=_say)
def query_select(
    store: Store,
    learning: Learning,
    seen: Seen,
    strategy: str,
    code: tuple[str, ...],
    size: int,
    cycle: int,
) -> pa.Table:
    """Choose the query, best first, with its scores and the probabilities that led to them.

    Parameters: code : digests of the strategy's code, where it is the user's own
    """
    asked = when_labelled(strategy_of(strategy), learning.labels)
    at = situation(store, learning, model=seen.model)
    if seen.vectors:
        at = replace(at, vectors=load_array(store, seen.vectors))
    elif asked.needs & VECTORS:
        at = replace(at, vectors=load_vectors(store, learning.features, learning.split))
    if seen.surprisal:
        at = replace(at, surprisal=load_array(store, seen.surprisal))
    query = select_query(asked, look(asked, at, known(store, seen)), size, learning.seed, cycle)
    proba = {} if query.proba is None else proba_columns(query.proba, at.corpus.classes)
    scores = pa.nulls(len(query.rows), pa.float64()) if query.scores is None else query.scores
    ids = id_table(at.corpus, query.rows)
    table = pa.table({name: ids[name] for name in ids.column_names} | {"score": scores} | proba)
    return table.replace_schema_metadata({"among": str(query.among), "pool": str(len(at.pool))})
