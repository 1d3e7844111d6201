"""Allowed: what somebody names on the command line, or in a file that they give there, they may run."""

from collections.abc import Iterator
from typing import Any

import click

from al_core.expression import LONGEST
from al_core.plugins import DOTTED, allowed
from al_core.urls import texts_in, with_password


def allow_named(*values: Any) -> None:
    """Allow the code that these values name, anywhere in them, and say so."""
    from tasks.machine import allow

    for path in sorted({path for value in values for path in _paths(value)}):
        module = path.partition(":")[0]
        if module not in allowed():
            allow(module)
            click.echo(f"{path} is code of {module}, and is run as it is named here.", err=True)


def allow_runners(*addresses: Any) -> None:
    """Allow the clusters that have these addresses, where there are any."""
    from tasks.machine import allow_runner

    for address in addresses:
        if isinstance(address, str) and address:
            allow_runner(address)


def _paths(value: Any) -> Iterator[str]:
    """Yield the dotted paths in a value as a file or the command line has it."""
    for text in texts_in(value):
        if len(text) <= LONGEST and not with_password(text):  # which are refused
            yield from (found[0] for found in DOTTED.finditer(text))
