"""Tokens: texts as the numbers that an encoder reads, made once and cut into batches of like length."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

_AT_ONCE = 20_000
"""Texts that are handed to the tokeniser at a time, which bounds what it takes of memory."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of n texts, one after the other.

    Parameters: ids : (sum of lengths,) int32
                offsets : (n + 1,) int64; text i has ids[offsets[i]:offsets[i + 1]]
                pad : the id that fills up what is shorter than others of its batch
    >>> tokens = Tokens.of([[5, 6, 7], [8]], pad=0)
    >>> matrix, filled = tokens.padded(np.array([1, 0]))
    >>> matrix.tolist(), filled.tolist()
    ([[8, 0, 0], [5, 6, 7]], [[True, False, False], [True, True, True]])
    >>> len(tokens), tokens.lengths.tolist(), tokens[np.array([1])].ids.tolist()
    (2, [3, 1], [8])
    """

    ids: np.ndarray
    offsets: np.ndarray
    pad: int

    @classmethod
    def of(cls, lists: list[list[int]], pad: int) -> "Tokens":
        """Return the tokens of texts given as lists of ids."""
        ids = np.fromiter(chain.from_iterable(lists), np.int32)
        return cls(ids, np.concatenate([[0], np.cumsum([len(ids) for ids in lists], dtype=np.int64)]), pad)

    @cached_property
    def lengths(self) -> np.ndarray:
        """How many tokens each text has: (n,) int64."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: np.ndarray) -> "Tokens":
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        where = np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Tokens(self.ids[where], offsets, self.pad)

    def padded(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return some texts as a matrix (len(rows), longest of them) int64, and where it holds tokens."""
        part = self[rows]
        filled = np.arange(part.lengths.max()) < part.lengths[:, None]
        matrix = np.full(filled.shape, self.pad, dtype=np.int64)
        matrix[filled] = part.ids
        return matrix, filled

    def batches(self, tokens: int) -> Iterator[np.ndarray]:
        """Yield all rows, longest first, in batches that hold at most so many tokens, padding included.

        >>> [rows.tolist() for rows in Tokens.of([[1], [1, 2, 3], [1, 2], [1]], pad=0).batches(tokens=4)]
        [[1], [2, 0], [3]]
        """
        order = np.argsort(-self.lengths, kind="stable")
        start = 0
        while start < len(order):
            size = max(1, tokens // max(1, int(self.lengths[order[start]])))
            yield order[start : start + size]
            start += size

    def to_table(self) -> pa.Table:
        """Return the tokens as a table: a row a text."""
        lists = pa.LargeListArray.from_arrays(pa.array(self.offsets, pa.int64()), pa.array(self.ids, pa.int32()))
        return pa.table({"tokens": lists}).replace_schema_metadata({"pad": str(self.pad)})

    @classmethod
    def from_table(cls, table: pa.Table) -> "Tokens":
        """Return the tokens that `to_table` wrote."""
        lists = table["tokens"].combine_chunks()
        pad = int(table.schema.metadata[b"pad"])
        return cls(np.asarray(lists.flatten()), np.asarray(lists.offsets, dtype=np.int64), pad)


def tokenise(texts: tuple[str, ...], folder: Path, max_length: int) -> Tokens:
    """Return the tokens of texts, with the special ones that the encoder wants; what is too long loses its end.

    Parameters: folder : of the encoder, with its tokeniser
                max_length : tokens a text at most, special ones included
    References: transformers.AutoTokenizer
    """
    from al_core.encoders.weights import load_tokenizer

    tokenizer = load_tokenizer(folder)
    lists = [
        ids
        for start in range(0, len(texts), _AT_ONCE)
        for ids in tokenizer(list(texts[start : start + _AT_ONCE]), truncation=True, max_length=max_length)["input_ids"]
    ]
    return Tokens.of(lists, tokenizer.pad_token_id)
