"""How often letters are beside each other in a language, and characters are used: the table `letters.tsv`, read."""

from functools import cache
from importlib.resources import files
from math import log

from al_core.datasets.encodings.characters import IDEOGRAPHS

_UNSEEN = 0.15
"""What a pair of letters weighs that no word of the language had, where the rarest that was seen weighs 1.4."""
_KINDS, _AFTER = 400, 40
"""Pairs of letters there are room for, and letters after one, in round numbers."""
_UNSEEN_CHARACTER = -9.5


@cache
def pairs_of(language: str) -> dict[str, float]:
    """Return the logarithm of each pair of letters' share in a language, and of any other under ""; so of characters.

    >>> pairs_of("es")["ño"] > pairs_of("es")["ñe"] > pairs_of("fr")[""]
    True
    """
    return _table()[language]


@cache
def _table() -> dict[str, dict[str, float]]:
    lines = files("al_core.datasets.encodings").joinpath("letters.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: _of_characters(levels) if name in IDEOGRAPHS else _of_pairs(levels) for name, *levels in rows}


def _of_characters(levels: list[str]) -> dict[str, float]:
    weights = {c: 1.4 * 2.0**power for power, level in enumerate(levels) for c in level}
    total = sum(weights.values())
    return {c: log(weight / total) for c, weight in weights.items()} | {"": _UNSEEN_CHARACTER}


def _of_pairs(levels: list[str]) -> dict[str, float]:
    """Return the logarithms of pairs, by the levels they are written in; of others by their first letter, or ""."""
    weights = {
        level[i : i + 2].replace("_", " "): 1.4 * 2.0**power
        for power, level in enumerate(levels)
        for i in range(0, len(level), 2)
    }
    first: dict[str, float] = {"": sum(weights.values()) + _UNSEEN * _KINDS}
    for pair, weight in weights.items():
        if not pair[0].isascii():
            first[pair[0]] = first.get(pair[0], _UNSEEN * _AFTER) + weight
    logs = {pair: log(weight / first.get(pair[0], first[""])) for pair, weight in weights.items()}
    return logs | {one: log(_UNSEEN / total) for one, total in first.items()}
