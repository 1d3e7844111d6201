"""Wait as long as it takes, within a bound that the user can set, and say what is waited for."""

import os
from collections.abc import Callable, Iterator
from time import monotonic, sleep

from al_core.errors import AlflowError

PATIENCE = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
"""The environment variable that bounds how many seconds a server may take to answer; ten minutes if it is not set."""

SAY_EVERY = 10.0
"""Seconds after which it is said, and said again, what is waited for."""


def patience() -> float:
    """Return how many seconds a server may take to answer."""
    value = os.environ.get(PATIENCE, "600")
    try:
        return float(value)
    except ValueError:
        raise AlflowError(
            f"{PATIENCE} is {value!r}, which is no number of seconds; set it to one, or unset it"
        ) from None


def patiently(what: str, about: str, say: Callable[[str], None]) -> Iterator[float]:
    """Yield the seconds that have passed, ten times a second, within the patience, and say what is waited for."""
    started = said = monotonic()
    bound = patience()
    while (now := monotonic()) - started < bound:
        if now - said > SAY_EVERY:
            said = now
            say(f"Waiting for {what} ({now - started:.0f} s); {about}")
        yield now - started
        sleep(0.1)
