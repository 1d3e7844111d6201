"""Label Studio's JSON_MIN, CSV and TSV: an annotation a row."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.cells import is_missing, name_of, opt_text, plain_fields, text_of
from al_core.datasets.tools.label_studio_tasks import NAME_TEXT, chosen, in_time, who
from al_core.errors import DataError, nearest

_OF_ANNOTATIONS = frozenset({
    "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history",
})  # fmt: skip


def read_rows(rows: Sequence[Mapping[str, Any]], text: str | None, label: str | None) -> Answers:
    """Read annotations, those of one task about one text.

    Raises:     DataError as `label_studio.read` does
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    field = text or ("_data_text" if "_data_text" in columns else "text")
    control = _label_column(columns, field, label)
    texts: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    answers = []
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        own = text_of(row, field, where, NAME_TEXT)
        place = places.setdefault(opt_text(row.get("id"), f"{where}: `id`") or f"text {own}", len(texts))
        if place == len(texts):
            texts.append(plain_fields(row, _OF_ANNOTATIONS | {control}) | {"text": own})
        elif texts[place]["text"] != own:
            raise DataError(f"{where} has the id {row['id']!r} of another text; a task's annotations have one text")
        answers += list(_flat_answer(place, row, control, where))
    return Answers.of(texts, in_time(answers))


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
        yield Answer(place, labels, who(row.get("annotator"), f"{where}: `annotator`"), at)


def _of_cell(cell: object, where: str) -> tuple[str, ...]:
    """Return the classes that a cell names: one, or a list or object of several, in a CSV as JSON."""
    cell = _parsed(cell) if isinstance(cell, str) else cell
    if is_missing(cell) or cell == "":
        return ()
    if isinstance(cell, list):
        return tuple(dict.fromkeys(name for one in cell for name in _of_item(one, where)))
    return _of_item(cell, where)


def _of_item(cell: object, where: str) -> tuple[str, ...]:
    return (name_of(cell, where),) if isinstance(cell, str) else chosen(cell, where)


def _parsed(cell: str) -> object:
    """Return what a cell holds as JSON, if that is a list or an object; else the cell, a name."""
    if not cell.lstrip().startswith(("[", "{")):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
