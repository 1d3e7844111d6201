"""Answers: what people said of texts, as a tool wrote it, and the one label a text that a rule makes of it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from al_core.errors import DataError, nearest

ACCEPTED, REJECTED, IGNORED, SKIPPED = "accepted", "rejected", "ignored", "skipped"
MAJORITY = "majority"


class Answer(NamedTuple):
    """What somebody said of one text.

    Parameters: row : the text's position among the texts
                labels : its classes; none of them if empty
                annotator : who said so, if the tool names them
                at : when, as the tool wrote it
                verdict : accepted, rejected, ignored or skipped; only the accepted are labels
    """

    row: int
    labels: tuple[str, ...]
    annotator: str | None = None
    at: str | None = None
    verdict: str = ACCEPTED


@dataclass(frozen=True)
class Answers:
    """Texts, and what was said of them.

    Parameters: texts : a row a text: `text`, `id` where the tool has ids, and its other plain fields, as read
                answers : a row an answer: row, labels, annotator, at, verdict
    """

    texts: pd.DataFrame
    answers: pd.DataFrame

    @classmethod
    def of(cls, texts: Sequence[dict[str, Any]], answers: Sequence[Answer]) -> "Answers":
        """Return texts and answers as tables, whose cells are as given.

        >>> Answers.of([{"text": "Hi"}], [Answer(0, ("greeting",))]).answers.loc[0, "labels"]
        ('greeting',)
        """
        table = pd.DataFrame(list(answers), columns=list(Answer._fields), dtype="object")
        columns = list(dict.fromkeys(name for text in texts for name in ("text", *text)))
        return cls(pd.DataFrame(list(texts), columns=columns or ["text"], dtype="object"), table)

    def __iter__(self) -> Iterator[Answer]:
        """Yield each answer."""
        return map(Answer._make, self.answers.itertuples(index=False, name=None))

    @property
    def annotators(self) -> list[str]:
        """Return who answered, sorted."""
        return sorted(set(self.answers["annotator"].dropna()))


def settled(answers: Answers, rule: str = MAJORITY) -> tuple[list[tuple[str, ...] | None], dict[str, int]]:
    """Return one label (its classes, sorted) a text by a rule, None where there is none, and what was counted.

    Only accepted answers count, and of one annotator's about a text the last. Those that name no annotator count each.

    Parameters: rule : "majority", by which a tie leaves a text unlabelled; or the name of the one annotator to go by
    Returns:    labels; counts for `told`
    Raises:     DataError for an annotator who did not answer, naming the nearest
    >>> said = [Answer(0, ("a",), "Ann"), Answer(0, ("b",), "Bob"), Answer(1, ("a",), "Ann", None, "rejected")]
    >>> both = Answers.of([{"text": "Hi"}, {"text": "Bye"}], said)
    >>> settled(both)[0], settled(both, "Bob")[0]
    ([None, None], [('b',), None])
    >>> told(settled(both)[1])
    '1 rejected answer is no label, 1 text has several answers, on 1 of them they differ, 1 tie left unlabelled'
    """
    if rule != MAJORITY:
        _check_annotator(rule, answers.annotators)
    votes = _votes(answers)
    labels = [_chosen(list(votes.get(row, {}).items()), rule) for row in range(len(answers.texts))]
    return labels, _counts(answers, votes) | {"ties": _ties(votes) if rule == MAJORITY else 0}


def one_each(labels: Sequence[tuple[str, ...] | None]) -> bool:
    """Return whether each label is of exactly one class: lists of one name are names.

    >>> one_each([("a",), None]), one_each([("a", "b")]), one_each([()]), one_each([None])
    (True, False, False, True)
    """
    return all(label is None or len(label) == 1 for label in labels)


_TOLD = {
    "rejected": ("rejected answer is no label", "rejected answers are no labels"),
    "ignored": ("ignored answer is no label", "ignored answers are no labels"),
    "skipped": ("skipped answer is no label", "skipped answers are no labels"),
    "replaced": ("answer replaced by its annotator's later one", "answers replaced by their annotators' later ones"),
    "several": ("text has several answers", "texts have several answers"),
    "differ": ("of them they differ", "of them they differ"),
    "ties": ("tie left unlabelled", "ties left unlabelled"),
}


def told(counts: dict[str, int]) -> str:
    """Say what `settled` counted, leaving out what did not occur.

    >>> told({"skipped": 3, "ties": 0})
    '3 skipped answers are no labels'
    """
    said = [(name, counts.get(name, 0)) for name in _TOLD]
    return ", ".join(
        f"{'on ' * (name == 'differ')}{count:,} {_TOLD[name][count != 1]}" for name, count in said if count
    )


def _check_annotator(name: str, known: list[str]) -> None:
    if name in known:
        return
    if not known:
        raise DataError(f"no answer names its annotator, so not {name!r} either; go by {MAJORITY!r}")
    raise DataError(f"no answer is by {name!r}{nearest(name, known)} There are: {', '.join(known)}; or {MAJORITY!r}")


def _votes(answers: Answers) -> dict[int, dict[Hashable, tuple[str, ...]]]:
    """Return of each text each annotator's last accepted answer; one without a name has its position for one."""
    votes: dict[int, dict[Hashable, tuple[str, ...]]] = {}
    for position, answer in enumerate(answers):
        if answer.verdict == ACCEPTED:
            voter = position if answer.annotator is None else answer.annotator
            votes.setdefault(answer.row, {})[voter] = tuple(sorted(set(answer.labels)))
    return votes


def _chosen(votes: list[tuple[Hashable, tuple[str, ...]]], rule: str) -> tuple[str, ...] | None:
    if rule != MAJORITY:
        return dict(votes).get(rule)
    top = _top(label for _, label in votes)
    return top[0] if len(top) == 1 else None


def _top(labels: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the labels that were given most often."""
    labels = list(labels)
    if len(labels) == 1:
        return labels
    often = Counter(labels)
    most = max(often.values(), default=0)
    return [label for label, count in often.items() if count == most]


def _counts(answers: Answers, votes: dict[int, dict[Hashable, tuple[str, ...]]]) -> dict[str, int]:
    verdicts = Counter(answers.answers["verdict"])
    several = [given for given in votes.values() if len(given) > 1]
    return {
        "answers": len(answers.answers),
        **{verdict: verdicts[verdict] for verdict in (REJECTED, IGNORED, SKIPPED)},
        "replaced": verdicts[ACCEPTED] - sum(map(len, votes.values())),
        "several": len(several),
        "differ": sum(len(set(given.values())) > 1 for given in several),
    }


def _ties(votes: dict[int, dict[Hashable, tuple[str, ...]]]) -> int:
    return sum(len(_top(given.values())) > 1 for given in votes.values())
