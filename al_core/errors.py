"""The project's own exceptions: what was wrong, the value seen, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class AlflowError(Exception):
    """Base of every error that alflow raises on purpose."""


class DataError(AlflowError, ValueError):
    """The data cannot be used as asked."""


class ConfigError(AlflowError, ValueError):
    """The configuration cannot be used."""


class StoreError(AlflowError, OSError):
    """The store cannot be written or read."""


def known_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return `name` if it is one of `known`; otherwise raise, naming the nearest.

    Raises:     ConfigError with the nearest name and all there are
    >>> known_name("strategy", "margin", ["margin", "random"])
    'margin'
    >>> known_name("strategy", "margn", ["margin", "random"])
    Traceback (most recent call last):
    al_core.errors.ConfigError: unknown strategy 'margn'; did you mean 'margin'? There are: margin, random
    """
    names = sorted(known)
    if name in names:
        return name
    raise ConfigError(f"unknown {kind} {name!r}{nearest(name, names)} There are: {', '.join(names)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the closest of `known`, or a full stop.

    >>> nearest("twet", ["tweet", "class"]), nearest("twet", [])
    ("; did you mean 'tweet'?", '.')
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else "."
