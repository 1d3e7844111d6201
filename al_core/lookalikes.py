"""Lookalikes: classes that may be others, misspelt."""

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches

from al_core.corpus import Corpus, names

SHOWN = 10
"""How many are named where there are many."""
MANY = 300
"""Classes above which only those that differ in case are looked for: comparing all letters of all pairs takes long."""


def of_corpus(corpus: Corpus) -> list[str]:
    """Say which classes of a corpus may be others, misspelt."""
    return lookalikes(Counter(name for label in corpus.labels for name in names(label)))


def lookalikes(counts: Mapping[str, int]) -> list[str]:
    """Say which classes may be others, misspelt: written in other cases, or rare ones that are nearly a frequent one.

    Parameters: counts : texts by class
    >>> lookalikes({"Business": 18, "Buisness": 1, "SPORT": 2, "Sport": 9, "day 1": 50, "day 2": 4})
    ["'SPORT' (2 texts) looks like 'Sport' (9)", "'Buisness' (1 text) looks like 'Business' (18)"]
    """
    classes = sorted(counts, key=lambda name: (-counts[name], name))
    found = [
        f"{rare!r} ({_texts(counts[rare])}) looks like {usual!r} ({counts[usual]:,})"
        for rare, usual in (_misspelt(classes, counts) if len(classes) <= MANY else _other_cases(classes))
    ]
    more = [f"{len(found) - SHOWN:,} more pairs of classes look alike"] if len(found) > SHOWN else []
    return [*found[:SHOWN], *more]


def _misspelt(classes: list[str], counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the classes that look like a more frequent one, with the most frequent that they look like."""
    pairs = [
        (rare, next((one for one in classes[:rank] if _alike(rare, one, 10 * counts[rare] <= counts[one])), None))
        for rank, rare in enumerate(classes)
    ]
    return [(rare, usual) for rare, usual in pairs if usual is not None]


def _other_cases(classes: list[str]) -> list[tuple[str, str]]:
    """Return the classes that differ in case from a more frequent one, with that: in one go through all."""
    usual: dict[str, str] = {}
    return [(name, usual[name.casefold()]) for name in classes if usual.setdefault(name.casefold(), name) != name]


def _alike(one: str, other: str, rare: bool) -> bool:
    if one.casefold() == other.casefold():
        return True
    numbered = any(map(str.isdigit, one + other))
    return rare and not numbered and bool(get_close_matches(one.casefold(), [other.casefold()], 1, 0.85))


def _texts(count: int) -> str:
    return f"{count:,} text{'s' if count > 1 else ''}"
