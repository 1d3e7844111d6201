"""Spelling: names in which nothing visible differs are one name."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from unicodedata import normalize

from al_core.letters import INVISIBLE, ZERO_WIDTH, says_something

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_ENDS = re.compile(rf"^[\s\0-\x1f{ZERO_WIDTH}]+|[\s\0-\x1f{ZERO_WIDTH}]+\Z")
"""Spaces, and zero-width and direction marks, at the ends; but no joiner or variation selector, which are of what is
before them."""


def trimmed(name: str) -> str:
    r"""Return a name without spaces, and zero-width and direction marks, at its ends; nothing if nothing is visible.

    >>> trimmed(" \ufeffspam\u200b "), trimmed("\u200d")
    ('spam', '')
    """
    if name.isascii():
        return name.strip()
    return _ENDS.sub("", name) if says_something(name) else ""


def form(name: str) -> str:
    r"""Return what is visible of a name: composed, with single spaces inside.

    >>> form("spa\u200bm  mail") == form("spam mail\u00a0"), form("re\u0301clame\u0301") == "réclamé"
    (True, True)
    """
    spaced = " ".join(name.split())
    return spaced if spaced.isascii() else " ".join(normalize("NFC", _INVISIBLE.sub("", spaced)).split())


def spellings(names: Iterable[str], known: Collection[str] = ()) -> dict[str, str]:
    r"""Return for each name that differs from another in nothing visible how it is to be spelled.

    That is as in `known`, if it is there; else as most often; of ties, as `form` has it, or the first by its letters.

    >>> spellings(["spam", "spam", "spam\u200b", "ham", "HAM"])
    {'spam\u200b': 'spam'}
    >>> spellings(["spam", "spam"], known=["spam\u200b"])
    {'spam': 'spam\u200b'}
    """
    counts = Counter(names)
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted({*counts, *known}):
        alike[form(name)].append(name)
    return {
        name: usual
        for visible, several in alike.items()
        if len(several) > 1
        for usual in [min(several, key=lambda one: (one not in known, -counts[one], one != visible))]
        for name in several
        if name != usual
    }
