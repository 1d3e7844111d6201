"""The corpus: every text once, with its id and, where it is known, its label."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa

UNLABELLED = -1


@dataclass(frozen=True)
class Corpus:
    """Texts with ids and labels; a *row* is a text's position in here, and never changes.

    Parameters: ids : (n,) unique strings
                texts : (n,) cleaned texts, none empty
                labels : (n,) class names; None where the label is not known
                n_test : how many rows, the last ones, are the test set; 0 where it is still to be split off
    >>> corpus = Corpus(("a", "b", "c"), ("hi", "win cash", "hm"), ("ham", "spam", None))
    >>> corpus.classes, corpus.codes.tolist()
    (('ham', 'spam'), [0, 1, -1])
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[str | None, ...]
    n_test: int = 0

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the class names, sorted."""
        return tuple(sorted({label for label in self.labels if label is not None}))

    @cached_property
    def codes(self) -> np.ndarray:
        """Return each text's class as a position in `classes`; -1 where it is unlabelled."""
        code = {label: position for position, label in enumerate(self.classes)}
        return np.array([UNLABELLED if label is None else code[label] for label in self.labels], dtype=np.int64)

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
        columns = {"id": self.ids, "text": self.texts, "label": self.labels}
        strings = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        return pa.table(strings | {"in_test": self.in_test})

    @classmethod
    def from_table(cls, table: pa.Table) -> "Corpus":
        """Return the corpus that `to_table` wrote."""
        ids, texts, labels = (tuple(table[name].to_pylist()) for name in ("id", "text", "label"))
        return cls(ids, texts, labels, n_test=sum(table["in_test"].to_pylist()))
