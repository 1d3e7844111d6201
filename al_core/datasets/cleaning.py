"""Cleaning steps: named, ordered, each a function from text to text."""

import html
import re
from collections.abc import Callable, Iterable, Mapping

from al_core.letters import JOINERS, MARKS

_WRITTEN = {
    "urls": r"(?i)(?:https?://|www\.)\S+",
    "mentions": r"@[\w\-][\w\-{MARKS}]*",
    "retweets": r"RT(?=[\s:@])(?<![\w{MARKS}]RT)",
    "punctuation": r"(?:[^\w\s](?:(?<![{MARKS}])|(?<=\d[{MARKS}]))[{MARKS}]*)+|_+[{MARKS}]*",
}
"""Patterns of what becomes a space. Marks are parts of the letters before them, and go with all else they are on."""
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    step: re.compile(pattern.replace("{MARKS}", MARKS)) for step, pattern in _WRITTEN.items()
}

STEPS: dict[str, Callable[[str], str]] = {
    "html_entities": lambda text: html.unescape(text),
    "urls": lambda text: _PATTERNS["urls"].sub(" ", text),
    "mentions": lambda text: _PATTERNS["mentions"].sub(" ", text),
    "retweets": lambda text: _PATTERNS["retweets"].sub(" ", text),
    "punctuation": lambda text: _PATTERNS["punctuation"].sub(" ", text),
    "lowercase": lambda text: text.lower(),
    "whitespace": lambda text: " ".join(text.split()),
}


def clean(text: str, steps: Iterable[str]) -> str:
    """Apply the named cleaning steps to one text, in the order given.

    Parameters: steps : names out of `STEPS`
    Raises:     KeyError for a name that is not a step
    >>> clean("so GOOD &amp; cheap", ["html_entities", "lowercase"])
    'so good & cheap'
    >>> clean("RT @ann: so   GOOD &amp; cheap http://t.co/x", STEPS)
    'so good cheap'
    """
    for step in steps:
        text = STEPS[step](text)
    return text


def in_python(steps: Iterable[str]) -> str:
    r"""Return the source of a function `clean` that does the same without alflow.

    >>> print(in_python(["lowercase", "whitespace"]))
    def clean(text):
        text = text.lower()
        text = " ".join(text.split())
        return text
    """
    steps = tuple(steps)
    marks = [f"{_MARKS}\n\n"] if _marked(steps) else []
    body = [f"    text = {_in_python(step)}" for step in steps]
    return "\n".join([*marks, "def clean(text):", *body, "    return text"])


def imports(steps: Iterable[str]) -> list[str]:
    """Return the modules that this source needs.

    >>> imports(["html_entities", "lowercase"])
    ['html']
    """
    steps = set(steps)
    needed = {"html": "html_entities" in steps, "re": bool(steps & set(_WRITTEN)), "unicodedata": _marked(steps)}
    return [name for name, needs in needed.items() if needs]


def _marked(steps: Iterable[str]) -> bool:
    return any("{MARKS}" in _WRITTEN.get(step, "") for step in steps)


_ANY_MARK = '"".join(c for c in map(chr, range(0x110000)) if unicodedata.category(c)[0] == "M")'
_MARKS = f"MARKS = {_ANY_MARK} + {JOINERS!a}"


def _in_python(step: str) -> str:
    if step in _WRITTEN:
        pattern = _WRITTEN[step]
        return f're.sub(r{"f" * ("{MARKS}" in pattern)}"{pattern}", " ", text)'
    return {
        "html_entities": "html.unescape(text)",
        "lowercase": "text.lower()",
        "whitespace": '" ".join(text.split())',
    }[step]
