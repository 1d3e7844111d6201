"""How likely a sign beyond ASCII is between its neighbours: quotes, dashes, currencies."""

import re

from al_core.datasets.encodings.common_words import is_common

_PLACES = {
    "“„‘«": (-2.5, -13.0, -9.5, -13.0), "”»": (-2.5, -9.5, -13.0, -13.0), "’": (-2.5, -9.5, -9.5, -13.0),
    "¿¡": (-10.0, -13.0, -9.5, -13.0), "…": (-8.5, -9.5, -9.5, -13.0), "–—": (-2.5, -12.0, -12.0, -13.0),
    "€£": (-4.0, -14.0, -14.0, -14.0), "¢": (-5.0, -14.0, -14.0, -14.0), "¥": (-6.0, -14.0, -14.0, -14.0),
    "§": (-2.5, -12.0, -13.0, -18.0), "•": (-2.5, -12.0, -6.0, -18.0), "©": (-2.5, -12.0, -7.0, -18.0),
    "®™": (-4.0, -6.0, -13.0, -18.0), "°": (-5.0, -9.5, -9.5, -18.0), "º": (-6.0, -9.5, -13.0, -13.0),
    "½": (-2.5, -9.5, -13.0, -13.0), "¼¾": (-4.0, -13.0, -13.0, -14.0), "µ": (-10.0, -14.0, -12.0, -18.0),
    "\xa0": (-7.0, -9.5, -13.0, -13.0), "ª²³´·×`‚±‰\xad": (-10.0, -14.0, -14.0, -14.0),
}  # fmt: skip
"""Signs, and how likely each is, as a logarithm: apart from letters, after one, before one, and between two."""
_LIKELY = {sign: places for signs, places in _PLACES.items() for sign in signs}
_OTHER = (-16.0, -20.0, -20.0, -20.0)
_USUAL = re.compile(r"[0-9][×°¼¾º²³%]|[±¥°€£][0-9]|[0-9][€£]|[Nn]º|(?<!\w)µ[glmsF](?!\w\w)|(?<=\w{4}[sS])’ ")
"""Where rare signs are usual."""
_SHORT = 3
"""Letters that a word has at least which a dash may join to another."""


def sign_likeness(text: str, at: int, language: str) -> float:
    """Return how likely a sign is where it is, as a logarithm.

    >>> sign_likeness(" 10–20 ", 3, "en") > sign_likeness(" se–or ", 3, "en")
    True
    """
    sign, before, after = text[at], text[at - 1].isalpha(), text[at + 1].isalpha()
    if _USUAL.match(text, at - 1) or _USUAL.match(text, at):
        return -1.0
    if sign in "–—…" and (usual := _by_words(text[:at], sign, text[at + 1 :], language)):
        return usual
    return _LIKELY.get(sign, _OTHER)[before + 2 * after]


def _by_words(before: str, sign: str, after: str, language: str) -> float | None:
    """Return how likely a sign is beside common words, where it would else be a letter of other encodings."""
    words = before.split("’")[0].strip(" “‘"), after.strip(" ”’")
    known = [is_common(word.lower(), language) for word in words]
    if sign == "…" and language == "en" and (known[1] or not words[1]) and (known[0] or not before[-1].isalpha()):
        return -0.5 if known[0] else -3.0
    if all(known) and min(map(len, words)) >= _SHORT:
        return -4.0
    return None
