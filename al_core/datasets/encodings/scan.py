"""A pass over a file without a byte-order mark: whether it is text, and UTF-8; else what tells its encoding."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from al_core.datasets.encodings.odd_words import OddWords
from al_core.datasets.encodings.parts import binary, ends, fits, strict

_ESCAPED = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr")
"""Encodings that are ASCII but for what begins with an escape."""


@dataclass
class Scan:
    """What was seen of a file, whatever its size.

    Parameters: what : the file's name, for messages
                gathers : whether to keep what tells encodings other than UTF-8 apart; else it ends where UTF-8 does
                valid : whether it may be UTF-8
    Attributes: plain : whether it is ASCII so far
                odd : the words beyond ASCII, once there is one
    """

    what: str
    gathers: bool
    valid: bool = True
    plain: bool = True
    odd: OddWords | None = None
    _lines: int = 0
    _utf8: codecs.IncrementalDecoder = field(default_factory=lambda: strict("utf-8"))
    _escapes: dict[str, codecs.IncrementalDecoder] | None = None

    def all_of(self, parts: Iterator[bytes]) -> "Scan":
        """Take all parts, or those before the end of UTF-8 where that is all to be told; return itself."""
        for _ in self.watching(parts):
            if not self.valid and not self.gathers:
                break
        return self

    def watching(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """Yield all parts, and take each on the way."""
        for part in parts:
            self.take(part)
            yield part
        self.valid = self.valid and ends(self._utf8)

    def take(self, part: bytes) -> None:
        """Take the next part.

        Raises:     DataError for a zero byte
        """
        if b"\x00" in part:
            raise self._binary(part)
        self.plain = self.plain and part.isascii()
        if self.plain:
            self._take_escapes(part)
        else:
            self._take_odd(part)
        self._lines += part.count(b"\n")

    def escaped(self) -> str | None:
        """Return the encoding whose escapes a file of ASCII has, if any."""
        fitting = (name for name, decoder in (self._escapes or {}).items() if ends(decoder))
        return next(fitting, None) if self.plain else None

    def _take_odd(self, part: bytes) -> None:
        self.valid = self.valid and fits(self._utf8, part)
        if self.gathers:
            self.odd = self.odd or OddWords()
            self.odd.take(part)

    def _take_escapes(self, part: bytes) -> None:
        if self._escapes is None and b"\x1b$" in part:
            self._escapes = {name: strict(name) for name in _ESCAPED}
        if self._escapes:
            self._escapes = {name: decoder for name, decoder in self._escapes.items() if fits(decoder, part)}

    def _binary(self, part: bytes) -> Exception:
        at = part.index(b"\x00")
        line, byte = self._lines + part.count(b"\n", 0, at) + 1, at - part.rfind(b"\n", 0, at)
        zeros = [part[i::2].count(b"\x00") for i in (0, 1)]
        even, many = (at % 2 == 0), max(zeros) > 4 * min(zeros) and sum(zeros) * 4 > len(part)
        hint = f" (if it is UTF-16, its encoding is utf-16-{'be' if even else 'le'})" if many and line <= 2 else ""
        return binary(self.what, line, byte, hint)
