"""The project's own exceptions: what was wrong, the value seen, what to do."""

import errno
from collections.abc import Callable, Iterable
from difflib import get_close_matches


class AlflowError(Exception):
    """Base of every error that alflow raises on purpose."""


class DataError(AlflowError, ValueError):
    """The data cannot be used as asked."""


class ConfigError(AlflowError, ValueError):
    """The configuration cannot be used."""


class StoreError(AlflowError, OSError):
    """The store cannot be written or read.

    Parameters: transient : whether the same may work a little later: a timeout, say, and not a full disk
    """

    def __init__(self, message: str, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


_PASSING = {
    errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EPIPE, errno.ECONNABORTED,
    errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETRESET,
    errno.ENETUNREACH, getattr(errno, "EREMOTEIO", errno.EIO),
}  # fmt: skip
_PASSING_KINDS = {
    "ConnectionError", "TimeoutError", "HTTPClientError", "ClientConnectionError", "ClientPayloadError",
    "IncompleteReadError", "ResponseStreamingError",
}  # fmt: skip
"""Names, since the libraries that raise these are not imported here and may not be installed."""


def is_transient(error: BaseException) -> bool:
    """Return whether an error of a file system or object store, or what caused it, may pass by itself.

    >>> is_transient(OSError(errno.ETIMEDOUT, "timed out")), is_transient(OSError(errno.ENOSPC, "disk full"))
    (True, False)
    """
    if isinstance(error, StoreError):
        return error.transient
    said = getattr(error, "response", None)
    status = said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) if isinstance(said, dict) else 0
    return (
        status >= 500
        or status in (408, 429)
        or getattr(error, "errno", None) in _PASSING
        or any(kind.__name__ in _PASSING_KINDS for kind in type(error).__mro__)
        or (error.__cause__ is not None and is_transient(error.__cause__))
    )


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


def check_all(*checks: Callable[[], object]) -> None:
    """Do several checks, and raise what all of them say at once.

    Raises:     the error of the only one that refuses; of several the first's kind, with a line of each
    >>> def no(text):
    ...     raise ConfigError(text)
    >>> check_all(lambda: no("too few texts"), lambda: None, lambda: no("too many seeds"))
    Traceback (most recent call last):
    al_core.errors.ConfigError: too few texts
    too many seeds
    """
    refused: list[ConfigError | DataError] = []
    for check in checks:
        try:
            check()
        except (ConfigError, DataError) as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        raise type(refused[0])("\n".join(dict.fromkeys(map(str, refused)))) from refused[0]


LONGEST = 200
"""Letters of a name for which the nearest is looked for, which takes the longer the longer it is."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the closest of `known`, or a full stop.

    >>> nearest("twet", ["tweet", "class"]), nearest("twet", [])
    ("; did you mean 'tweet'?", '.')
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.5) if len(name) <= LONGEST else []
    return f"; did you mean {close[0]!r}?" if close else "."
