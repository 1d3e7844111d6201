"""Labels of a file: from cells, whatever they hold, to names of classes."""

import ast
import json
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from al_core.config import DataConfig
from al_core.corpus import Label, as_text
from al_core.datasets.tools.cells import as_list
from al_core.errors import DataError, nearest
from al_core.letters import check_letters
from al_core.spelling import spellings, trimmed


def as_label(value: object) -> str | list[str]:
    """Return a cell as a name, or as a list of names.

    Raises:     DataError for an object
    """
    if isinstance(value, dict):
        raise DataError(
            f"the label {str(value)[:60]} is an object, and no name; make a column of the part that is meant"
        )
    if not isinstance(value, list | tuple | np.ndarray):
        return _name(value)
    nested = next((one for one in value if isinstance(one, dict | list | tuple | np.ndarray)), None)
    if nested is not None:
        raise DataError(
            f"the label {str(value)[:60]} holds {str(nested)[:30]}, and is no list of names; make a column of names"
        )
    return [_name(one) for one in value if not pd.isna(one)]


def _name(value: object) -> str:
    name = as_text(value)
    check_letters(name, "a label")
    return name


def plain_labels(cells: pd.Series, config: DataConfig) -> pd.Series:
    """Return labels as names, or as lists of them where texts can have several.

    Raises:     DataError for several names where a text has one, and for objects
    """
    return _whole(_lists(cells, config))


def _lists(cells: pd.Series, config: DataConfig) -> pd.Series:
    """Return labels whose lists are lists, also where they are written into strings; lists of one are that one.

    Raises:     DataError for a list where a text has one label, and for an object that is written into a string
    """
    known = cells.dropna()
    if len(known) and all(isinstance(cell, str) and as_list(cell) is not None for cell in known if cell != ""):
        cells = cells.map(lambda cell: as_list(cell) if cell else None, na_action="ignore")
    for row, cell in enumerate(cells, 1):
        if isinstance(cell, str) and cell.startswith("{") and _is_object(cell):
            raise DataError(
                f"row {row}: the label {cell[:60]!r} is an object, and no name; make a column of the part that is "
                "meant, or name the tool that wrote it with `data.format`"
            )
    if config.label_separator is not None:
        return cells
    return cells.map(lambda cell: _only(cell, cells) if isinstance(cell, list) else cell, na_action="ignore")


def _only(cell: list[str], cells: pd.Series) -> str | None:
    """Return the one label of a list; None of an empty one.

    Raises:     DataError for several
    """
    if len(cell) > 1:
        row = next(number for number, one in enumerate(cells) if one is cell)
        raise DataError(
            f"row {row + 1}: the label {cell!r} is a list of {len(cell)}; if texts can have several labels, say what "
            "stands between them where they are no list: `data.label_separator: '|'`"
        )
    return cell[0] if cell else None


def _whole(cells: pd.Series) -> pd.Series:
    """Return labels without the fractions that pandas gives whole numbers in a column with gaps, if all have them."""
    known = cells.dropna()
    fractions = known.map(lambda cell: isinstance(cell, str) and (not cell.strip() or bool(_FRACTION.fullmatch(cell))))
    if not len(known) or not fractions.all():
        return cells
    return cells.map(lambda cell: cell.strip().removesuffix(".0"), na_action="ignore")


_FRACTION = re.compile(r"\s*-?\d+\.0\s*")


def _is_object(cell: str) -> bool:
    """Return whether a cell holds an object as JSON or Python write it."""
    read: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)
    for one in read:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return isinstance(one(cell), dict)
    return False


def label_of(cell: str | list[str], config: DataConfig) -> str | None:
    """Return a cell's readable label; of several labels one string, in which they are sorted.

    >>> tags = DataConfig(source="x.csv", label_separator="|", label_names={"0": "cold"})
    >>> label_of("wet|0|wet", tags) == label_of(["0", "wet"], tags), label_of(" ", tags)
    (True, None)
    """
    readable = config.label_names or {}
    if config.label_separator is None:
        assert isinstance(cell, str)
        return readable.get(trimmed(cell), trimmed(cell)) or None
    if isinstance(cell, str):
        if not trimmed(cell):
            return None
        cell = cell.split(config.label_separator)
    each = {trimmed(name) for name in cell} - {""}
    return BETWEEN.join(sorted({readable.get(name, name) for name in each})) or BETWEEN


BETWEEN = "\x1f"
"""Stands between the labels of a text, or for none of them."""


def one_spelling(labels: pd.Series, known: Collection[str] = ()) -> pd.Series:
    r"""Return labels in which each class has one spelling, where they differ in nothing visible.

    Parameters: known : labels whose spellings are right
    >>> one_spelling(pd.Series(["ham", "spam\u200b", "spam", "spam"])).tolist()
    ['ham', 'spam', 'spam', 'spam']
    """
    right = {name for label in known for name in label.split(BETWEEN)}
    changed = spellings((name for label in labels.dropna() for name in label.split(BETWEEN)), right)
    return labels.map(partial(_respelled, changed), na_action="ignore") if changed else labels


def _respelled(changed: dict[str, str], label: str) -> str:
    return BETWEEN.join(sorted({changed.get(name, name) for name in label.split(BETWEEN)})) or BETWEEN


def split_labels(labels: tuple[str | None, ...]) -> tuple[Label, ...]:
    """Return several labels of a text, which `label_of` has put into one string, each for itself."""
    return tuple(None if label is None else tuple(filter(None, label.split(BETWEEN))) for label in labels)


def check_label_names(cells: pd.Series, config: DataConfig) -> None:
    """Refuse a name for a label that no text has.

    Raises:     DataError
    >>> check_label_names(pd.Series(["0", "1", None]), DataConfig(label_names={"O": "ham"}))
    Traceback (most recent call last):
    al_core.errors.DataError: data.label_names: no text has the label 'O'. There are: 0, 1
    """
    unnamed = config.model_copy(update={"label_names": None})
    labels = (label_of(cell, unnamed) or "" for cell in cells.dropna())
    known = {name for label in labels for name in label.split(BETWEEN)} - {""}
    for label in config.label_names or {}:
        if label not in known:
            there = sorted(known)
            raise DataError(
                f"data.label_names: no text has the label {label!r}{nearest(label, there)} There are: "
                f"{', '.join(there[:20])}"
            )
