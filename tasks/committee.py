"""Committee: train one member more, and let it score the pool."""

import pyarrow as pa

from al_core import look
from al_core.committee import size
from al_core.config import CommitteeConfig
from tasks.models import Learning
from tasks.situation import situation
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.tables import load_corpus, proba_columns
from tasks.train import tags


def committee(store: Store, folder: str, learning: Learning, config: CommitteeConfig) -> tuple[Ref, ...]:
    """Compute the pool's probabilities by each member, side by side."""
    members = ({"learning": learning, "config": config, "number": number} for number in range(size(config)))
    return member.each(store, folder, *members)


@stage("member", tags=tags, say=lambda table: f"{len(table):,} texts of the pool scored by a member of the committee")
def member(store: Store, learning: Learning, config: CommitteeConfig, number: int) -> pa.Table:
    """Train the member of this number; its probabilities of the pool are the result."""
    proba = look.member_proba(situation(store, learning, config), number)
    return pa.table(proba_columns(proba, load_corpus(store, learning.corpus).classes))
