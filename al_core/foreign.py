"""Foreign bytes: whatever a reader raises of a file that anybody may have written ends as an error that names it."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from al_core.errors import AlflowError, DataError


@contextmanager
def reading(what: str, advice: str, kind: type[AlflowError] = DataError, how: str = "") -> Iterator[None]:
    """Turn what is raised inside into an error that says what cannot be read, why, and what to do.

    >>> with reading("'a.json'", "write it again"):
    ...     raise ValueError("line 3: no colon")
    Traceback (most recent call last):
    al_core.errors.DataError: 'a.json' cannot be read: line 3: no colon; write it again
    """
    try:
        yield
    except (AlflowError, MemoryError):
        raise
    except Exception as error:  # readers raise whatever they like
        if isinstance(error, OSError) and error.errno is not None:  # the disk's fault, and not the file's
            raise
        raise kind(f"{what} cannot be read{how}: {_reason(error)}; {advice}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"it has no {error}"
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where, what = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        return f"{where}: {what[0].lower()}{what[1:]}" if where else what
    said = " ".join(str(error).split()).rstrip(".")
    return said[:300] or type(error).__name__
