"""doccano: what its export of a text classification project holds, of all versions.

From 1.1 on an object or row a text: `id`, `text`, its metadata, `label` (in CSV joined by `#`), `Comments`; intent
detection has `cats` instead of `label`. Before, `annotations` of each user, with ids of labels and in the last of these
versions their names; in CSV a row an annotation. An empty list says that nobody labelled the text yet, or that nothing
fits: doccano does not tell these apart, so it is read as unlabelled.

References: doccano/doccano, backend/data_export/pipeline/factories.py (1.8.4), app/api/utils.py (1.0)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from al_core.corpus import as_text
from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.cells import is_missing, name_of, names_of, opt_text, plain_fields, records, seen, text_of
from al_core.errors import DataError

_LABELS = ("label", "labels", "cats")
_LEFT_OUT = frozenset({*_LABELS, "annotations", "entities", "relations", "Comments"})


def looks_like(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether objects can only be doccano's: they have `Comments`, or an `annotation_approver`.

    >>> looks_like([{"id": 1, "text": "Hi", "label": ["a"], "Comments": []}]), looks_like([{"text": "Hi", "label": []}])
    (True, False)
    """
    return bool(rows) and all(map(_is_row, rows[:20]))


def _is_row(row: Mapping[str, Any]) -> bool:
    listed = any(isinstance(row.get(name), list) for name in (*_LABELS, "annotations"))
    return "text" in row and listed and (isinstance(row.get("Comments"), list) or "annotation_approver" in row)


def looks_like_table(frame: pd.DataFrame) -> bool:
    """Return whether a table can only be doccano's.

    >>> looks_like_table(pd.DataFrame(columns=["id", "text", "label", "Comments"]))
    True
    """
    columns = set(map(str, frame.columns))
    return {"text", "label"} < columns and ({"id", "Comments"} < columns or {"user", "annotation_approver"} < columns)


def read(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> Answers:
    """Read the objects of a JSON or JSONL export.

    Parameters: names : the name of each label's id, for versions that write ids alone; else the ids are the names
    Raises:     DataError for spans, relations and what is not as doccano writes it, with its row
    >>> read([{"id": 7, "text": "Hi", "label": ["greeting"], "Comments": []}]).answers.loc[0, "labels"]
    ('greeting',)
    """
    texts, answers = [], []
    for position, row in enumerate(rows):
        where = f"row {position + 1}"
        texts.append(plain_fields(row, _LEFT_OUT) | {"text": text_of(row, "text", where)})
        answers += list(_answers(row, position, where, names))
    return Answers.of(texts, answers)


def _answers(
    row: Mapping[str, Any], position: int, where: str, names: Mapping[str, str] | None = None
) -> Iterator[Answer]:
    if isinstance(row.get("annotations"), list):
        yield from _by_user(row["annotations"], position, f"{where}: `annotations`", names)
        return
    field = next((name for name in _LABELS if name in row), None)
    if field is None:
        raise DataError(f"{where} has no `label`{_instead(row)}; export a project that classifies texts")
    labels = _whole_texts(row[field], f"{where}: `{field}`")
    if labels:
        yield Answer(position, labels)


def _instead(row: Mapping[str, Any]) -> str:
    parts = [f"`{name}`" for name in ("entities", "relations") if name in row]
    return f", but {' and '.join(parts)}, which are of parts of a text" if parts else f", but is {seen(row)}"


def _whole_texts(labels: object, where: str) -> tuple[str, ...]:
    """Return the labels of a text as a whole.

    Raises:     DataError for those of parts of it
    """
    if isinstance(labels, list) and any(isinstance(label, list | dict) for label in labels):
        raise DataError(f"{where} holds labels of parts of the text, with their places; export a project that "
                        "classifies whole texts")  # fmt: skip
    return names_of([labels] if isinstance(labels, str) else labels, where)


def _by_user(
    annotations: list[Any], position: int, where: str, names: Mapping[str, str] | None = None
) -> Iterator[Answer]:
    """Yield an answer a user: the labels that the user gave."""
    labels: dict[str | None, list[str]] = {}
    times: dict[str | None, str | None] = {}
    for one in annotations:
        if not isinstance(one, Mapping) or "start_offset" in one or not {"label", "label_name"} & set(one):
            raise DataError(f"{where} holds {seen(one)} where a label of the whole text should be; mend the row")
        user = opt_text(one.get("user_name", one.get("user")), f"{where}: `user`")
        labels.setdefault(user, []).append(_name(one, where, names))
        times[user] = opt_text(one.get("updated_at"), f"{where}: `updated_at`") or times.get(user)
    yield from (Answer(position, tuple(dict.fromkeys(of)), user, times[user]) for user, of in labels.items())


def _name(annotation: Mapping[str, Any], where: str, names: Mapping[str, str] | None) -> str:
    given = annotation.get("label_name")
    if not is_missing(given):
        return name_of(given, f"{where}: `label_name`")
    number = name_of(annotation.get("label"), f"{where}: `label`")
    if names is None:
        return number
    if number not in names:
        there = ", ".join(f"{id}={name}" for id, name in names.items())
        raise DataError(f"{where} holds the label {number!r}, which has no name; there are: {there}")
    return names[number]


def read_table(frame: pd.DataFrame, names: Mapping[str, str] | None = None) -> Answers:
    """Read the table of a CSV export, whose cells are strings.

    >>> frame = pd.DataFrame({"id": ["1", "2"], "text": ["Hi", "Bye"], "label": ["a#b", None], "Comments": ["", ""]})
    >>> read_table(frame).answers["labels"].tolist()
    [('a', 'b')]
    """
    rows = records(frame)
    if "annotation_approver" in frame:
        return read(_gathered(rows), names)
    return read([{**row, "label": _split(row.get("label")), "Comments": []} for row in rows], names)


def _split(cell: object) -> list[str]:
    return [] if is_missing(cell) or cell == "" else as_text(cell).split("#")


def _gathered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return an object a text of a row an annotation."""
    of_annotations = {"label", "label_name", "user", "user_name", "created_at", "updated_at", "manual"}
    texts: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        text = {name: cell for name, cell in row.items() if name not in of_annotations}
        key = (str(row.get("id")), str(row.get("text")))
        one = texts.setdefault(key, text | {"annotations": []})
        one["annotations"].append({name: row[name] for name in of_annotations & set(row)})
    return list(texts.values())
