"""What commands write: lines that end between words, and one file, whole or not at all."""

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
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


class _Lasting(FileIO):
    """What a stream writes to; its reader may go, such as `head`: what comes after that goes nowhere."""

    def write(self, data: Any, /) -> int:
        """Write, if anybody reads."""
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data).cast("B"))


def lasting(stream: TextIO) -> TextIO:
    """Return a stream that fails nothing: neither when nobody reads it any more, nor by a letter that it has not."""
    try:
        raw = _Lasting(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):  # as in tests it is none of the system's
        return stream
    stream.flush()
    buffered = stream.line_buffering if isinstance(stream, TextIOWrapper) else False
    return TextIOWrapper(
        BufferedWriter(raw), encoding=stream.encoding, errors="backslashreplace", line_buffering=buffered
    )


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
