"""How like writing a text is: its letters beyond ASCII beside their neighbours, as languages put them."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import pairwise, repeat
from unicodedata import normalize

from al_core.datasets.encodings.characters import IDEOGRAPHS, is_sign, is_usual
from al_core.datasets.encodings.pairs import pairs_of
from al_core.datasets.encodings.signs import sign_likeness

_OTHER = 2.5
"""What a word costs that another language than the text's explains: names do."""
_RARE = {"is": 1.5, "ga": 3.0, "sl": 1.0, "sk": 1.0, "hr": 0.5, "et": 1.0, "lv": 0.5, "lt": 0.5, "be": 1.0, "mk": 1.0}
"""What a word costs in languages of few writers, lest they explain every odd one."""
_SIGN, _STRANGE, _JOINED, _ALONE = -6.0, -14.0, 8.0, 4.0
"""In Chinese, Japanese and Korean: a sign, a character of none of them, one beside Latin letters, and one alone."""
_QUOTE = re.compile(r"(?<!\w)’|’(?!\w)")
"""What begins or ends a quotation, and is no apostrophe."""
_SPOKEN = re.compile(r"(?i:(i|you|he|she|it|we|they|that|there|here|what|who|let)’(s|re|ll|d|m|ve)|[a-z]+n’t)")
_ENGLISH = re.compile(
    r"(?i:\w{3,}|it|he)’(?i:s|re|ll|d|m)|[A-Z]\w*’s|\w*(?i:n’t)|(?i:i|you|we|they|who|\w+ld|m\w+t)’ve"
)
_ELIDED = re.compile(
    r"(?i:[ldcjnsmto]|qu|\w+qu|aujourd|un|all|dall|dell|nell|sull|coll|quest|quell|nessun|ciascun|com|dov|cos|anch|bell"
    r"|sant|tutt|mezz|gl|d’un)’\w+"
)
"""Words with an apostrophe: the commonest of English, all of English by their end, French and Italian by their
beginning."""
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def likeness(
    words: Iterable[str], languages: tuple[str, ...], costs: Iterable[Mapping[str, float]] | None = None
) -> float:
    """Return how likely words are, as a logarithm, in the one of some languages that explains them best.

    Parameters: words : each with at least one letter or sign beyond ASCII
                languages : their codes
                costs : what each word costs in each language by what is around it
    Returns:    the sum over the words; nearer to nought is likelier
    >>> likeness(["señor"], ("es", "pl")) > likeness(["seńor"], ("es", "pl"))
    True
    """
    around = repeat({}) if costs is None else costs
    rare = [_RARE.get(one, 0.0) for one in languages]
    each = [
        [word_likeness(word, one) - cost.get(one, 0.0) for one in languages]
        for word, cost in zip(words, around, strict=False)
    ]
    other = [max(score - less for score, less in zip(scores, rare, strict=True)) - _OTHER for scores in each]
    return max(
        sum(max(scores[i], best) for scores, best in zip(each, other, strict=True)) - rare[i]
        for i in range(len(languages))
    )


@lru_cache(100_000)
def word_likeness(word: str, language: str) -> float:
    """Return how likely a word is in a language, as a logarithm, by its letters beyond ASCII and those beside them."""
    if language in IDEOGRAPHS:
        return _of_characters(word, language)
    if language == "en" and _SPOKEN.fullmatch(word):
        return -3.0
    text = f" {''.join(map(tone_apart, word)) if language == 'vi' else word} "
    letters = [letter(c) for c in _QUOTE.sub(" ", text)]
    signs = [sign_likeness(text, i, language) for i, c in enumerate(text) if c > "\x7f" and letters[i] == " "]
    return _of_pairs(letters, language) + sum(signs) - _cases(word) - _apostrophes(word)


@cache
def tone_apart(c: str) -> str:
    """Return a Vietnamese letter as its table has it: its tone is a character of its own."""
    first, *marks = list(normalize("NFD", c))
    tones = [mark for mark in marks if mark in _TONES]
    return normalize("NFC", first + "".join(mark for mark in marks if mark not in tones)) + "".join(tones)


@cache
def letter(c: str) -> str:
    """Return a letter as the table has it, or a blank for what is none; the apostrophe of print counts as a letter.

    >>> [letter(c) for c in "Añ’5€"]
    ['a', 'ñ', '’', ' ', ' ']
    """
    if c.isascii():
        return c.lower() if c.isalpha() else " "
    low = c.lower()
    return (low if len(low) == 1 else c) if (c.isalpha() or _is_mark(c)) and c not in "ªºµ" else " "


def _is_mark(c: str) -> bool:
    """Return whether a character belongs to the letter before it, in Vietnamese, Hebrew, Arabic or Thai."""
    return c == "’" or "\u0300" <= c <= "\u036f" or "\u0591" <= c <= "\u0652" or "\u0e31" <= c <= "\u0e4e"


def _of_pairs(letters: list[str], language: str) -> float:
    pairs = pairs_of(language)
    return sum(
        pairs.get(before + after) or pairs.get(before, pairs[""])
        for before, after in pairwise(letters)
        if not before.isascii() or not after.isascii()
    )


def _of_characters(word: str, language: str) -> float:
    """Return how likely a word is as Chinese, Japanese or Korean: longer than a character, and apart from Latin."""
    joined = len(re.findall("[A-Za-z][^\0-\x7f]|[^\0-\x7f][A-Za-z]|(?<=[A-Za-z])[^\0-\x7f]+(?=[A-Za-z])", word))
    odd = [_of_character(c, language) for c in word if c > "\x7f"]
    return sum(odd) - _JOINED * joined - _ALONE * (len(odd) == 1)


@lru_cache(50_000)
def _of_character(c: str, language: str) -> float:
    known = pairs_of(language)
    return _SIGN if is_sign(c) else known.get(c, known[""] if is_usual(c, language) else _STRANGE)


def _cases(word: str) -> float:
    """Return what capitals inside of words cost."""
    cost = 0.0
    for i in range(1, len(word)):
        before, here = word[i - 1], word[i]
        if not before.isascii() or not here.isascii():
            cost += 5.0 * (before.islower() and here.isupper())
            cost += 4.0 * (i > 1 and word[i - 2].isupper() and before.isupper() and here.islower())
    return cost


def _apostrophes(word: str) -> float:
    """Return what apostrophes cost where English, French and Italian have none."""
    inner = word.strip("’")
    return 6.0 * ("’" in inner and not _ENGLISH.fullmatch(inner) and not _ELIDED.fullmatch(inner))
