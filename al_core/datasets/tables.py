"""CSV and TSV, piece by piece: every cell a string, and every row accounted for."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from al_core.datasets.dialect import Batch, batches_of
from al_core.datasets.layout import Layout

FEW = 1000
"""So many different values tell what a column holds; of one with more nothing is told."""


def table(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Yield so many rows at a time, under the names that the first row has.

    Raises:     ValueError for a row of more fields, for quotes that do not come in pairs, and for rows within a field
    """
    assert layout.dialect
    names: list[str] = []
    header = layout.how.header
    with layout.lines() as lines:
        for batch in batches_of(lines, layout.dialect, rows):
            if not names:
                first = next((row for row in batch.rows if row), [])
                names = _names(first) if header else [str(number) for number in range(len(first))]
                swallowed, short = _Swallowed(layout, len(names)), _Short(len(names))
                batch = batch.without_the_first() if header else batch
            columns = list(zip(*_fitted(batch, len(names), short), strict=True))
            swallowed.check(batch, columns)
            rows_are = zip(names, columns or [()] * len(names), strict=True)
            yield pd.DataFrame({name: _column(cells) for name, cells in rows_are}, columns=names)
    layout.remarks.extend(short.said() if names else [])


def _names(fields: list[str]) -> list[str]:
    """Return the names of columns as pandas would give them: each once, and none empty.

    >>> _names(["text", "", "text"])
    ['text', 'Unnamed: 1', 'text.1']
    """
    names: list[str] = []
    for number, field in enumerate(fields):
        name, again = field or f"Unnamed: {number}", 1
        while name in names:
            name, again = f"{field}.{again}", again + 1
        names.append(name)
    return names


def _column(cells: tuple[str, ...]) -> np.ndarray:
    column = np.empty(len(cells), dtype=object)
    column[:] = [cell or None for cell in cells]
    return column


def _fitted(batch: Batch, width: int, short: "_Short") -> list[list[str]]:
    """Return rows that have so many fields each, without blank lines.

    Raises:     ValueError for a row of more fields that are not empty
    """
    if all(len(row) == width for row in batch.rows):
        return batch.rows
    return [_of_width(line, row, width, short) for line, _, row in batch.numbered() if row]


def _of_width(line: int, fields: list[str], width: int, short: "_Short") -> list[str]:
    if any(fields[width:]):
        raise ValueError(
            f"line {line} has {len(fields)} fields, and the first line {width}: a text that holds what stands between "
            f"fields has to be enclosed in quotes, or something else stands between them: `data.delimiter`. It begins "
            f"{','.join(fields)[:60]!r}"
        )
    if len(fields) < width:
        short.lines.append(line)
    return fields[:width] + [""] * (width - len(fields))


class _Short:
    """The rows that have fewer fields than the first."""

    def __init__(self, width: int) -> None:
        self.width, self.lines = width, list[int]()

    def said(self) -> list[str]:
        """Say how many there were, and where."""
        if not self.lines:
            return []
        where = ", ".join(map(str, self.lines[:5])) + (", ..." if len(self.lines) > 5 else "")
        s = "" if len(self.lines) == 1 else "s"
        return [
            f"{len(self.lines):,} row{s} with fewer than {self.width} fields, in line{s} {where}: what is missing is "
            "taken as empty"
        ]


class _Swallowed:
    """Whether a field that spans lines holds rows, since a quote that nobody meant opens it."""

    def __init__(self, layout: Layout, width: int) -> None:
        assert layout.dialect
        self.delimiter, self.sure = layout.dialect.delimiter, not layout.dialect.certain
        self.seen: list[set[str] | None] = [set() for _ in range(width)]

    def check(self, batch: Batch, columns: list[tuple[str, ...]]) -> None:
        """Look at some rows.

        Raises:     ValueError for one that has swallowed others
        """
        if self.sure:
            return
        self._see(columns)
        if batch.lines == len(batch.rows):
            return
        spanning = sorted({place for cells in columns for place, cell in enumerate(cells) if "\n" in cell})
        for place in spanning:
            rows = self._rows_within([cells[place] for cells in columns])
            if rows:
                first, last, _ = [row for row in batch.numbered() if row[2]][place]
                raise ValueError(
                    f"a field goes from line {first} to line {last}, and {rows:,} of the lines within look like rows, "
                    "swallowed by a quote that is not meant to open a field; say what quotes are with `data.quotes`: "
                    "plain characters, or enclose fields all the same"
                )

    def _rows_within(self, fields: list[str]) -> int:
        """Return how many lines within fields look like rows, if most of them do."""
        inner = [line for cell in fields if "\n" in cell for line in cell.split("\n")[1:]]
        alike = sum(map(self._is_row, inner))
        return alike if 2 * alike >= len(inner) else 0

    def _see(self, columns: list[tuple[str, ...]]) -> None:
        for number, cells in enumerate(columns):
            values = self.seen[number]
            if values is not None:
                values.update(filter(None, cells))
                self.seen[number] = values if len(values) <= FEW else None

    def _is_row(self, line: str) -> bool:
        fields = line.rstrip("\r").split(self.delimiter)
        pairs = zip(fields, self.seen, strict=False)
        return len(fields) == len(self.seen) > 1 and any(known and field.strip('"') in known for field, known in pairs)
