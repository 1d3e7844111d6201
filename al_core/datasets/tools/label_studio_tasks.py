"""Label Studio's JSON: a task a text, with its annotations in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from al_core.datasets.tools.answers import ACCEPTED, REJECTED, SKIPPED, Answer, Answers
from al_core.datasets.tools.cells import is_plain, names_of, opt_text, plain_fields, seen, text_of
from al_core.errors import DataError, nearest

_KINDS = ("choices", "taxonomy")
_BETWEEN = " / "
NAME_TEXT = "name the field of the text with `data.text_column`"


def is_task(row: Mapping[str, Any]) -> bool:
    """Return whether an object is a task with annotations."""
    return isinstance(row.get("data"), Mapping) and isinstance(row.get("annotations", row.get("completions")), list)


def read_tasks(rows: Sequence[Mapping[str, Any]], text: str | None, label: str | None) -> Answers:
    """Read tasks with their annotations.

    Raises:     DataError as `label_studio.read` does
    """
    data = [_data(row, f"row {number}") for number, row in enumerate(rows, 1)]
    said = [list(_annotations(row, f"row {number}")) for number, row in enumerate(rows, 1)]
    control = _control([item for each in said for _, annotation in each for item in annotation["result"]], label)
    field = text or _text_field(data)
    texts, answers = [], []
    for position, (row, one) in enumerate(zip(rows, data, strict=True)):
        own = {"id": row["id"]} if is_plain(row.get("id")) and "id" in row else {}
        texts.append(
            plain_fields(one) | own | {"text": text_of(one, field, f"row {position + 1}: its data", NAME_TEXT)}
        )
        answers += [_answer(position, where, annotation, control) for where, annotation in said[position]]
    return Answers.of(texts, in_time(answers))


def in_time(answers: list[Answer]) -> list[Answer]:
    """Return the answers about each text in the order in which they were given: exports begin with the last."""
    return sorted(answers, key=lambda answer: (answer.row, answer.at or ""))


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
    labels = dict.fromkeys(name for item in items for name in chosen(item.get("value"), f"{where}: {control!r}"))
    at = annotation.get("updated_at") or annotation.get("created_at")
    by = who(annotation.get("completed_by"), f"{where}: `completed_by`")
    return Answer(position, tuple(labels), by, opt_text(at, f"{where}: its time"), _verdict(annotation))


def who(completed_by: object, where: str) -> str | None:
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


def chosen(value: object, where: str) -> tuple[str, ...]:
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
