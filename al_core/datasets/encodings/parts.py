"""A file's bytes, part by part, and whether a decoder takes them."""

import codecs
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from al_core.errors import DataError

Source = bytes | Path | Iterable[bytes]
"""A file, its bytes, or its parts one after another."""


def parts_of(source: Source) -> Iterator[bytes]:
    """Yield a file's bytes in parts of up to a mebibyte, or the parts it is given in."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from iter(lambda: file.read(2**20), b"")
    elif isinstance(source, bytes):
        yield from (source[i : i + 2**20] for i in range(0, len(source), 2**20))
    else:
        yield from source


def again(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a part that was taken already, and the others."""
    yield first
    yield from parts


def whole_lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    r"""Yield parts that end where a line does, unless a line is longer than a part.

    >>> list(whole_lines(iter([b"one\ntw", b"o\n", b"three"])))
    [b'one\n', b'two\n', b'', b'three']
    """
    kept = b""
    for part in parts:
        head, end, tail = (kept + part).rpartition(b"\n")
        kept = tail if end or len(tail) < 2**21 else b""
        yield head + end if end else b"" if kept else tail
    yield kept


def strict(encoding: str) -> codecs.IncrementalDecoder:
    """Return a decoder that takes part after part, and refuses bytes that an encoding does not have."""
    return codecs.getincrementaldecoder(encoding)()


def fits(decoder: codecs.IncrementalDecoder, part: bytes) -> bool:
    """Return whether a decoder takes the next part."""
    with suppress(UnicodeError):
        decoder.decode(part)
        return True
    return False


def ends(decoder: codecs.IncrementalDecoder) -> bool:
    """Return whether a file may end here: not within a character."""
    with suppress(UnicodeError):
        decoder.decode(b"", True)
        return True
    return False


def binary(what: str, line: int, byte: int, hint: str = "") -> DataError:
    """Return what to say of a file that holds zeros where text should be."""
    return DataError(
        f"{what!r} holds binary data, not text in any encoding: a zero byte at line {line}, byte {byte}{hint}; "
        "name its `data.format` or `data.encoding`"
    )
