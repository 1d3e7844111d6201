"""Which encoding a file is in: given, declared by its byte-order mark, or detected; refused where that is unsure."""

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from al_core.datasets.encodings.candidates import likeliest
from al_core.datasets.encodings.garbled import garbled
from al_core.datasets.encodings.odd_words import OddWords
from al_core.datasets.encodings.parts import Source, again, binary, parts_of, strict, whole_lines
from al_core.datasets.encodings.scan import Scan
from al_core.errors import DataError

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte-order marks; UTF-32's first, since UTF-16's begins one of them."""
_ASCII = bytes(range(32, 127))


@dataclass(frozen=True)
class Encoding:
    """A file's encoding, and how it is known.

    Parameters: name : Python's name of it
                how : `given` by whoever reads, `declared` by a byte-order mark, or `detected` by the bytes
    >>> str(Encoding("cp1252", "detected"))
    'cp1252 (detected)'
    """

    name: str
    how: Literal["given", "declared", "detected"]

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"

    @property
    def codec(self) -> str:
        """The codec to read with; that of UTF-8 passes over a byte-order mark.

        >>> Encoding("utf-8", "detected").codec
        'utf-8-sig'
        """
        return "utf-8-sig" if self.name.lower().replace("_", "-") in ("utf-8", "utf8", "u8") else self.name


def detect(source: Source, named: str | None, what: str) -> Encoding:
    """Return the encoding that all of a file is in, however long the file is.

    Parameters: source : the file, its bytes, or its parts one after another
                named : the encoding it is said to be in; found out if None
                what : the file's name, for messages
    Raises:     DataError for an unknown encoding, one that does not fit, bytes that are no text, and where it is unsure
    >>> print(detect("señor, ¿qué tal?".encode("cp1252"), None, "a.csv"))
    cp1252 (detected)
    >>> print(detect("señor".encode("utf-8-sig"), None, "a.csv"))
    utf-8 (declared)
    """
    if named:
        return _given(source, named, what)
    mark, parts = _mark_of(source)
    if mark and mark != "utf-8":
        return _declared(parts, mark, what)
    seen = _scan(source, parts, what)
    if escaped := seen.escaped():
        return Encoding(escaped, "detected")
    if seen.valid or seen.odd is None:
        return Encoding("utf-8", "declared" if mark else "detected")
    return Encoding(likeliest(seen.odd, what), "detected")


def _mark_of(source: Source) -> tuple[str | None, Iterator[bytes]]:
    """Return what the byte-order mark of a file says, and all its parts."""
    parts = parts_of(source)
    first = next(parts, b"")
    while len(first) < 4 and (more := next(parts, b"")):
        first += more
    return next((name for mark, name in MARKS.items() if first.startswith(mark)), None), again(first, parts)


def _scan(source: Source, parts: Iterator[bytes], what: str) -> Scan:
    """Return what was seen of a file: in a second pass what tells encodings apart, if it can be read twice."""
    seen = Scan(what, gathers=not _is_twice(source)).all_of(whole_lines(parts))
    return _gathered(source, what) if _is_twice(source) and not seen.valid else seen


def _gathered(source: Source, what: str) -> Scan:
    return Scan(what, gathers=True, valid=False).all_of(whole_lines(parts_of(source)))


def _is_twice(source: Source) -> bool:
    """Return whether a file can be read a second time."""
    return isinstance(source, bytes | Path)


def _given(source: Source, named: str, what: str) -> Encoding:
    _check_known(named)
    mark, parts = _mark_of(source)
    if mark and not _same_family(named, mark):
        raise DataError(
            f"{what!r} begins with the byte-order mark of {mark}, and is not {named}; leave `data.encoding` out"
        )
    seen, watched = Scan(what, gathers=not _is_twice(source)), _is_ascii_and_more(named)
    if misfit := _misfit(seen.watching(whole_lines(parts)) if watched else parts, named, what):
        raise DataError(
            f"{what!r} is not {named}: {misfit}; name another `data.encoding`, or leave it out to have it detected"
            + _instead(source, what)
        )
    if watched and seen.valid and not seen.plain:
        _check_not_garbled(seen.odd or _gathered(source, what).odd or OddWords(), named, what)
    return Encoding(named, "given")


def _check_known(named: str) -> None:
    try:
        with suppress(UnicodeError):
            b"a".decode(named)
    except LookupError as error:
        raise DataError(f"unknown encoding {named!r}; Python's names are meant, such as 'latin-1'") from error


def _check_not_garbled(odd: OddWords, named: str, what: str) -> None:
    """Refuse an encoding that makes garbage of UTF-8, as many make something of any bytes."""
    if found := garbled(odd.words(), named):
        raise DataError(
            f"{what!r} is valid UTF-8, and reading it as {named} would garble it ({found[0]} would become {found[1]}); "
            "leave `data.encoding` out"
        )


def _is_ascii_and_more(named: str) -> bool:
    """Return whether an encoding other than UTF-8 writes ASCII as ASCII is."""
    with suppress(UnicodeError):
        return not _same_family(named, "utf") and _ASCII.decode(named) == _ASCII.decode()
    return False


def _same_family(named: str, mark: str) -> bool:
    return codecs.lookup(named).name.replace("_", "-").startswith(mark)


def _instead(source: Source, what: str) -> str:
    """Return what a file would be detected as, if that is sure and it can be read again."""
    if not _is_twice(source):
        return ""
    with suppress(DataError):
        return f", as {detect(source, None, what).name}"
    return ""


def _declared(parts: Iterator[bytes], mark: str, what: str) -> Encoding:
    if misfit := _misfit(parts, mark, what):
        raise DataError(
            f"{what!r} begins with the byte-order mark of {mark}, and is not {mark} throughout: {misfit}; "
            "it may be cut off, so save it anew"
        )
    return Encoding(mark, "declared")


def _misfit(parts: Iterator[bytes], encoding: str, what: str) -> str:
    """Return the first byte that an encoding does not have, and its place; nothing if there is none."""
    decoder, passed, lines = strict(encoding), 0, 1
    for part in chain(parts, [None]):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(part or b"", part is None)
        except UnicodeDecodeError as error:
            byte = error.object[error.start : error.start + 1]
            return f"byte {byte[0]:#04x} at {passed - waiting + error.start}"
        except UnicodeError as error:
            return str(error)
        _check_no_zero(text, lines, what)
        passed += len(part or b"")
        lines += text.count("\n")
    return ""


def _check_no_zero(text: str, line: int, what: str) -> None:
    before, zero, _ = text.partition("\x00")
    if zero:
        raise binary(what, line + before.count("\n"), len(before) - before.rfind("\n"))
