"""Plain: words that come from data, written so that terminals, Markdown and spreadsheets take them for nothing else."""

import re
from typing import Any

_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+.!|~&$:@-])")
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def visible(text: object) -> str:
    r"""Return a text whose control characters, and those that turn its direction, are written out.

    >>> print(visible("so \x1b[31m red"))
    so \x1b[31m red
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def markdown(text: object) -> str:
    r"""Return a text as one line of Markdown that shows it as it is.

    >>> print(markdown("<b>a_b|c</b>"))
    \<b\>a\_b\|c\</b\>
    """
    return _MARKUP.sub(r"\\\1", " ".join(visible(text).split()))


def fenced(text: str, language: str) -> str:
    """Return a text as a block of code that it cannot end itself.

    >>> print(fenced("a: 1", "yaml"))
    ```yaml
    a: 1
    ```
    """
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def guarded(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that would be one begins with an apostrophe.

    References: OWASP, CSV Injection
    >>> guarded("=HYPERLINK(1)"), guarded("-5"), guarded("'=1"), guarded(7)
    ("'=HYPERLINK(1)", '-5', "''=1", 7)
    """
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def unguarded(cell: Any) -> Any:
    """Return a cell as it was before `guarded`.

    >>> unguarded("'=HYPERLINK(1)"), unguarded("''=1"), unguarded("'quoted'")
    ('=HYPERLINK(1)', "'=1", "'quoted'")
    """
    return cell[1:] if isinstance(cell, str) and cell.startswith("'") and _FORMULA.match(cell) else cell
