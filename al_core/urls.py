"""URLs in settings and messages: none with a user, a password or a token is kept, or shown to anybody."""

import re
from collections.abc import Iterator
from typing import Any

_USER = re.compile(r"(?<![\w.+-])([\w.+-]*):/{1,2}([^/\s]*@|[^/?#\s]*:\S*@)")
"""Secrets of AWS may hold slashes; paths of Python make one of two slashes."""
_QUERY = re.compile(r"(?<![\w.+-])([\w.+-]+:/{1,2}[^\s?'\"]*)\?[^\s'\"]+")
_NO_URL = re.compile(r"\S{4097,}")
"""What is too long for one, and what these patterns would take too long for."""
_AZURE = {"az", "abfs", "abfss"}
"""Kinds whose URLs may begin with `container@account`."""


def with_password(text: str) -> bool:
    """Return whether a text holds a URL with a user or password.

    >>> with_password("s3://KEY:a/secret@bucket/x"), with_password("s3://bucket/x")
    (True, False)
    >>> with_password("abfss://texts@account.dfs.core.windows.net/x")
    False
    """
    if ":/" not in text or "@" not in text:
        return False
    return bool(_NO_URL.search(text)) or any(_tells(found) for found in _USER.finditer(text))


def with_query(text: str) -> bool:
    """Return whether a text holds a URL with a query, in which tokens are.

    >>> with_query("https://host/mails.csv?token=abc"), with_query("is it s3://bucket/x?")
    (True, False)
    """
    return ":/" in text and "?" in text and bool(_NO_URL.search(text) or _QUERY.search(text))


def _tells(found: re.Match[str]) -> bool:
    return found[1].lower() not in _AZURE or ":" in found[2]


def without_passwords(text: str) -> str:
    """Return a text in which dots stand for what URLs say of users, passwords and tokens.

    >>> without_passwords("'s3://ann:secret@bucket/x' and 'https://host/x?token=abc' cannot be read")
    "'s3://…@bucket/x' and 'https://host/x?…' cannot be read"
    """
    if ":/" not in text:
        return text
    blanked = _USER.sub(lambda found: f"{found[1]}://…@" if _tells(found) else found[0], _NO_URL.sub("…", text))
    return _QUERY.sub(r"\1?…", blanked)


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in a value, which may be lists and dictionaries; of these the keys as well.

    >>> sorted(texts_in({"a": ["b", {"c": 1}], "d": ("e",)}))
    ['a', 'b', 'c', 'd', 'e']
    """
    left, seen = [value], set()
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list | tuple) and id(one) not in seen:
            seen.add(id(one))
            left += [*one, *one.values()] if isinstance(one, dict) else one


def brief(value: Any) -> str:
    """Return a value as an error shows it: not all of what is long, and no password.

    >>> brief("s3://ann:secret@bucket"), len(brief("a" * 60_000))
    ("'s3://…@bucket'", 201)
    """
    try:
        shown = without_passwords(repr(value))
    except (ValueError, RecursionError):  # a number of thousands of digits; a list in itself
        shown = "what is too long to show"
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
