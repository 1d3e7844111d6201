"""Languages of thousands of characters: Chinese, Japanese, Korean."""

from contextlib import suppress

IDEOGRAPHS = {
    "ja": ("shift_jis", b"\x98\x9f"),
    "ko": ("euc-kr", b"\xc9"),
    "tw": ("big5", b"\xc9"),
    "zh": ("gb2312", b"\xd8"),
}
"""An encoding of each, and where its rarer characters begin."""
_SIGNS = frozenset("、。「」()『』《》“”‘’·…ー〜～—")


def is_usual(c: str, language: str) -> bool:
    """Return whether a character is in the part of a language's encoding that has the more common ones.

    >>> is_usual("漢", "tw"), is_usual("汉", "tw")
    (True, False)
    """
    encoding, rarer = IDEOGRAPHS[language]
    with suppress(UnicodeEncodeError):
        return c.encode(encoding) < rarer
    return False


def is_sign(c: str) -> bool:
    """Return whether a character is a sign as East Asian texts have them."""
    return c in _SIGNS or "\u3000" <= c <= "\u301c" or "\uff01" <= c <= "\uff5e"
