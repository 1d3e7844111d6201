"""Label Studio: exports as JSON, JSON_MIN, CSV and TSV, of projects whose `Choices` or `Taxonomy` classify texts.

JSON has a task a text, with each `annotation` in it (in old versions, `completion`); the others an annotation a row.
The label is what one control says, which has to be named where there are several. A choice in a taxonomy is its path,
`animals / cats`. Skipped annotations (`was_cancelled`) and those that a review rejected are no labels; predictions and
drafts are no answers. CSV, TSV and JSON_MIN hold no skipped annotations.

References: HumanSignal/label-studio-sdk 2.1.2, converter/converter.py, converter/exports/csv2.py, types/annotation.py;
https://labelstud.io/guide/task_format
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from al_core.datasets.tools.answers import Answers
from al_core.datasets.tools.cells import records
from al_core.datasets.tools.label_studio_rows import read_rows
from al_core.datasets.tools.label_studio_tasks import is_task, read_tasks


def looks_like(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether objects can only be Label Studio's: tasks of a JSON export, or the rows of a JSON_MIN one.

    >>> looks_like([{"id": 1, "data": {"text": "Hi"}, "annotations": []}]), looks_like([{"id": 1, "text": "Hi"}])
    (True, False)
    >>> looks_like([{"id": 1, "text": "Hi", "topic": {"choices": ["a", "b"]}, "annotator": 1}])
    True
    """
    return bool(rows) and (all(map(is_task, rows[:20])) or _is_flat(rows[:20]))


def looks_like_table(frame: pd.DataFrame) -> bool:
    """Return whether a table can only be Label Studio's.

    >>> looks_like_table(pd.DataFrame(columns=["annotation_id", "annotator", "id", "text", "topic"]))
    True
    """
    return {"annotation_id", "annotator"} <= set(map(str, frame.columns))


def _is_flat(rows: Sequence[Mapping[str, Any]]) -> bool:
    chosen = any(isinstance(cell, Mapping) and set(cell) == {"choices"} for row in rows for cell in row.values())
    return all("annotator" in row and (chosen or "annotation_id" in row) for row in rows)


def read(rows: Sequence[Mapping[str, Any]], text: str | None = None, label: str | None = None) -> Answers:
    """Read the objects of a JSON or JSON_MIN export.

    Parameters: text : the field of the text; else `text`, or the only one that holds text
                label : the control whose choices are the labels; else the only one
    Raises:     DataError for several fields or controls of which none is named, naming them; for controls that label
                parts of texts or rate them; for what is not as Label Studio writes it, with its row
    >>> chosen = {"type": "choices", "from_name": "topic", "to_name": "text", "value": {"choices": ["a"]}}
    >>> read([{"id": 1, "data": {"text": "Hi"}, "annotations": [{"result": [chosen]}]}]).answers.loc[0, "labels"]
    ('a',)
    """
    if rows and is_task(rows[0]):
        return read_tasks(rows, text, label)
    return read_rows(rows, text, label)


def read_table(frame: pd.DataFrame, text: str | None = None, label: str | None = None) -> Answers:
    """Read the table of a CSV or TSV export, whose cells are strings, several choices as JSON in them.

    >>> frame = pd.DataFrame({"id": ["1"], "annotation_id": ["5"], "annotator": ["2"], "text": ["Hi"]})
    >>> read_table(frame.assign(topic='{"choices": ["a", "b"]}')).answers.loc[0, "labels"]
    ('a', 'b')
    """
    return read_rows(records(frame), text, label)
