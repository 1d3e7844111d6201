"""Label Studio: exports as JSON, JSON_MIN, CSV and TSV, of projects whose `Choices` or `Taxonomy` classify texts.

JSON has a task a text, with each `annotation` in it (in old versions, `completion`); the others an annotation a row.
The label is what one control says, which has to be named where there are several. A choice in a taxonomy is its path,
`animals / cats`. Skipped annotations (`was_cancelled`) and those that a review rejected are no labels; predictions and
drafts are no answers. CSV, TSV and JSON_MIN hold no skipped annotations.

References: HumanSignal/label-studio-sdk 2.1.2, converter/converter.py, converter/exports/csv2.py, types/annotation.py;
https://labelstud.io/guide/task_format
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from al_core.datasets.tools.answers import ACCEPTED, REJECTED, SKIPPED, Answer, Answers
from al_core.datasets.tools.cells import (
    is_missing,
    is_plain,
    name_of,
    names_of,
    opt_text,
    plain_fields,
    records,
    seen,
    text_of,
)
from al_core.errors import DataError, nearest

_KINDS = ("choices", "taxonomy")
_OF_ANNOTATIONS = frozenset({
    "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history",
})  # fmt: skip
_BETWEEN = " / "


def looks_like(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether objects can only be Label Studio's: tasks of a JSON export, or the rows of a JSON_MIN one.

    >>> looks_like([{"id": 1, "data": {"text": "Hi"}, "annotations": []}]), looks_like([{"id": 1, "text": "Hi"}])
    (True, False)
    >>> looks_like([{"id": 1, "text": "Hi", "topic": {"choices": ["a", "b"]}, "annotator": 1}])
    True
    """
    return bool(rows) and (all(map(_is_task, rows[:20])) or _is_flat(rows[:20]))


def looks_like_table(frame: pd.DataFrame) -> bool:
    """Return whether a table can only be Label Studio's.

    >>> looks_like_table(pd.DataFrame(columns=["annotation_id", "annotator", "id", "text", "topic"]))
    True
    """
    return {"annotation_id", "annotator"} <= set(map(str, frame.columns))


def _is_task(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), Mapping) and isinstance(row.get("annotations", row.get("completions")), list)


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
    if rows and _is_task(rows[0]):
        return _read_tasks(rows, text, label)
    return _read_flat(rows, text, label)


def read_table(frame: pd.DataFrame, text: str | None = None, label: str | None = None) -> Answers:
    """Read the table of a CSV or TSV export, whose cells are strings, several choices as JSON in them.

    >>> frame = pd.DataFrame({"id": ["1"], "annotation_id": ["5"], "annotator": ["2"], "text": ["Hi"]})
    >>> read_table(frame.assign(topic='{"choices": ["a", "b"]}')).answers.loc[0, "labels"]
    ('a', 'b')
    """
    return _read_flat(records(frame), text, label)


# --- JSON: a task a text ----------------------------------------------------------------------------------------------


def _read_tasks(rows: Sequence[Mapping[str, Any]], text: str | None, label: str | None) -> Answers:
    data = [_data(row, f"row {number}") for number, row in enumerate(rows, 1)]
    said = [list(_annotations(row, f"row {number}")) for number, row in enumerate(rows, 1)]
    control = _control([item for each in said for _, annotation in each for item in annotation["result"]], label)
    field = text or _text_field(data)
    texts, answers = [], []
    for position, (row, one) in enumerate(zip(rows, data, strict=True)):
        own = {"id": row["id"]} if is_plain(row.get("id")) and "id" in row else {}
        texts.append(plain_fields(one) | own | {"text": text_of(one, field, f"row {position + 1}: its data")})
        answers += [_answer(position, where, annotation, control) for where, annotation in said[position]]
    return Answers.of(texts, answers)


def _data(row: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    data = row.get("data")
    if not isinstance(data, Mapping):
        raise DataError(f"{where}: `data` is {seen(data)}, and not the fields of a task; mend the row")
    return data


def _annotations(row: Mapping[str, Any], where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a task's annotations, each with a list of results, and where it is.

    Raises:     DataError for what is none
    """
    name = "annotations" if "annotations" in row else "completions"
    given = row.get(name) or []
    if not isinstance(given, list):
        raise DataError(f"{where}: `{name}` is {seen(given)}, and not a list; mend the row")
    for number, one in enumerate(given, 1):
        at = f"{where}, annotation {number}"
        results = one.get("result") or [] if isinstance(one, Mapping) else None
        if not isinstance(results, list) or not all(isinstance(item, Mapping) for item in results):
            raise DataError(f"{at} is {seen(one)}, whose `result` is no list of objects; export whole annotations")
        yield at, {**one, "result": results}


def _control(items: list[Mapping[str, Any]], label: str | None) -> str | None:
    """Return the control whose choices are the labels; None if nothing is labelled.

    Raises:     DataError if that is not clear, or the control does not classify whole texts
    """
    kinds: dict[str, str] = {}
    for item in items:
        if isinstance(item.get("from_name"), str):
            kinds.setdefault(item["from_name"], str(item.get("type"))[:30])
    choices = [name for name, kind in kinds.items() if kind in _KINDS]
    if label is None:
        return _only(choices, kinds)
    if kinds and label not in kinds:
        raise DataError(f"no control is called {label!r}{nearest(label, kinds)} There are: {', '.join(kinds)}")
    if kinds and label not in choices:
        raise DataError(
            f"the control {label!r} holds `{kinds[label]}`, which are no classes of texts; {_named(choices)}"
        )
    return label


def _only(choices: list[str], kinds: Mapping[str, str]) -> str | None:
    if len(choices) > 1:
        raise DataError(f"several controls classify the texts: {', '.join(choices)}; {_named(choices)}")
    if kinds and not choices:
        several = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
        raise DataError(f"no control holds choices that classify texts; there are: {several}")
    return choices[0] if choices else None


def _named(choices: list[str]) -> str:
    return f"name the one with `data.label_column`, such as {choices[0]!r}" if choices else "export another project"


def _text_field(data: Sequence[Mapping[str, Any]]) -> str:
    """Return the field of the text.

    Raises:     DataError if that is not clear
    """
    fields = dict.fromkeys(name for one in data for name in one)
    if "text" in fields or not fields:
        return "text"
    strings = [name for name in fields if all(isinstance(one.get(name), str) for one in data)]
    if len(strings) == 1:
        return strings[0]
    raise DataError(f"which field of the tasks is the text? There are: {', '.join(fields)}; name it with "
                    "`data.text_column`")  # fmt: skip


def _answer(position: int, where: str, annotation: Mapping[str, Any], control: str | None) -> Answer:
    items = [item for item in annotation["result"] if item.get("from_name") == control]
    if len({str(item.get("to_name")) for item in items}) > 1:
        raise DataError(f"{where}: {control!r} classifies several parts of the task; label each in a task of its own")
    labels = dict.fromkeys(name for item in items for name in _chosen(item.get("value"), f"{where}: {control!r}"))
    at = annotation.get("updated_at") or annotation.get("created_at")
    who = _who(annotation.get("completed_by"), f"{where}: `completed_by`")
    return Answer(position, tuple(labels), who, opt_text(at, f"{where}: its time"), _verdict(annotation))


def _who(completed_by: object, where: str) -> str | None:
    """Return an annotator's e-mail address or number."""
    if isinstance(completed_by, Mapping):
        return opt_text(completed_by.get("email") or completed_by.get("id"), where)
    return opt_text(completed_by, where)


def _verdict(annotation: Mapping[str, Any]) -> str:
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        return SKIPPED
    reviews = annotation.get("reviews")
    last = reviews[-1] if isinstance(reviews, list) and reviews else None
    rejected = isinstance(last, Mapping) and last.get("accepted") is False
    return REJECTED if rejected or annotation.get("last_action") == "rejected" else ACCEPTED


def _chosen(value: object, where: str) -> tuple[str, ...]:
    """Return the classes that a result names.

    Raises:     DataError for one of a part of a text, and for what is neither choices nor a taxonomy
    """
    kinds = [kind for kind in _KINDS if isinstance(value, Mapping) and kind in value]
    if not isinstance(value, Mapping) or not kinds:
        raise DataError(f"{where} holds {seen(value)}, and no choices; name the control that classifies the texts")
    if {"start", "end"} & set(value):
        raise DataError(f"{where} classifies a part of the text, {seen(value)}; export choices of whole texts")
    if kinds[0] == "choices":
        return names_of(value["choices"], where)
    paths = value["taxonomy"]
    if not isinstance(paths, list):
        raise DataError(f"{where} holds {seen(paths)} where a list of paths should be; mend the row")
    return tuple(dict.fromkeys(_BETWEEN.join(names_of(path, where)) for path in paths))


# --- JSON_MIN, CSV, TSV: an annotation a row --------------------------------------------------------------------------


def _read_flat(rows: Sequence[Mapping[str, Any]], text: str | None, label: str | None) -> Answers:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    field = text or ("_data_text" if "_data_text" in columns else "text")
    control = _label_column(columns, field, label)
    texts: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    answers = []
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        own = text_of(row, field, where)
        place = places.setdefault(opt_text(row.get("id"), f"{where}: `id`") or f"text {own}", len(texts))
        if place == len(texts):
            texts.append(plain_fields(row, _OF_ANNOTATIONS | {control}) | {"text": own})
        elif texts[place]["text"] != own:
            raise DataError(f"{where} has the id {row['id']!r} of another text; a task's annotations have one text")
        answers += list(_flat_answer(place, row, control, where))
    return Answers.of(texts, answers)


def _label_column(columns: list[str], text: str, label: str | None) -> str:
    """Return the column of the control whose choices are the labels.

    Raises:     DataError if that is not clear
    """
    others = [name for name in columns if name not in _OF_ANNOTATIONS | {"id", text}]
    if label is not None and columns and label not in columns:
        raise DataError(
            f"no control or column is called {label!r}{nearest(label, others)} There are: {', '.join(others)}"
        )
    if label is None and columns and len(others) != 1:
        raise DataError(f"which column holds the labels? There are: {', '.join(others) or 'none'}; name it with "
                        "`data.label_column`")  # fmt: skip
    return label or (others[0] if others else "label")


def _flat_answer(place: int, row: Mapping[str, Any], control: str, where: str) -> Iterator[Answer]:
    """Yield what a row says, unless it is of a task that nobody annotated."""
    labels = _of_cell(row.get(control), f"{where}: {control!r}")
    if labels or opt_text(row.get("annotation_id"), f"{where}: `annotation_id`"):
        at = opt_text(row.get("updated_at"), f"{where}: `updated_at`")
        at = at or opt_text(row.get("created_at"), f"{where}: `created_at`")
        yield Answer(place, labels, _who(row.get("annotator"), f"{where}: `annotator`"), at)


def _of_cell(cell: object, where: str) -> tuple[str, ...]:
    """Return the classes that a cell names: one, or a list or object of several, in a CSV as JSON."""
    cell = _parsed(cell) if isinstance(cell, str) else cell
    if is_missing(cell) or cell == "":
        return ()
    if isinstance(cell, list):
        return tuple(dict.fromkeys(name for one in cell for name in _of_item(one, where)))
    return _of_item(cell, where)


def _of_item(cell: object, where: str) -> tuple[str, ...]:
    return (name_of(cell, where),) if isinstance(cell, str) else _chosen(cell, where)


def _parsed(cell: str) -> object:
    """Return what a cell holds as JSON, if that is a list or an object; else the cell, a name."""
    if not cell.lstrip().startswith(("[", "{")):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
