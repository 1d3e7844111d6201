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
_BY_FORM = re.compile(rf"(?:{_GREEK})\d+(?:-[a-z]+)+|(?:{_PRAISE})-[A-Z]\w+")
"""What Prefect's run form fills in: a star such as `beta2-lyrae-nebula` in its V1 UI, `Sleek-Dugong` in V2.

One in nine stars has no number. Such a name is kept, as that of a person may look like it: `beta-tickets`.
"""


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

    >>> [is_generated(name) for name in ("brave-otter", "beta2-lyrae-nebula", "Sleek-Dugong")]
    [True, True, True]
    >>> [is_generated(name) for name in ("nightly tickets", "beta-tickets", "Small-data", "good-luck")]
    [False, False, False, False]
    """
    first, *rest = name.split("-")
    return bool(_BY_FORM.fullmatch(name)) or (
        len(rest) == 1 and first in _words("adj_any") and rest[0] in _words("subj")
    )


@cache
def _words(kind: str) -> frozenset[str]:
    """Return the words of a kind that Prefect's server names runs with: adjectives, and animals."""
    parts: dict[str, Any] = dict(vocabulary)
    return frozenset(word for name in parts[kind]["lists"] for word in parts[name]["words"])
