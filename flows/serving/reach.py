"""The Prefect server that a command talks to: the one that the settings name, or a temporary one of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flows.serving.named import await_named
from flows.serving.temporary import TEMPORARY, temporary_server


@contextmanager
def prefect_server() -> Iterator[None]:
    """Let this process, and those that it starts, talk to a Prefect server.

    Raises:     AlflowError if the server that is named does not answer, or a temporary one does not start
    """
    from prefect.settings import PREFECT_API_URL

    if url := PREFECT_API_URL.value():
        await_named(url)
        yield
    else:
        with temporary_server():
            yield


def is_temporary() -> bool:
    """Return whether the server that this process talks to ends with the command."""
    from prefect.settings import PREFECT_API_URL

    return PREFECT_API_URL.value() in (None, os.environ.get(TEMPORARY))
