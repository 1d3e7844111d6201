"""What commands write: lines that end between words, and one file, whole or not at all."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from textwrap import fill
from typing import Any, NoReturn, TextIO

import click

from al_core.errors import AlflowError
from al_core.plain import visible


def say(text: str) -> None:
    """Print sentences, in lines that fit the terminal."""
    click.echo(in_lines(text, sys.stdout))


def in_lines(text: str, stream: TextIO) -> str:
    """Break lines between words where a terminal would break them anywhere; elsewhere leave them."""
    text = visible(text)
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(
        fill(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent="  ")
        for line in text.splitlines()
    )


class Lasting:
    """A stream whose reader may go, such as `head`: what is written after that goes nowhere, and fails nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, if anybody reads."""
        with self._or_nowhere():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if anybody reads."""
        with self._or_nowhere():
            self._stream.flush()

    @contextmanager
    def _or_nowhere(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say in a line what keeps a file from being read or written, and that an interrupted command wrote nothing."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    try:
        yield
    except AlflowError:
        raise
    except OSError as error:
        sys.exit(f"alflow: {str(error.filename or output)!r}: {error.strerror or error}")
    except KeyboardInterrupt:
        click.echo("\nStopped. No output was written.", err=True)
        sys.exit(130)


def _end(number: int, _: object) -> NoReturn:
    """End in order, so that nothing half written is left."""
    sys.exit(128 + number)
