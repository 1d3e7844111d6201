"""Which encoding a file is in: given, declared by its byte-order mark, or detected; refused where that is unsure."""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from al_core.datasets.letters import BALTIC, CENTRAL, CYRILLIC, TURKISH, WEST, likeness
from al_core.errors import DataError
from al_core.plain import visible

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte-order marks; UTF-32's first, since UTF-16's begins one of them."""

CANDIDATES: dict[str, tuple[float, tuple[str, ...]]] = {
    "cp1252": (2.0, WEST), "iso-8859-15": (-2.0, WEST), "mac_roman": (-3.0, WEST), "cp850": (-3.0, WEST),
    "cp437": (-3.5, WEST), "cp1250": (0.0, CENTRAL), "iso-8859-2": (-1.0, CENTRAL), "cp852": (-3.0, CENTRAL),
    "mac_latin2": (-4.0, CENTRAL), "iso-8859-16": (-4.0, CENTRAL), "cp1254": (0.0, TURKISH),
    "iso-8859-9": (-1.0, TURKISH), "cp857": (-3.0, TURKISH), "cp1257": (0.0, BALTIC), "iso-8859-13": (-1.0, BALTIC),
    "cp775": (-3.0, BALTIC), "iso-8859-4": (-3.0, BALTIC), "cp1251": (0.0, CYRILLIC), "koi8-r": (-1.0, CYRILLIC),
    "koi8-u": (-1.0, CYRILLIC), "iso-8859-5": (-2.0, CYRILLIC), "cp866": (-1.0, CYRILLIC),
    "mac_cyrillic": (-3.0, CYRILLIC), "cp855": (-3.0, CYRILLIC), "cp1253": (0.0, ("el",)),
    "iso-8859-7": (-1.0, ("el",)), "cp737": (-3.0, ("el",)), "cp1255": (0.0, ("he",)), "iso-8859-8": (-1.0, ("he",)),
    "cp862": (-3.0, ("he",)), "cp1256": (0.0, ("ar", "fa")), "iso-8859-6": (-1.0, ("ar", "fa")),
    "cp874": (0.0, ("th",)), "cp1258": (-1.0, ("vi",)), "cp932": (0.0, ("ja",)), "euc-jp": (-1.0, ("ja",)),
    "gb18030": (0.0, ("zh",)), "big5": (0.0, ("tw",)), "cp949": (0.0, ("ko",)),
}  # fmt: skip
"""What is not UTF-8 may be in: how likely before any byte is seen, as a logarithm, and the languages written so."""

_WIDE = ("cp932", "euc-jp", "gb18030", "big5", "cp949")
_ESCAPED = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr")
_SURE_WEST, _SURE = 2.0, 4.0
"""By how much the likeliest reading has to be ahead of the next, as a logarithm: cp1252, and any other."""
_BEHIND = 1.0
"""By how much cp1252 may be behind by the text alone, before what encodings are worth beforehand."""
_WRITING, _WRITING_WIDE, _ODD_WORD = -6.6, -8.3, -4.0
"""The likelihood of a pair of letters, as a logarithm, under which a reading is no writing; in encodings of several
bytes a character; and what any file may fall short of it.
"""
_LINES, _WORDS, _LONG, _CUT = 2000, 300, 2000, 120
"""Lines that are kept of a file, words that are judged, and bytes of a line and of a word."""
_BETWEEN = re.compile(rb"[\x00-\x2f\x3a-\x3f]+")
"""Bytes that are between words, and part of a character in no encoding."""


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


def detect(source: bytes | Path | Iterable[bytes], named: str | None, what: str) -> Encoding:
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
    parts = _parts(source)
    first = next(parts, b"")
    while len(first) < 4 and (more := next(parts, b"")):
        first += more
    mark = _mark(first)
    if mark and mark != "utf-8":
        return _declared(_again(first, parts), mark, what)
    twice = isinstance(source, bytes | Path)
    seen = _Seen(what, gathers=not twice).all_of(_whole_lines(_again(first, parts)))
    if twice and not seen.valid:
        seen = _Seen(what, gathers=True, valid=False).all_of(_whole_lines(_parts(source)))
    return seen.verdict("declared" if mark else "detected")


def binary(what: str, line: int, byte: int, hint: str = "") -> DataError:
    """Return what to say of a file that holds zeros where text should be."""
    return DataError(
        f"{what!r} holds binary data, not text in any encoding: a zero byte at line {line}, byte {byte}{hint}; "
        "name its `data.format` or `data.encoding`"
    )


def _parts(source: bytes | Path | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from iter(lambda: file.read(2**20), b"")
    elif isinstance(source, bytes):
        yield from (source[i : i + 2**20] for i in range(0, len(source), 2**20))
    else:
        yield from source


def _again(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from parts


def _whole_lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield parts that end where a line does, unless a line is longer than a part."""
    kept = b""
    for part in parts:
        head, end, tail = (kept + part).rpartition(b"\n")
        kept = tail if end or len(tail) < 2**21 else b""
        yield head + end if end else b"" if kept else tail
    yield kept


def _mark(start: bytes) -> str | None:
    return next((name for mark, name in MARKS.items() if start.startswith(mark)), None)


def _given(source: bytes | Path | Iterable[bytes], named: str, what: str) -> Encoding:
    try:
        with suppress(UnicodeError):
            b"a".decode(named)
    except LookupError as error:
        raise DataError(f"unknown encoding {named!r}; Python's names are meant, such as 'latin-1'") from error
    parts = _parts(source)
    first = next(parts, b"")
    mark = _mark(first)
    if mark and not _same_family(named, mark):
        raise DataError(
            f"{what!r} begins with the byte-order mark of {mark}, and is not {named}; leave `data.encoding` out"
        )
    misfit = _misfit(_again(first, parts), named, what)
    if misfit:
        raise DataError(
            f"{what!r} is not {named}: {misfit}; name another `data.encoding`, or leave it out to have it detected"
            + _instead(source, what)
        )
    return Encoding(named, "given")


def _same_family(named: str, mark: str) -> bool:
    return codecs.lookup(named).name.replace("_", "-").startswith(mark)


def _instead(source: bytes | Path | Iterable[bytes], what: str) -> str:
    """Return what a file would be detected as, if that is sure and it can be read again."""
    if not isinstance(source, bytes | Path):
        return ""
    with suppress(DataError):
        return f", as {detect(source, None, what).name}"
    return ""


def _declared(parts: Iterator[bytes], mark: str, what: str) -> Encoding:
    misfit = _misfit(parts, mark, what)
    if misfit:
        raise DataError(
            f"{what!r} begins with the byte-order mark of {mark}, and is not {mark} throughout: {misfit}; "
            "it may be cut off, so save it anew"
        )
    return Encoding(mark, "declared")


def _misfit(parts: Iterable[bytes], encoding: str, what: str) -> str:
    """Return the first byte that an encoding does not have, and its place; nothing if there is none."""
    decoder, passed, lines = codecs.getincrementaldecoder(encoding)(), 0, 1
    for part in _and_end(parts):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(part or b"", part is None)
        except UnicodeDecodeError as error:
            byte = error.object[error.start : error.start + 1]
            return f"byte {byte[0]:#04x} at {passed - waiting + error.start}"
        except UnicodeError as error:
            return str(error)
        if "\x00" in text:
            before, _, _ = text.partition("\x00")
            raise binary(what, lines + before.count("\n"), len(before) - before.rfind("\n"))
        passed += len(part or b"")
        lines += text.count("\n")
    return ""


def _and_end(parts: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from parts
    yield None


@dataclass
class _Seen:
    """What was seen of a file that has no byte-order mark: enough to tell its encoding, whatever its size.

    Parameters: gathers : whether to keep what tells encodings other than UTF-8 apart; else it ends where UTF-8 does
                valid : whether it may be UTF-8
    """

    what: str
    gathers: bool
    valid: bool = True
    lines: int = 0
    plain: bool = True
    odd: "_Odd | None" = None
    _utf8: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    _escapes: dict[str, codecs.IncrementalDecoder] | None = None

    def all_of(self, parts: Iterator[bytes]) -> "_Seen":
        for part in parts:
            self.take(part)
            if not self.valid and not self.gathers:
                break
        self.valid = self.valid and _ends(self._utf8)
        return self

    def take(self, part: bytes) -> None:
        if b"\x00" in part:
            raise self._binary(part)
        self.plain = self.plain and part.isascii()
        if self.plain:
            self._take_escapes(part)
        else:
            self._take_odd(part)
        self.lines += part.count(b"\n")

    def verdict(self, how: Literal["declared", "detected"]) -> Encoding:
        escaped = [name for name, decoder in (self._escapes or {}).items() if self.plain and _ends(decoder)]
        if escaped:
            return Encoding(escaped[0], "detected")
        if self.valid or self.odd is None:
            return Encoding("utf-8", how)
        return Encoding(self.odd.likeliest(self.what), "detected")

    def _take_odd(self, part: bytes) -> None:
        self.valid = self.valid and _fits(self._utf8, part)
        if self.gathers:
            self.odd = self.odd or _Odd()
            self.odd.take(part)

    def _take_escapes(self, part: bytes) -> None:
        if self._escapes is None and b"\x1b$" in part:
            self._escapes = {name: codecs.getincrementaldecoder(name)() for name in _ESCAPED}
        if self._escapes:
            self._escapes = {name: decoder for name, decoder in self._escapes.items() if _fits(decoder, part)}

    def _binary(self, part: bytes) -> DataError:
        at = part.index(b"\x00")
        line, byte = self.lines + part.count(b"\n", 0, at) + 1, at - part.rfind(b"\n", 0, at)
        zeros = [part[i::2].count(b"\x00") for i in (0, 1)]
        even, many = (at % 2 == 0), max(zeros) > 4 * min(zeros) and sum(zeros) * 4 > len(part)
        hint = f" (if it is UTF-16, its encoding is utf-16-{'be' if even else 'le'})" if many and line <= 2 else ""
        return binary(self.what, line, byte, hint)


def _ends(decoder: codecs.IncrementalDecoder) -> bool:
    with suppress(UnicodeError):
        decoder.decode(b"", True)
        return True
    return False


def _fits(decoder: codecs.IncrementalDecoder, part: bytes) -> bool:
    with suppress(UnicodeError):
        decoder.decode(part)
        return True
    return False


@dataclass
class _Odd:
    """Lines with bytes beyond ASCII, drawn from all of a file, and what can be said of all the others."""

    bytes_: set[int] = field(default_factory=set)
    lines: list[bytes] = field(default_factory=list)
    rare: dict[int, bytes] = field(default_factory=dict)
    step: int = 1
    count: int = 0
    wide: dict[str, codecs.IncrementalDecoder] = field(
        default_factory=lambda: {name: codecs.getincrementaldecoder(name)() for name in _WIDE}
    )

    def take(self, part: bytes) -> None:
        self.wide = {name: decoder for name, decoder in self.wide.items() if _fits(decoder, part)}
        lines = [line for line in part.split(b"\n") if not line.isascii()]
        if max(map(len, lines), default=0) > _LONG:
            lines = [piece for line in lines for piece in _short(line)]
        for byte in set(part) - self.bytes_:
            self.bytes_.add(byte)
            self.rare[byte] = next((line for line in lines if byte in line), b"")
        self._keep(lines)

    def _keep(self, lines: list[bytes]) -> None:
        """Keep every line at first, then every second, every fourth ... of all there were."""
        self.lines += lines[-self.count % self.step :: self.step]
        self.count += len(lines)
        while len(self.lines) > _LINES:
            self.lines, self.step = self.lines[::2], self.step * 2

    def likeliest(self, what: str) -> str:
        """Return the encoding that makes the best writing of what was seen.

        Raises:     DataError with the candidates and a line of text under each if none is well ahead of the others
        """
        words = self._words()
        _check_no_utf8(words, what)
        readings = self._readings(words)
        if _is_sure(*readings):
            return readings[0].name
        raise DataError(self._unsure(what, readings[:4]))

    def _words(self) -> list[bytes]:
        """Return words with bytes beyond ASCII, once each: those with each byte, and others spread over the file."""
        first = list(dict.fromkeys(word for byte, line in self.rare.items() if byte > 127 for word in _odd(line, byte)))
        rest = list(dict.fromkeys(word for line in self.lines for word in _odd(line)))
        return list(dict.fromkeys(first + rest[:: len(rest) // _WORDS + 1]))

    def _readings(self, words: list[bytes]) -> list["_Reading"]:
        """Return what the words are in each encoding that fits the whole file: each text once, the likeliest first."""
        used, found = bytes(sorted(byte for byte in self.bytes_ if byte > 127)), dict[object, _Reading]()
        for name, (prior, languages) in CANDIDATES.items():
            if name in _WIDE:
                key: object = name if name in self.wide and _ends(self.wide[name]) else None
            else:
                key = _plain(used, name)
            if key is None:
                continue
            texts = [_decoded(word, name) for word in words]
            reading = _Reading(likeness(texts, languages) + prior, name, sum(map(_beside, texts)))
            found[key] = replace(found.get(key, reading), score=max(found.get(key, reading).score, reading.score))
        return sorted(found.values(), key=lambda one: -one.score)

    def _unsure(self, what: str, readings: list["_Reading"]) -> str:
        names = [reading.name for reading in readings]
        line = max(
            [*self.rare.values(), *self.lines[:50]], key=lambda one: len({_decoded(one, name) for name in names})
        )
        shown = "\n".join(f"  {name}: {_cut(line, name)}" for name in names)
        unsure = f"{what!r} is not UTF-8, and its encoding is not sure; name its `data.encoding`"
        return f"{unsure}. A line of it would be\n{shown}"


@dataclass(frozen=True)
class _Reading:
    score: float
    name: str
    pairs: int


def _is_sure(best: _Reading, *others: _Reading) -> bool:
    """Return whether a reading is writing, and well ahead of the others; cp1252 by what it is worth beforehand, too."""
    least = (_WRITING_WIDE if best.name in _WIDE else _WRITING) * best.pairs + _ODD_WORD
    if best.score - CANDIDATES[best.name][0] < least:
        return False
    ahead = best.score - max((other.score for other in others), default=-1e9)
    if best.name != "cp1252":
        return ahead >= _SURE
    alone = max((other.score - CANDIDATES[other.name][0] for other in others), default=-1e9)
    return ahead >= _SURE_WEST and best.score - CANDIDATES[best.name][0] >= alone - _BEHIND


def _short(line: bytes) -> Iterator[bytes]:
    """Yield a line, or pieces of a long one that end between words."""
    if len(line) <= _LONG:
        yield line
        return
    for piece in re.findall(rb"(?s).{1,%d}[^\x00-\x2f]{0,200}" % _LONG, line):
        if not piece.isascii():
            yield piece


def _odd(line: bytes, byte: int | None = None) -> Iterator[bytes]:
    for word in _BETWEEN.split(line):
        if not word.isascii() and (byte is None or byte in word):
            yield word[:_CUT]


def _check_no_utf8(words: list[bytes], what: str) -> None:
    """Refuse a file that is UTF-8 for the most part: any other encoding would make letters of its parts."""
    broken = [word for word in words if not _is_utf8(word)]
    if 2 * len(broken) <= len(words) and broken:
        shown = visible(broken[0].decode("utf-8", "backslashreplace"))[:60]
        raise DataError(
            f"{what!r} is UTF-8 for the most part, but not throughout: {shown!r} is not; "
            "write all of it in one encoding"
        )


def _is_utf8(word: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    return _fits(decoder, word) and (len(word) == _CUT or _ends(decoder))


def _beside(text: str) -> int:
    """Return how many pairs of neighbours a word has of which one is beyond ASCII."""
    return sum(a > "\x7f" or b > "\x7f" for a, b in zip(f" {text}", f"{text} ", strict=True))


def _plain(used: bytes, encoding: str) -> str | None:
    """Return what bytes are in an encoding of one byte a character; None if they are no text in it."""
    with suppress(UnicodeDecodeError):
        text = used.decode(encoding)
        return None if any("\x80" <= c <= "\x9f" for c in text) else text
    return None


def _decoded(word: bytes, encoding: str) -> str:
    """Return a piece of text in an encoding; half a character at its end is left out."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(word)


def _cut(line: bytes, encoding: str) -> str:
    """Return about 60 characters of a line, from a little before the first beyond ASCII."""
    text = visible(_decoded(line, encoding)).strip()
    at = next((i for i, c in enumerate(text) if c > "\x7f"), 0)
    start = max(0, at - 20) if len(text) > 60 else 0
    return text[start : start + 60]
