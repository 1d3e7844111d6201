"""Fonts: how pictures show names in scripts that matplotlib's own font has not."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

OWN = "DejaVu Sans"
_NO_TEXT = ("Last Resort", "cm", "STIX")
"""Fonts that come with matplotlib, and show boxes, or formulas by codes of their own."""


def fonts_for(words: str) -> dict[str, Any]:
    """Return the settings of matplotlib by which words are shown: as drawn letters, if its own font has them all.

    If not, an SVG holds words as words, which browsers draw in fonts that have them; a PNG takes fonts of this machine.

    >>> fonts_for("margin")
    {'svg.fonttype': 'path'}
    """
    missing = {ord(letter) for letter in words if not letter.isspace()} - _letters(_own())
    if not missing:
        return {"svg.fonttype": "path"}
    return {"svg.fonttype": "none", "font.family": [OWN, *_others(frozenset(missing))]}


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """Keep matplotlib from warning of each letter that it has no font for, line by line."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"(Glyph|Matplotlib currently does not support)", UserWarning)
        yield


def _own() -> str:
    from matplotlib import font_manager

    return font_manager.findfont(OWN)


@cache
def _letters(file: str) -> frozenset[int]:
    """Return the characters that a font has."""
    from matplotlib.font_manager import get_font

    try:
        return frozenset(get_font(file).get_charmap())
    except (OSError, RuntimeError):  # a font that matplotlib cannot read
        return frozenset()


@cache
def _others(missing: frozenset[int]) -> tuple[str, ...]:
    """Return the fonts of this machine that have most of some characters, until all are there or no font has more."""
    from matplotlib.font_manager import fontManager

    files = sorted((font.name, font.fname) for font in fontManager.ttflist)
    fonts = {name: file for name, file in files if not name.startswith(_NO_TEXT)}
    chosen: list[str] = []
    while missing:
        best = max(fonts, key=lambda name: len(missing & _letters(fonts[name])))
        if not missing & _letters(fonts[best]):
            break
        chosen.append(best)
        missing -= _letters(fonts[best])
    return tuple(chosen)
