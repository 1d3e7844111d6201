"""What commands write: lines that end between words, and one file, whole or not at all."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import TextIO

import click

from al_core.errors import AlflowError


def say(text: str) -> None:
    """Print sentences, in lines that fit the terminal."""
    click.echo(in_lines(text, sys.stdout))


def in_lines(text: str, stream: TextIO) -> str:
    """Break lines between words where a terminal would break them anywhere; elsewhere leave them."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(
        fill(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent="  ")
        for line in text.splitlines()
    )


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
        click.echo("\nStopped. No output was written.", err=True)
        sys.exit(130)
