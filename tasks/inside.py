"""Look inside a fine-tuned transformer: run it with dropout, or up to its last layer, over the pool."""

import numpy as np
import pyarrow as pa

from al_core import look
from al_core.arrays import to_table
from al_core.config import CommitteeConfig
from tasks.models import Learning
from tasks.situation import pool_size, situation
from tasks.stage import stage
from tasks.store import Ref, Store
from tasks.train import tags


def dropout(store: Store, folder: str, model: Ref, learning: Learning, config: CommitteeConfig) -> tuple[Ref, ...]:
    """Compute the pool's probabilities by passes with dropout, piece by piece."""
    numbers = range(look.pieces(pool_size(store, learning)))
    common = {"model": model, "learning": learning, "config": config}
    return dropout_piece.each(store, folder, *(common | {"number": number} for number in numbers))


def hidden(store: Store, folder: str, model: Ref, learning: Learning) -> tuple[Ref, ...]:
    """Compute vectors of the pool's texts, piece by piece."""
    numbers = range(look.pieces(pool_size(store, learning)))
    return hidden_piece.each(
        store, folder, *({"model": model, "learning": learning, "number": number} for number in numbers)
    )


@stage("dropout", tags=tags, say=lambda table: f"{len(table):,} texts of the pool scored with dropout")
def dropout_piece(store: Store, model: Ref, learning: Learning, config: CommitteeConfig, number: int) -> pa.Table:
    """Compute the probabilities of one piece of the pool, several times."""
    proba = look.dropout_piece(situation(store, learning, config, model), number)
    return to_table(np.ascontiguousarray(proba.transpose(1, 0, 2)))


@stage("hidden", tags=tags, say=lambda table: f"vectors of {len(table):,} texts of the pool")
def hidden_piece(store: Store, model: Ref, learning: Learning, number: int) -> pa.Table:
    """Compute the vectors of one piece of the pool."""
    at = situation(store, learning, model=model)
    return to_table(look.hidden_piece(at, at.pool, number))
