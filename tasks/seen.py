"""What a strategy is shown of the pool: results in the store, by the names of its needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.store import Ref, Store
from tasks.tables import load_array, load_proba


@dataclass(frozen=True)
class Seen:
    """What a strategy is shown of the pool, by the names of its needs; empty what it does not need.

    Parameters: surprisal : of all texts, not the pool's alone
                vectors : the same, by an encoder that is to be fine-tuned and has seen no label yet
                model : for what is asked about the labelled texts
    """

    proba: tuple[Ref, ...] = ()
    embeddings: tuple[Ref, ...] = ()
    committee: tuple[Ref, ...] = ()
    dropout: tuple[Ref, ...] = ()
    surprisal: tuple[Ref, ...] = ()
    vectors: tuple[Ref, ...] = ()
    model: Ref | None = None

    def refs(self) -> list[tuple[str, Ref]]:
        """Return what was computed in this cycle, with the names of the stages."""
        stages = {"proba": "score-pool", "embeddings": "hidden", "committee": "committee", "dropout": "dropout"}
        return [(stage, ref) for need, stage in stages.items() for ref in getattr(self, need)]


def known(store: Store, seen: Seen) -> dict[str, Any]:
    """Return what has been computed, by the names of the needs."""
    return {need: load(store, refs) for need, load in _LOAD.items() if (refs := getattr(seen, need))}


_LOAD: dict[str, Callable[[Store, tuple[Ref, ...]], np.ndarray]] = {
    "proba": load_proba,
    "embeddings": load_array,
    "committee": lambda store, members: np.stack([load_proba(store, (member,)) for member in members]),
    "dropout": lambda store, pieces: load_array(store, pieces).transpose(1, 0, 2),
}
