"""Cells: single values as other tools write them, and what to say of those that are something else."""

import json
import math
import re
from ast import literal_eval
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from al_core.corpus import as_text
from al_core.errors import DataError
from al_core.plain import visible


def is_missing(value: object) -> bool:
    """Return whether a cell holds nothing: None, or what stands for it in tables.

    >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing([])
    (True, True, False, False)
    """
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def is_plain(value: object) -> bool:
    """Return whether a value is text, a number, true or false, or nothing.

    >>> is_plain("a"), is_plain(None), is_plain([1])
    (True, True, False)
    """
    return is_missing(value) or isinstance(value, str | int | float)


def seen(value: object) -> str:
    """Say what a value is, in few words however much it holds.

    >>> seen("spam"), seen([1, 2]), seen({"start": 0, "end": 4})
    ("'spam'", 'a list of 2', "an object with 'start', 'end'")
    """
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return f"an object with {', '.join(visible(repr(str(key)[:30])) for key in list(value)[:5]) or 'nothing in it'}"
    if isinstance(value, str) and len(value) > 60:
        return visible(f"{value[:60]!r}...")
    return visible(repr(value.item() if isinstance(value, np.generic) else value)[:60])


def name_of(value: object, where: str) -> str:
    """Return the name of a class, which a tool writes as text or as a whole number.

    Parameters: where : what is read, such as "row 3: `label`"
    Raises:     DataError for what is no name
    >>> name_of("spam", "row 3: `label`"), name_of(2.0, "row 3: `label`")
    ('spam', '2')
    """
    if isinstance(value, bool) or is_missing(value) or not is_plain(value) or not as_text(value).strip():
        raise DataError(f"{where} holds {seen(value)} where the name of a class should be; mend the row")
    return as_text(value)


def names_of(values: object, where: str) -> tuple[str, ...]:
    """Return the names in a list, each once.

    Raises:     DataError for what is no list of names
    >>> names_of(["b", "a", "b"], "row 3: `label`")
    ('b', 'a')
    """
    if not isinstance(values, list | tuple):
        raise DataError(f"{where} holds {seen(values)} where a list of names should be; mend the row")
    return tuple(dict.fromkeys(name_of(value, where) for value in values))


def text_of(row: Mapping[str, Any], field: str, where: str, advice: str = "export a project of texts") -> str | None:
    """Return the text that a row holds; None where it is empty.

    Parameters: advice : what to do if there is none
    Raises:     DataError for a field that is not there, or holds a list or an object
    """
    if field not in row:
        raise DataError(f"{where} has no {field!r}, but is {seen(row)}; {advice}")
    value = row[field]
    if not is_plain(value):
        raise DataError(f"{where}: the text in {field!r} is {seen(value)}; {advice}")
    return None if is_missing(value) else as_text(value)


def opt_text(value: object, where: str) -> str | None:
    """Return a plain value as text, None for nothing; for what tools write beside a label: who, and when.

    Raises:     DataError for a list or an object
    """
    if not is_plain(value):
        raise DataError(f"{where} is {seen(value)}, and not one value; mend the row")
    return None if is_missing(value) or value == "" else as_text(value)


def plain_fields(row: Mapping[str, Any], but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the fields that hold one value each, those of an object in it as `object.field`; lists are left out.

    >>> plain_fields({"id": 7, "meta": {"from": "mail", "parts": []}, "label": "a"}, but=frozenset({"label"}))
    {'id': 7, 'meta.from': 'mail'}
    """
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if name not in but and is_plain(value):
            kept[name] = value
        elif name not in but and isinstance(value, Mapping):
            kept |= {f"{name}.{inner}": one for inner, one in value.items() if is_plain(one)}
    return kept


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as objects."""
    columns = list(map(str, frame.columns))
    return [dict(zip(columns, row, strict=True)) for row in frame.astype("object").itertuples(index=False, name=None)]


_ESCAPED = r"\\(?:[\\'\"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
_QUOTED = rf"""'(?:[^'\\\n]|{_ESCAPED})*+'|"(?:[^"\\\n]|{_ESCAPED}|\\/)*+\""""
_BARE = r"-?\d+(?:\.\d+)?"
_ITEM = re.compile(rf"\s*+({_QUOTED}|{_BARE})\s*+(,?)")


def as_list(cell: str) -> list[str] | None:
    r"""Return the list that a cell holds as Python, JSON or NumPy write it; None if it is none of names or numbers.

    >>> as_list("['a', \"it's\"]"), as_list('["a"]'), as_list("['a' 'b']"), as_list("[]")
    (['a', "it's"], ['a'], ['a', 'b'], [])
    >>> as_list("[sic] so it was"), as_list("[['a']]"), as_list("a, b")
    (None, None, None)
    """
    inner = cell.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return None
    return _items(inner[1:-1])


def _items(inner: str) -> list[str] | None:
    """Return the items between brackets; all with commas between them, or, as NumPy does, none."""
    found: list[re.Match[str]] = []
    at = 0
    while inner[at:].strip():
        match = _ITEM.match(inner, at)
        if match is None:
            return None
        found.append(match)
        at = match.end()
    if len({match[2] for match in found[:-1]}) > 1:
        return None
    items = [_item(match[1]) for match in found]
    return [item for item in items if item is not None] if None not in items else None


def _item(written: str) -> str | None:
    """Return an item without its quotes, as JSON has it or else Python; a number stays as it is written."""
    if written[0] not in "'\"":
        return written
    for read in (json.loads, literal_eval):
        with suppress(ValueError, SyntaxError):
            return str(read(written))
    return None
