"""One-hot columns: a column a class, and in it whether a text has it.

Yes is 1, true, yes, y or x; no is 0, false, no or n. An empty cell is a no in a table that writes none otherwise; in
one that does, a row's cells have to be all empty, for a text that nobody labelled, or none.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from al_core.corpus import as_text
from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.cells import seen
from al_core.errors import DataError, nearest

_YES = {"1", "true", "yes", "y", "x"}
_NO = {"0", "false", "no", "n"}


def looks_like(frame: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Return whether columns hold nothing but yes and no, and some of either.

    >>> looks_like(pd.DataFrame({"a": ["1", "0"], "b": ["0", None]}), ["a", "b"])
    True
    """
    cells = {_written(cell) for name in columns if name in frame for cell in frame[name]} - {None}
    return bool(columns) and set(columns) <= set(frame.columns) and bool(cells) and cells <= _YES | _NO


def read(frame: pd.DataFrame, columns: Sequence[str], text: str = "text") -> Answers:
    """Read a table's texts, and the names of the columns that say yes.

    Parameters: columns : a column a class
                text : the column of the text
    Raises:     DataError for a column that is not there, and a cell that says neither, with its row and column
    >>> frame = pd.DataFrame({"text": ["Hi", "Bye", "Hm"], "hello": [1, 0, 0], "bye": [0, 1, 0]})
    >>> read(frame, ["hello", "bye"]).answers["labels"].tolist()
    [('hello',), ('bye',), ()]
    """
    _check_columns(frame, [text, *columns])
    yes, no, empty = _told(frame, columns)
    _check_gaps(columns, empty, written=bool(no.any()))
    texts = frame.drop(columns=[name for name in columns if name != text]).rename(columns={text: "text"})
    labelled = np.flatnonzero(~empty.all(axis=1))
    answers = [
        Answer(int(row), tuple(name for name, has in zip(columns, yes[row], strict=True) if has)) for row in labelled
    ]
    return Answers(texts.astype("object").reset_index(drop=True), Answers.of([], answers).answers)


def _check_columns(frame: pd.DataFrame, names: list[str]) -> None:
    there = list(map(str, frame.columns))
    for name in names:
        if name not in there:
            raise DataError(f"no column {name!r}{nearest(name, there)} There are: {', '.join(there)}")
        if names.count(name) > 1 or there.count(name) > 1:
            raise DataError(f"the column {name!r} is there or named more than once; each is one class, or the text")


def _told(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which cells say yes, which no, and which nothing: (n, c) bool each."""
    cells = np.array([[_written(cell) for cell in frame[name]] for name in columns], dtype=object).T
    cells = cells.reshape(len(frame), len(columns))
    yes, no = np.isin(cells, list(_YES)), np.isin(cells, list(_NO))
    empty = cells == None  # noqa: E711
    wrong = np.argwhere(~(yes | no | empty))
    if len(wrong):
        row, column = map(int, wrong[0])
        raise DataError(
            f"row {row + 1}, column {columns[column]!r} holds {seen(frame[columns[column]].iloc[row])}, which is "
            "neither yes (1, true, yes, x) nor no (0, false, no, empty); mend it, or leave the column out"
        )
    return yes, no, empty


def _written(cell: Any) -> str | None:
    """Return a cell in small letters; None if it is empty."""
    if not pd.api.types.is_scalar(cell):
        return "a list or an object"
    return None if pd.isna(cell) else as_text(cell).strip().lower().removesuffix(".0") or None


def _check_gaps(columns: Sequence[str], empty: np.ndarray, written: bool) -> None:
    """Refuse a row of which some cells are empty in a table that writes out what is not.

    Raises:     DataError
    """
    partly = np.flatnonzero(empty.any(axis=1) & ~empty.all(axis=1))
    if written and len(partly):
        row = int(partly[0])
        raise DataError(
            f"row {row + 1}, column {columns[int(empty[row].argmax())]!r} is empty, while others say no; write 0 "
            "there, or empty all of them if the text has no labels yet"
        )
