"""All that a Prefect server has of something, which it hands out by 200."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def all_pages(read: Callable[..., list[T]], **wanted: Any) -> list[T]:
    """Return everything that a reading method of Prefect's client gives, page by page.

    >>> all_pages(lambda offset, limit: list(range(5))[offset : offset + limit], limit=2)
    [0, 1, 2, 3, 4]
    """
    found: list[T] = []
    while page := read(**wanted, offset=len(found)):
        found += page
    return found
