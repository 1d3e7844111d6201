"""Which language a line is in, by the commonest of its words: those in ASCII, the same in whatever encoding."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_WORD = re.compile(rb"(?<![a-z\x80-\xff])[a-z]{2,}(?![a-z\x80-\xff])")
_EACH, _MOST = 1.5, 3.0
"""What each common word costs that another language has and this one lacks, and what all of them may."""


def strangeness(line: bytes, languages: Iterable[str]) -> dict[str, float]:
    """Return what an odd word costs in each language, by the common words in its line; nothing in one of English.

    >>> strangeness("tai yra mano knyga, ačiū".encode("cp1257"), ["fr", "lt"])
    {'fr': 3.0, 'lt': 0.0}
    """
    found = Counter(code for word in set(_WORD.findall(line.lower())) for code in _languages().get(word, ()))
    most = max(found.values(), default=0)
    if found["en"] == most:
        return {} if most else {"en": _MOST}
    return {code: min(_MOST, _EACH * (most - found[code])) for code in languages}


def is_common(word: str, language: str) -> bool:
    """Return whether a word in ASCII is one of the commonest of a language.

    >>> is_common("it", "en"), is_common("it", "es")
    (True, False)
    """
    return language in _languages().get(word.encode(), ())


@cache
def _languages() -> dict[bytes, list[str]]:
    """Return the languages that each word is common in."""
    found: dict[bytes, list[str]] = {}
    lines = files("al_core.datasets.encodings").joinpath("words.tsv").read_text("utf-8").splitlines()
    for code, words in (line.split("\t") for line in lines if not line.startswith("#")):
        for word in words.encode().split():
            found.setdefault(word, []).append(code)
    return found
