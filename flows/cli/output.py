"""What commands write: lines that end between words, and one file, whole or not at all."""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from textwrap import fill
from typing import Any, NoReturn, TextIO

import click

from al_core.errors import AlflowError, ConfigError
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
    """A file that goes on where nobody reads it any more, such as a pipe into `head`, and remembers a full disk."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write, if that is possible."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EIO):  # its reader is gone, or its terminal
                self.failure = error
            return len(memoryview(data).cast("B"))


def lasting(stream: TextIO | None) -> TextIO:
    """Return a stream that fails nothing: neither when nobody reads it any more, nor by a letter that it has not."""
    if stream is None:  # it is closed, as by `>&-`
        return Path(os.devnull).open("w")
    try:
        raw = _Lasting(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):  # as in tests it is none of the system's
        return stream
    stream.flush()
    buffered = stream.line_buffering if isinstance(stream, TextIOWrapper) else False
    return TextIOWrapper(
        BufferedWriter(raw), encoding=stream.encoding, errors="backslashreplace", line_buffering=buffered
    )


def check_written(stream: TextIO) -> None:
    """End with exit code 1 if not all that was said could be written."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    if isinstance(raw, _Lasting) and raw.failure:
        sys.exit(f"alflow: not all of the output could be written: {raw.failure.strerror}")


def try_output(output: Path) -> None:
    """Refuse what cannot be written before any work is done for it; nothing is left there.

    Raises:     ConfigError
    """
    try:
        folder = next(one for one in output.absolute().parents if one.exists())
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ConfigError(
            f"{str(output)!r} cannot be written: {error.strerror or error}; name a file in another folder"
        ) from error


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Say in a line what keeps a file from being read or written, and that an interrupted command wrote nothing."""
    try:
        with _ending_in_order():
            yield
    except AlflowError:
        raise
    except OSError as error:
        sys.exit(f"alflow: {str(error.filename or output)!r}: {error.strerror or error}")
    except KeyboardInterrupt:
        click.echo("\nStopped. No output was written.", err=True)
        sys.exit(130)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let signals that end a command leave nothing half written; those that are ignored, as by nohup, stay so."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    heard = {number: how for number, how in before.items() if how is not signal.SIG_IGN}
    for number in heard:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number, how in heard.items():
            signal.signal(number, how)


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
