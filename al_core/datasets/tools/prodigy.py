"""Prodigy: tasks with their answers, as `prodigy db-out` writes them: an object an answer.

Binary tasks have a `label`, which an answer accepts or rejects; a choice has `options`, and their ids in `accept`. The
answers about one text, and those of several annotators, stand in lines of their own, and are brought together by the
text and its `_input_hash`. What is rejected is not the label, and nothing is made of that; a text whose every answer is
rejected or ignored is unlabelled. A choice accepted without an option says that none of them fits.

References: https://prodi.gy/docs/api-interfaces (classification, choice), https://prodi.gy/docs/api-database
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from al_core.datasets.tools.answers import ACCEPTED, IGNORED, REJECTED, Answer, Answers
from al_core.datasets.tools.cells import is_missing, name_of, names_of, opt_text, plain_fields, seen, text_of
from al_core.errors import DataError

_VERDICTS = {"accept": ACCEPTED, "reject": REJECTED, "ignore": IGNORED}
_HASHES = {"_input_hash", "_task_hash"}
_OF_ANSWERS = frozenset({
    "answer", "label", "accept", "options", "_task_hash", "_session_id", "_annotator_id", "_timestamp", "_view_id",
    "_is_binary", "score", "priority", "config", "versions", "sessions",
})  # fmt: skip


def looks_like(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether objects can only be Prodigy's: each has an `answer` of its three, and hashes or options.

    >>> looks_like([{"text": "Hi", "label": "greeting", "_input_hash": 1, "answer": "reject"}])
    True
    >>> looks_like([{"text": "Hi", "label": "greeting", "answer": "reject"}])
    False
    """
    return bool(rows) and all(map(_is_task, rows[:20]))


def _is_task(row: Mapping[str, Any]) -> bool:
    answer = row.get("answer")
    chosen = isinstance(row.get("accept"), list) and isinstance(row.get("options"), list)
    return isinstance(answer, str) and answer in _VERDICTS and (chosen or bool(_HASHES & set(row)))


def read(rows: Sequence[Mapping[str, Any]]) -> Answers:
    """Read tasks; one without an `answer` is a text that nobody has answered.

    Raises:     DataError for spans and what is not as Prodigy writes it, with its row
    >>> said = read([{"text": "Hi", "label": "greeting", "answer": "reject", "_session_id": "mail-ann"}])
    >>> said.answers.loc[0, ["labels", "annotator", "verdict"]].tolist()
    [('greeting',), 'mail-ann', 'rejected']
    """
    texts: list[dict[str, Any]] = []
    places: dict[tuple[str | None, str | None], int] = {}
    given: dict[tuple[int, str | None], list[_Line]] = {}
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        text = text_of(row, "text", where)
        key = (text, opt_text(row.get("_input_hash"), f"{where}: `_input_hash`"))
        if key not in places:
            places[key] = len(texts)
            texts.append(plain_fields(row, _OF_ANSWERS) | {"text": text})
        given.setdefault((places[key], _annotator(row, where)), []).append(_line(row, where))
    return Answers.of(
        texts, [answer for (place, who), lines in given.items() for answer in _answers(place, who, lines)]
    )


class _Line(NamedTuple):
    """One answer: to a binary task, or to a choice."""

    binary: bool
    labels: tuple[str, ...]
    at: str | None
    verdict: str | None


def _line(row: Mapping[str, Any], where: str) -> _Line:
    """Return what a line answers.

    Raises:     DataError for an answer that is none of Prodigy's, and for what it cannot be about
    """
    answer, at = row.get("answer"), opt_text(row.get("_timestamp"), f"{where}: `_timestamp`")
    if not is_missing(answer) and (not isinstance(answer, str) or answer not in _VERDICTS):
        raise DataError(f"{where}: the `answer` is {seen(answer)}, and not accept, reject or ignore; mend the row")
    verdict = _VERDICTS[answer] if isinstance(answer, str) else None
    if "accept" in row or "options" in row:
        return _Line(False, _chosen(row, where), at, verdict)
    if verdict is None:
        return _Line(True, (), at, verdict)
    if is_missing(row.get("label")):
        parts = [name for name in ("spans", "relations", "image", "audio_spans") if row.get(name)]
        what = f"only `{parts[0]}`, which are of parts of it" if parts else "neither `label` nor `accept`"
        raise DataError(f"{where} has an answer, but {what}; export tasks that classify texts")
    return _Line(True, (name_of(row["label"], f"{where}: `label`"),), at, verdict)


def _chosen(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Return the ids of the options that were chosen.

    Raises:     DataError for one that is not among the options
    """
    accept = row.get("accept", [])
    chosen = names_of([accept] if isinstance(accept, str | int) else accept or [], f"{where}: `accept`")
    options = row.get("options", [])
    if not isinstance(options, list) or not all(isinstance(one, Mapping) for one in options):
        raise DataError(f"{where}: the `options` are {seen(options)}, and not a list of objects; mend the row")
    ids = [name_of(one.get("id"), f"{where}: an id of `options`") for one in options]
    unknown = [name for name in chosen if name not in ids]
    if options and unknown:
        raise DataError(
            f"{where} accepts {unknown[0]!r}, which is not among its options: {', '.join(ids)}; mend the row"
        )
    return chosen


def _annotator(row: Mapping[str, Any], where: str) -> str | None:
    names = (opt_text(row.get(field), f"{where}: `{field}`") for field in ("_annotator_id", "_session_id"))
    return next((name for name in names if name), None)


def _answers(place: int, annotator: str | None, lines: list[_Line]) -> Iterator[Answer]:
    """Yield what one annotator said of one text; of several lines about one binary label the last counts."""
    for line in lines:
        if not line.binary and line.verdict is not None:
            yield Answer(place, line.labels, annotator, line.at, line.verdict)
    last = {line.labels: line for line in lines if line.binary and line.verdict is not None}
    accepted = [line for line in last.values() if line.verdict == ACCEPTED]
    if accepted:
        labels = tuple(name for line in accepted for name in line.labels)
        yield Answer(place, labels, annotator, accepted[-1].at, ACCEPTED)
    for line in last.values():
        if line.verdict is not None and line.verdict != ACCEPTED:
            yield Answer(place, line.labels, annotator, line.at, line.verdict)
