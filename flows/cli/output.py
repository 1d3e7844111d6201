"""A command that writes one file: whole, or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from al_core.errors import AlflowError


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say in a line what keeps a file from being read or written, and that an interrupted command wrote nothing."""
    try:
        yield
    except AlflowError:
        raise
    except OSError as error:
        sys.exit(f"alflow: {str(error.filename or output)!r}: {error.strerror or error}")
    except KeyboardInterrupt:
        click.echo("\nStopped. Nothing was written.", err=True)
        sys.exit(130)
