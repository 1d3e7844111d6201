"""What a file that is not UTF-8 may be in: the encodings, how likely each is, and when that is sure."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from al_core.datasets.encodings.common_words import strangeness
from al_core.datasets.encodings.letters import likeness
from al_core.datasets.encodings.odd_words import SEVERAL, OddWords, is_joined, is_utf8
from al_core.datasets.encodings.parts import strict
from al_core.errors import DataError
from al_core.plain import visible

WEST = ("fr", "es", "pt", "sv", "de", "it", "da", "fi", "nl", "no", "is", "ga", "en")
CENTRAL = ("pl", "cs", "sk", "hu", "hr", "sl", "ro", "de", "en")
BALTIC = ("lt", "lv", "et", "de", "en")
TURKISH = ("tr", "de", "en")
CYRILLIC = ("ru", "uk", "bg", "be", "sr", "mk")
CANDIDATES: dict[str, tuple[float, tuple[str, ...]]] = {
    "cp1252": (2.0, WEST), "iso-8859-15": (-2.0, WEST), "mac_roman": (-3.0, WEST), "cp850": (-3.0, WEST),
    "cp437": (-3.5, WEST), "cp1250": (0.0, CENTRAL), "iso-8859-2": (-1.0, CENTRAL), "cp852": (-3.0, CENTRAL),
    "mac_latin2": (-4.0, CENTRAL), "iso-8859-16": (-4.0, CENTRAL), "cp1254": (0.0, TURKISH),
    "iso-8859-9": (-1.0, TURKISH), "cp857": (-3.0, TURKISH), "cp1257": (0.0, BALTIC), "iso-8859-13": (-1.0, BALTIC),
    "cp775": (-4.0, BALTIC), "iso-8859-4": (-4.0, BALTIC), "cp1251": (0.0, CYRILLIC), "koi8-r": (-1.0, CYRILLIC),
    "koi8-u": (-1.0, CYRILLIC), "iso-8859-5": (-2.0, CYRILLIC), "cp866": (-1.0, CYRILLIC),
    "mac_cyrillic": (-4.0, CYRILLIC), "cp855": (-4.0, CYRILLIC), "cp1253": (0.0, ("el",)),
    "iso-8859-7": (-1.0, ("el",)), "cp737": (-4.0, ("el",)), "cp1255": (0.0, ("he",)), "iso-8859-8": (-1.0, ("he",)),
    "cp862": (-4.0, ("he",)), "cp1256": (0.0, ("ar", "fa")), "iso-8859-6": (-1.0, ("ar", "fa")),
    "cp874": (0.0, ("th",)), "cp1258": (-1.0, ("vi",)), "cp932": (0.0, ("ja",)), "euc-jp": (-1.0, ("ja",)),
    "gb18030": (0.0, ("zh",)), "big5": (0.0, ("tw",)), "cp949": (0.0, ("ko",)),
}  # fmt: skip
"""Each with how likely it is before any byte is seen, as a logarithm, and the languages written so."""

LANGUAGES = tuple(dict.fromkeys(one for _, languages in CANDIDATES.values() for one in languages))
_SURE_WEST, _SURE, _SURE_RARE = 2.0, 4.0, 8.0
"""By how much the likeliest reading has to be ahead of the next, as a logarithm: cp1252, any other, and the rarest."""
_RARE = -4.0
"""What the rarest are worth beforehand, or less."""
_AHEAD = 1.3
"""By how much it has to be ahead by the text alone, lest what an encoding is worth beforehand decides."""
_WRITING, _WRITING_SEVERAL, _ODD_WORD = -5.5, -8.3, -4.0
"""The likelihood of a pair of letters, as a logarithm, under which a reading is no writing; in encodings of several
bytes a character; and what any file may fall short of it.
"""


@dataclass(frozen=True)
class Reading:
    """What a file's odd words are in an encoding.

    Parameters: name : the encoding
                score : how likely it is, as a logarithm
                alone : how likely the text is, without what the encoding is worth beforehand
                pairs : the pairs of neighbours in it of which one is beyond ASCII
    """

    name: str
    score: float
    alone: float
    pairs: int


def likeliest(odd: OddWords, what: str) -> str:
    """Return the encoding that makes the best writing of a file's odd words.

    Raises:     DataError with the candidates and a line of text under each if none is well ahead of the others
    """
    words = odd.words()
    _check_no_utf8(list(words), what)
    found = readings(words, odd)
    if found and is_sure(found, any(map(is_joined, words))):
        return found[0].name
    raise DataError(_unsure(odd, what, [reading.name for reading in found[:4]]))


def readings(words: Mapping[bytes, bytes], odd: OddWords) -> list[Reading]:
    """Return what words are in each encoding that fits the whole file: each text once, the likeliest first."""
    used, fitting = bytes(sorted(byte for byte in odd.bytes_ if byte > 127)), odd.fitting()
    costs, found = [strangeness(line, LANGUAGES) for line in words.values()], dict[str, Reading]()
    for name, (prior, languages) in CANDIDATES.items():
        key = (name if name in fitting else None) if name in SEVERAL else _plain(used, name)
        if key is not None:
            texts = [_decoded(word, name) for word in words]
            alone = likeness(texts, languages, costs)
            reading = Reading(name, alone + prior, alone, sum(map(_beside, texts)))
            same = found.get(key, reading)
            found[key] = replace(same, score=max(same.score, reading.score), alone=max(same.alone, alone))
    return sorted(found.values(), key=lambda one: -one.score)


def is_sure(found: list[Reading], joined: bool) -> bool:
    """Return whether the first reading is writing, and well ahead of the others, by the text alone, too."""
    best, others = found[0], found[1:]
    least = (_WRITING_SEVERAL if best.name in SEVERAL else _WRITING) * best.pairs + _ODD_WORD
    ahead = best.score - max((other.score for other in others), default=-1e9)
    alone = best.alone - max((other.alone for other in others), default=-1e9)
    return best.alone >= least and ahead >= _lead(best.name, joined) and alone >= _AHEAD


def _lead(name: str, joined: bool) -> float:
    """Return by how much an encoding has to be ahead, also where words are joined and may be none."""
    if joined or CANDIDATES[name][0] <= _RARE:
        return _SURE_RARE
    return _SURE_WEST if name == "cp1252" else _SURE


def _check_no_utf8(words: list[bytes], what: str) -> None:
    """Refuse a file that is UTF-8 for the most part: any other encoding would make letters of its parts."""
    broken = [word for word in words if not is_utf8(word)]
    if 2 * len(broken) <= len(words) and broken:
        shown = visible(broken[0].decode("utf-8", "backslashreplace"))[:60]
        raise DataError(
            f"{what!r} is UTF-8 for the most part, but not throughout: {shown!r} is not; "
            "write all of it in one encoding"
        )


def _unsure(odd: OddWords, what: str, names: list[str]) -> str:
    lines = [*odd.rare.values(), *odd.lines[:50]]
    line = max(lines, key=lambda one: len({_decoded(one, name) for name in names}))
    shown = "\n".join(f"  {name}: {_cut(line, name)}" for name in names)
    return (
        f"{what!r} is not UTF-8, and its encoding is not sure; name its `data.encoding`. A line of it would be\n{shown}"
    )


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
    decoder = strict(encoding)
    decoder.errors = "replace"
    return decoder.decode(word)


def _cut(line: bytes, encoding: str) -> str:
    """Return about 60 characters of a line, from a little before the first beyond ASCII."""
    text = visible(_decoded(line, encoding)).strip()
    at = next((i for i, c in enumerate(text) if c > "\x7f"), 0)
    start = max(0, at - 20) if len(text) > 60 else 0
    return text[start : start + 60]
