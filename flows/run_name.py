"""The name of an experiment's run in Prefect: what a person typed, or else what it compares, and its store."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from coolname.data import config as vocabulary

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.results import data_name

_GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|pi|rho|sigma|tau|upsilon|phi|chi|"
    "psi|omega"
)
_PRAISE = (
    "Awesome|Rustic|Small|Gorgeous|Fantastic|Sleek|Intelligent|Unbranded|Refined|Licensed|Generic|Practical|Ergonomic|"
    "Handcrafted|Tasty|Handmade|Incredible"
)
_BY_FORM = re.compile(rf"(?:{_GREEK})\d*(?:-[a-z]+)+|(?:{_PRAISE})-[a-z]+")
"""What Prefect's run form fills in: a star such as `beta2-lyrae-nebula` in its V1 UI, `Sleek-camera` in V2."""


def run_name(config: ExperimentConfig) -> str:
    """Return what tells an experiment's run from others; the store belongs to it where it is not the usual one.

    >>> run_name(ExperimentConfig(strategies=("margin",), seeds=1, cycles=4, store="/srv/team/results"))
    'sample · margin · 1 seed × 4 cycles · /srv/team/results'
    """
    seeds = f"{config.seeds} seed{'s' if config.seeds > 1 else ''}"
    usual = config.store in (DEFAULTS.store, str(Path(DEFAULTS.store).absolute()))
    parts = [data_name(config), ", ".join(config.strategies), f"{seeds} × {config.cycles} cycles"]
    return " · ".join(parts if usual else [*parts, config.store])


def is_generated(name: str) -> bool:
    """Say whether Prefect made a name up, on the server or in the run form.

    >>> [is_generated(name) for name in ("brave-otter", "beta2-lyrae-nebula", "Sleek-camera", "nightly tickets")]
    [True, True, True, False]
    """
    words = name.split("-")
    return bool(_BY_FORM.fullmatch(name)) or (len(words) == 2 and _slug_words().issuperset(words))


@cache
def _slug_words() -> frozenset[str]:
    """Return the words that Prefect's server names runs with."""
    parts: list[dict[str, Any]] = [*vocabulary.values()]  # type: ignore[list-item]
    lists = [part["words"] for part in parts if part["type"] == "words"]
    return frozenset(word for words in lists for word in words)
