"""The corpus: every text once, with its id and, where it is known, its label."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from al_core.errors import DataError
from al_core.letters import says_something
from al_core.spelling import trimmed

UNLABELLED = -1

Label = str | tuple[str, ...] | None
"""A text's class; its classes, sorted, where texts can have several or none; None where that is not known."""


def names(label: Label) -> tuple[str, ...]:
    """Return the classes of a label.

    >>> names("spam"), names(("cold", "wet")), names(None)
    (('spam',), ('cold', 'wet'), ())
    """
    return (label,) if isinstance(label, str) else label or ()


@dataclass(frozen=True, repr=False)
class Corpus:
    """Texts with ids and labels; a *row* is a text's position in here, and never changes.

    Parameters: ids : (n,) unique strings
                texts : (n,) cleaned texts, none empty
                labels : (n,) class names, or tuples of them; None where the label is not known
                n_test : how many rows, the last ones, are the test set; 0 where it is still to be split off
    Raises:     DataError for columns that are not of one length, ids that are there twice, labels that are no names
    >>> corpus = Corpus(("a", "b", "c"), ("hi", "win cash", "hm"), ("ham", "spam", None))
    >>> corpus.classes, corpus.codes.tolist()
    (('ham', 'spam'), [0, 1, -1])
    >>> weather = Corpus(("a", "b", "c"), ("brr", "hm", "so"), (("cold", "wet"), (), None))
    >>> weather.classes, weather.codes.tolist(), weather.labelled.tolist()
    (('cold', 'wet'), [[1, 1], [0, 0], [-1, -1]], [True, True, False])
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[Label, ...]
    n_test: int = 0

    def __post_init__(self) -> None:
        lengths = {"ids": len(self.ids), "texts": len(self.texts), "labels": len(self.labels)}
        if len(set(lengths.values())) > 1:
            raise DataError(
                f"a corpus has an id, a text and a label a row, None for an unknown label; here are {lengths}"
            )
        if len(set(self.ids)) < len(self):
            twice = pd.Series(self.ids)[pd.Series(self.ids).duplicated()].iloc[0]
            raise DataError(f"the id {twice!r} is in the corpus more than once; ids have to be unique")
        wrong = next((label for label in self.labels if not isinstance(label, str | tuple | None)), None)
        if wrong is not None:
            raise DataError(f"the label {wrong!r} is no name; `Corpus.of` makes one of it")

    @classmethod
    def of(cls, texts: Sequence[str], labels: Sequence[Any]) -> "Corpus":
        """Return texts and labels as a corpus, whose ids are the positions.

        Parameters: texts, labels : (n,) as for `al_core.rank`
        Raises:     DataError for what is not text, or is empty, and for as many labels as there are not texts
        >>> Corpus.of(["a", "b"], ["x", float("nan")]).labels
        ('x', None)
        """
        texts, labels = checked_texts(texts), _column(labels, "labels")
        if len(texts) != len(labels):
            raise DataError(
                f"there are {len(texts)} texts and {len(labels)} labels; give a label for each, None for unknown"
            )
        _check_no_indicators(labels)
        return cls(tuple(map(str, range(len(texts)))), texts, tuple(map(_label, labels)))

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the class names, sorted."""
        return tuple(sorted({name for label in self.labels for name in names(label)}))

    @cached_property
    def multilabel(self) -> bool:
        """Return whether a text can have several classes, or none."""
        return any(isinstance(label, tuple) for label in self.labels)

    @cached_property
    def labelled(self) -> np.ndarray:
        """Return of which texts the label is known: (n,) bool."""
        return np.array([label is not None for label in self.labels], dtype=bool)

    @cached_property
    def codes(self) -> np.ndarray:
        """Return each text's class as a position in `classes`; -1 where it is unlabelled.

        Where texts can have several: (n, c), 1 for each class that a text has, else 0.
        """
        code: dict[Label, int] = {name: position for position, name in enumerate(self.classes)}
        if not self.multilabel:
            return np.array([code.get(label, UNLABELLED) for label in self.labels], dtype=np.int64)
        codes = np.where(self.labelled, 0, UNLABELLED)[:, None].repeat(len(code), axis=1)
        for row, label in enumerate(self.labels):
            codes[row, [code[name] for name in names(label)]] = 1
        return codes

    @cached_property
    def fingerprint(self) -> str:
        """Return 12 hexadecimal digits that change with any id, text or label."""
        digest = sha256()
        for row in zip(self.ids, self.texts, self.labels, self.in_test.tolist(), strict=True):
            digest.update("\x1f".join(map(repr, row)).encode("utf-8", "surrogatepass") + b"\x1e")
        return digest.hexdigest()[:12]

    @property
    def in_test(self) -> np.ndarray:
        """Return which rows are the given test set."""
        return np.arange(len(self)) >= len(self) - self.n_test

    def distinct(self) -> "Corpus":
        """Return each text once, with its label; without those whose labels differ.

        >>> Corpus.of(["a", "b", "a", "b"], ["x", "y", "x", None]).distinct().texts
        ('a', 'b')
        """
        labels_of: dict[str, set[Label]] = {}
        for text, label in zip(self.texts, self.labels, strict=True):
            labels_of.setdefault(text, set()).update(() if label is None else (label,))
        first = {text: row for row, text in reversed(list(enumerate(self.texts))) if len(labels_of[text]) < 2}
        rows = sorted(first.values())
        labels = tuple(next(iter(labels_of[self.texts[row]]), None) for row in rows)
        return Corpus(tuple(self.ids[row] for row in rows), tuple(self.texts[row] for row in rows), labels)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"Corpus({len(self):,} texts, {int(self.labelled.sum()):,} labelled, {len(self.classes)} classes)"

    def to_table(self) -> pa.Table:
        """Return the corpus as a table: id, text, label, in_test."""
        strings = {"id": pa.array(self.ids, pa.string()), "text": pa.array(self.texts, pa.string())}
        labels = pa.array(self.labels, pa.list_(pa.string()) if self.multilabel else pa.string())
        return pa.table(strings | {"label": labels, "in_test": self.in_test})

    @classmethod
    def from_table(cls, table: pa.Table) -> "Corpus":
        """Return the corpus that `to_table` wrote."""
        ids, texts, labels = (tuple(table[name].to_pylist()) for name in ("id", "text", "label"))
        if pa.types.is_list(table["label"].type):
            labels = tuple(label if label is None else tuple(label) for label in labels)
        return cls(ids, texts, labels, n_test=sum(table["in_test"].to_pylist()))


def check_corpus(corpus: Any) -> None:
    """Refuse what is no corpus.

    Raises:     DataError
    """
    if not isinstance(corpus, Corpus):
        raise DataError(f"a Corpus is needed, such as `Corpus.of(texts, labels)`, and not a {type(corpus).__name__}")


def checked_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts, each of which has to say something.

    Raises:     DataError for what is no list of strings, or holds an empty one
    """
    several = _column(texts, "texts")
    for position, text in enumerate(several):
        if not isinstance(text, str) or not says_something(text):
            raise DataError(f"texts[{position}] is {text!r}; each has to be a string that says something")
    return tuple(map(str, several))  # of an array they are strings of numpy's own


def _column(values: Any, what: str) -> list[Any]:
    if not isinstance(values, list | tuple | np.ndarray | pd.Series | pd.Index | pa.Array | pa.ChunkedArray):
        raise DataError(f"{what} have to be a list, an array or a column, and not a {type(values).__name__}")
    return values.to_pylist() if isinstance(values, pa.Array | pa.ChunkedArray) else list(values)


def _check_no_indicators(labels: list[Any]) -> None:
    """Refuse rows of an indicator matrix, whose numbers would be taken for names.

    Raises:     DataError
    """
    rows = [label for label in labels if isinstance(label, list | tuple)]
    if rows and len(rows[0]) > 1 and all(len(row) == len(rows[0]) and all(map(_is_bit, row)) for row in rows):
        raise DataError(
            f"each label is a row of {len(rows[0])} zeros and ones, such as {rows[0]!r}; give the names of the classes "
            "that a text has, such as ('cold', 'wet')"
        )


def _is_bit(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and value in (0, 1)


def _label(label: Any) -> Label:
    """Return a label as a name, or the names of several.

    Raises:     DataError for what is no name: a row of an indicator matrix, a list in a list, a dictionary
    """
    if isinstance(label, list | tuple | set | frozenset):
        return tuple(sorted({name for one in label if (name := _name(one))}))
    return _name(label)


def _name(label: Any) -> str | None:
    if not pd.api.types.is_scalar(label):
        raise DataError(f"the label {label!r} is no name; give a name for each text, or a list of names")
    return None if pd.isna(label) else trimmed(as_text(label)) or None


def as_text(value: object) -> str:
    """Write a value as text; whole numbers without a decimal point, since a column with gaps is read as floats.

    Raises:     DataError for bytes that are no UTF-8
    >>> as_text(2.0), as_text("2.0"), as_text(b"two"), as_text(True)
    ('2', '2.0', 'two', 'true')
    """
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise DataError(f"{value[:20]!r} is no text in UTF-8; decode it before") from error
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]
