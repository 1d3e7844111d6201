"""Letters: what Unicode says of characters, as contents of classes of regular expressions."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain

from al_core.errors import DataError

JOINERS = "\u200c\u200d"
"""Zero-width joiner and non-joiner, with which words of Persian, Hindi, Malayalam and others are spelled."""


def _marks() -> str:
    """Return the combining marks as ranges."""
    places = chain(range(0x300, 0x1F000), range(0xE0100, 0xE01F0))  # there are none elsewhere: a test holds it
    ranges: list[list[int]] = []
    for place in places:
        if unicodedata.category(chr(place))[0] != "M":
            continue
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1][1] = place
        else:
            ranges.append([place, place])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


MARKS = _marks() + JOINERS
r"""Accents, vowel signs, joiners and other parts of letters, none of which are in `\w`: `\p{M}`, U+200C and U+200D."""

INVISIBLE = (
    "\0-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Control characters; what Unicode has as Default_Ignorable_Code_Point, such as zero-width and direction marks, soft
hyphens and variation selectors; annotation marks; and the blank of Braille. Spaces are not among them."""

ZERO_WIDTH = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Of these the zero-width and direction marks and the soft hyphen: all that no letter or emoji is written with."""

WITHOUT_SPACES = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U0001aff0-\U0001b16f\U00020000-\U000323af"
)
"""Scripts that put no space between words: Thai and Lao, Tibetan, Myanmar, Khmer, Tai Lue and Tai Tham, Hiragana and
Katakana, Han."""

_VISIBLE = re.compile(rf"[^\s{INVISIBLE}]")
_LETTER = re.compile(rf"[^\W\d_{WITHOUT_SPACES}]")
_OF_THESE = re.compile(f"[{WITHOUT_SPACES}]")
SAMPLE, BEGINNING = 2_000, 500
"""How many texts, and of each how many characters, tell how texts are written."""


def says_something(text: str) -> bool:
    r"""Return whether anything of a text can be seen.

    >>> says_something(" a"), says_something("\u200b \u2060\u200e\ufeff\u00ad"), says_something("")
    (True, False, False)
    """
    return _VISIBLE.search(text) is not None


def without_spaces(texts: Sequence[str]) -> float:
    """Return the share of texts whose letters are, for the most part, of scripts without spaces between words.

    Of many texts, 2,000 that are spread evenly tell.

    >>> without_spaces(["今天下雨", "rain today", "ฝนตกวันนี้", "IT 日本語", "!"])
    0.6
    """
    looked_at = [texts[at * len(texts) // SAMPLE] for at in range(SAMPLE)] if len(texts) > SAMPLE else texts
    return sum(map(_is_without_spaces, looked_at)) / max(1, len(looked_at))


def _is_without_spaces(text: str) -> bool:
    beginning = text[:BEGINNING]
    if beginning.isascii():
        return False
    return len(_OF_THESE.findall(beginning)) > len(_LETTER.findall(beginning))


def check_letters(text: str, what: str = "a text") -> None:
    """Refuse half a character, which no file and no model takes.

    Raises:     DataError
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{what} holds half a character (the surrogate {text[error.start]!a}) after {text[: error.start][-30:]!r}; "
            "it was cut off within one: mend it where it comes from"
        ) from error
