"""The corpus: every text once, with its id and, where it is known, its label."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa

UNLABELLED = -1

Label = str | tuple[str, ...] | None
"""A text's class; its classes, sorted, where texts can have several or none; None where that is not known."""


def names(label: Label) -> tuple[str, ...]:
    """Return the classes of a label.

    >>> names("spam"), names(("cold", "wet")), names(None)
    (('spam',), ('cold', 'wet'), ())
    """
    return (label,) if isinstance(label, str) else label or ()


@dataclass(frozen=True)
class Corpus:
    """Texts with ids and labels; a *row* is a text's position in here, and never changes.

    Parameters: ids : (n,) unique strings
                texts : (n,) cleaned texts, none empty
                labels : (n,) class names, or tuples of them; None where the label is not known
                n_test : how many rows, the last ones, are the test set; 0 where it is still to be split off
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

    def __len__(self) -> int:
        return len(self.ids)

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
