"""Find near-duplicates: which texts of a corpus are in one group, once for all its experiments."""

from functools import partial

import pyarrow as pa

from al_core.config import ExperimentConfig
from al_core.datasets.near import groups
from al_core.results import data_name
from tasks.stage import from_store, stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus


@stage("near-duplicates", say=lambda table: f"near-duplicates among {len(table):,} texts")
def find_near_duplicates(store: Store, corpus: Ref) -> pa.Table:
    """Find the group of near-duplicates of each text."""
    return pa.table({"group": groups(load_corpus(store, corpus).texts)})


def near_duplicates(store: Store, config: ExperimentConfig, corpus: Ref) -> Ref:
    """Return the groups of a corpus; found without a task run if they have been computed."""
    find = partial(find_near_duplicates, store, data_name(config), corpus)
    return from_store(find) or find()


def kept_together(store: Store, config: ExperimentConfig, corpus: Ref) -> tuple[Ref, ...]:
    """Return the groups if the split heeds them; nothing if it does not, and so does not depend on them."""
    return (near_duplicates(store, config, corpus),) if config.data.split == "grouped" else ()
