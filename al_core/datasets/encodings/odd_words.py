"""A sample of a file's words with bytes beyond ASCII: small, from all of the file, and with each byte it has."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from al_core.datasets.encodings.parts import ends, fits, strict

SEVERAL = ("cp932", "euc-jp", "gb18030", "big5", "cp949")
"""Encodings of several bytes a character: whether they fit has to be seen on the way."""
_LINES, _WORDS, _LONG, _CUT = 2000, 300, 2000, 120
"""Lines that are kept of a file, words that are judged, and bytes of a line and of a word."""
_LETTERS = 16
"""Letters of ASCII in most words: what has more may be several without blanks, or code."""
_BETWEEN = re.compile(rb"[\x00-\x2f\x3a-\x3f]+")
"""Bytes that are between words, and part of a character in no encoding."""
_ASCII = re.compile(rb"[A-Za-z]")


@dataclass
class OddWords:
    """Lines with bytes beyond ASCII, drawn from all of a file, and the bytes of all the others."""

    bytes_: set[int] = field(default_factory=set)
    lines: list[bytes] = field(default_factory=list)
    rare: dict[int, bytes] = field(default_factory=dict)
    step: int = 1
    count: int = 0
    several: dict[str, codecs.IncrementalDecoder] = field(
        default_factory=lambda: {name: strict(name) for name in SEVERAL}
    )

    def take(self, part: bytes) -> None:
        """Take the next part, which ends where a line does unless it is very long."""
        self.several = {name: decoder for name, decoder in self.several.items() if fits(decoder, part)}
        lines = [line for line in part.split(b"\n") if not line.isascii()]
        if max(map(len, lines), default=0) > _LONG:
            lines = [piece for line in lines for piece in _short(line)]
        for byte in set(part) - self.bytes_:
            self.bytes_.add(byte)
            self.rare[byte] = next((line for line in lines if byte in line), b"")
        self._keep(lines)

    def words(self) -> dict[bytes, bytes]:
        """Return words, once each, and the line of each: those with each byte, and others spread over the file."""
        first = ((word, line) for byte, line in self.rare.items() if byte > 127 for word in _odd(line, byte))
        rest = list(_once((word, line) for line in self.lines for word in _odd(line)).items())
        return _once(chain(first, rest[:: len(rest) // _WORDS + 1]))

    def fitting(self) -> list[str]:
        """Return the encodings of several bytes a character that fit all of the file."""
        return [name for name, decoder in self.several.items() if ends(decoder)]

    def _keep(self, lines: list[bytes]) -> None:
        """Keep every line at first, then every second, every fourth ... of all there were."""
        self.lines += lines[-self.count % self.step :: self.step]
        self.count += len(lines)
        while len(self.lines) > _LINES:
            self.lines, self.step = self.lines[::2], self.step * 2


def _once(found: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return words with the first line of each."""
    kept: dict[bytes, bytes] = {}
    for word, line in found:
        kept.setdefault(word, line)
    return kept


def is_joined(word: bytes) -> bool:
    """Return whether something between two blanks is more than a word."""
    return len(_ASCII.findall(word)) > _LETTERS


def is_utf8(word: bytes) -> bool:
    """Return whether a word is UTF-8, as far as it was kept."""
    decoder = strict("utf-8")
    return fits(decoder, word) and (len(word) == _CUT or ends(decoder))


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
