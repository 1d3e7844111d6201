"""Where: the rows of a table that are meant."""

import re
from collections.abc import Sequence

import pandas as pd

from al_core.corpus import as_text
from al_core.errors import DataError, nearest

_CONDITION = re.compile(r"\s*(?P<column>.+?)\s*(?P<how>==|!=)\s*(?P<value>.*?)\s*")


def kept(rows: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    """Return the rows that all conditions hold for, such as `answer == accept` or `language != `.

    Raises:     DataError for a column that is not there, a condition that is none, and if no row is left
    >>> table = pd.DataFrame({"text": ["Hi", "Bye"], "answer": ["accept", "reject"]})
    >>> kept(table, ["answer == accept"])["text"].tolist()
    ['Hi']
    """
    for condition in conditions:
        rows = rows[_holds(rows, condition)]
    return rows


def _holds(rows: pd.DataFrame, condition: str) -> pd.Series:
    parts = _CONDITION.fullmatch(condition)
    if parts is None:
        raise DataError(f"data.where: {condition!r} is no condition, such as 'answer == accept' or 'answer != reject'")
    column, value = parts["column"], parts["value"].strip("'\"")
    if column not in rows:
        there = list(map(str, rows.columns))
        raise DataError(
            f"data.where: there is no column {column!r}{nearest(column, there)} There are: {', '.join(there)}"
        )
    cells = rows[column].astype("object")
    written = cells.map(as_text, na_action="ignore").where(cells.notna(), "")
    equal = written == value
    holds = equal if parts["how"] == "==" else ~equal
    if not holds.any():
        some = ", ".join(sorted(set(written))[:10])
        raise DataError(f"data.where: for no row does {condition!r} hold; column {column!r} has {some}")
    return holds
