"""Cleaning steps: named, ordered, each a function from text to text."""

import html
import re
from collections.abc import Callable, Iterable

_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION = re.compile(r"@[\w\-]+")
_RETWEET = re.compile(r"(?:^|(?<=\W))RT(?=[\s:@])")
_PUNCTUATION = re.compile(r"[^\w\s]+|_+")

STEPS: dict[str, Callable[[str], str]] = {
    "html_entities": lambda text: html.unescape(text),
    "urls": lambda text: _URL.sub(" ", text),
    "mentions": lambda text: _MENTION.sub(" ", text),
    "retweets": lambda text: _RETWEET.sub(" ", text),
    "punctuation": lambda text: _PUNCTUATION.sub(" ", text),
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
    lines = [f"text = {_IN_PYTHON[step]}" for step in steps]
    return "\n    ".join(["def clean(text):", *lines, "return text"])


def _sub(pattern: re.Pattern[str]) -> str:
    flags = ", flags=re.IGNORECASE" if pattern.flags & re.IGNORECASE else ""
    return f're.sub(r"{pattern.pattern}", " ", text{flags})'


_IN_PYTHON = {
    "html_entities": "html.unescape(text)",
    "urls": _sub(_URL),
    "mentions": _sub(_MENTION),
    "retweets": _sub(_RETWEET),
    "punctuation": _sub(_PUNCTUATION),
    "lowercase": "text.lower()",
    "whitespace": '" ".join(text.split())',
}
