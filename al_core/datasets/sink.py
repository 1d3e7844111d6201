"""Write a table piece by piece, in the format that the file's suffix names."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.errors import DataError, nearest
from al_core.plain import guarded

Write = Callable[[pd.DataFrame], None]
"""Writes a piece; all pieces have the columns of the first."""
Sink = Callable[[IO[bytes]], AbstractContextManager[Write]]
"""Opens a binary file for it."""
CELL = 32_767
"""Characters that a cell of .xlsx takes."""
ROWS = 1_048_576
"""Rows that a sheet of .xlsx takes, with that of the names."""
DIGITS = 10**15
"""Whole numbers from here on lose their last digits in a spreadsheet, and are written as text."""


def sink_of(path: Path, raw: bool = False) -> Sink:
    """Return what writes the format of a file's suffix.

    Parameters: raw : whether a .csv may hold cells that a spreadsheet takes for formulas; else these are text there
    Raises:     DataError for a suffix that is not known
    >>> sink_of(Path("out.cvs"))
    Traceback (most recent call last):
    al_core.errors.DataError: cannot write 'out.cvs'; did you mean '.csv'? Its suffix has to be one of .csv, .jsonl, \
.parquet, .xlsx
    """
    suffix = path.suffix.lower()
    if suffix not in _SINKS:
        raise DataError(
            f"cannot write {path.name!r}{nearest(suffix, _SINKS)} Its suffix has to be one of {', '.join(_SINKS)}"
        )
    return partial(_told, partial(_csv, raw=raw) if suffix == ".csv" else _SINKS[suffix])


@contextmanager
def _told(sink: Sink, file: IO[bytes]) -> Iterator[Write]:
    """Open a sink that says which character it cannot write.

    Raises:     DataError
    """
    try:
        with sink(file) as write:
            yield write
    except UnicodeEncodeError as error:
        raise DataError(
            f"a cell holds half a character (the surrogate {error.object[error.start]!a}), which cannot be written; "
            "mend it where it comes from"
        ) from error


@contextmanager
def _csv(file: IO[bytes], raw: bool = False) -> Iterator[Write]:
    columns: list[str] = []

    def write(piece: pd.DataFrame) -> None:
        first = not columns
        columns.extend(piece.columns if first else [])
        flat = _flat(_as_the_first(piece, columns)).copy()
        for name in columns:
            if _may_hold_text(flat[name]):
                flat[name] = flat[name].astype(object).map(lambda cell: _line_ends(cell if raw else guarded(cell)))
        header = columns if raw else list(map(guarded, columns))
        flat.to_csv(file, header=header if first else False, index=False, lineterminator="\n")

    yield write


@contextmanager
def _jsonl(file: IO[bytes]) -> Iterator[Write]:
    def write(piece: pd.DataFrame) -> None:
        filled = piece.astype(object).where(piece.notna(), None)
        for row in filled.to_dict("records"):
            file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")

    yield write


@contextmanager
def _parquet(file: IO[bytes]) -> Iterator[Write]:
    writer: pq.ParquetWriter | None = None

    def write(piece: pd.DataFrame) -> None:
        nonlocal writer
        if writer is None:
            writer = pq.ParquetWriter(file, _schema(piece))
        writer.write_table(_table(_as_the_first(piece, writer.schema.names), writer.schema))

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


@contextmanager
def _xlsx(file: IO[bytes]) -> Iterator[Write]:
    """Write a sheet of strings and numbers; a text that begins with `=` stays a text, and is no formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook(write_only=True)
    sheet = book.create_sheet("alflow")
    columns: list[str] = []
    rows = 0

    def cell(value: Any) -> Any:
        if isinstance(value, str) and len(value) > CELL:
            raise DataError(
                f"a text of {len(value):,} characters does not fit a cell of .xlsx, which takes {CELL:,}: write .csv"
            )
        if isinstance(value, int) and abs(value) >= DIGITS:
            value = str(value)
        made = WriteOnlyCell(sheet, value if isinstance(value, int | float | bool) else str(value))
        made.data_type = "s" if isinstance(made.value, str) else made.data_type
        return made

    def write(piece: pd.DataFrame) -> None:
        if not columns:
            columns.extend(map(str, piece.columns))
            sheet.freeze_panes = "A2"
            for number, name in enumerate(columns, 1):
                sheet.column_dimensions[get_column_letter(number)].width = _width(piece.iloc[:, number - 1], name)
            sheet.append([cell(name) for name in columns])
        nonlocal rows
        rows += len(piece)
        if rows >= ROWS:
            raise DataError(f"a sheet of .xlsx takes {ROWS:,} rows, and these are more: write .csv")
        flat = _flat(_as_the_first(piece.rename(columns=str), columns)).astype(object)
        try:
            for row in flat.where(flat.notna(), None).itertuples(index=False, name=None):
                sheet.append([None if value is None else cell(value) for value in row])
        except IllegalCharacterError as error:
            raise DataError("a text holds a control character, which no .xlsx can hold; write .csv") from error

    try:
        yield write
    except BaseException:
        sheet.close()
        raise
    book.save(file)


def _width(column: pd.Series, name: str) -> int:
    """Return the width of a column in characters: of most of its cells, at most 80."""
    lengths = [len(str(cell)) for cell in column.dropna()] or [0]
    return min(80, max(len(name), int(np.quantile(lengths, 0.9)))) + 2


_SINKS = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet, ".xlsx": _xlsx}


def _may_hold_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _line_ends(cell: Any) -> Any:
    """Return a cell whose lines end with line feeds; else what reads a CSV may take one for the end of a row.

    Raises:     DataError for the character NUL, with which a CSV is no text
    """
    if not isinstance(cell, str):
        return cell
    if "\0" in cell:
        raise DataError("a cell holds the character NUL, which no .csv can; write .jsonl or .parquet")
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


def _as_the_first(piece: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the piece with the columns of the first.

    Raises:     DataError if it has others
    """
    others = [name for name in piece.columns if name not in columns]
    if others:
        raise DataError(f"the column {others[0]!r} is not in the file's first rows; write .jsonl, which can hold it")
    return piece if list(piece.columns) == columns else piece.reindex(columns=columns)


def _schema(piece: pd.DataFrame) -> pa.Schema:
    """Return the types of the first piece; a column that is empty there may hold strings later."""
    schema = _table(piece, None).schema.remove_metadata()
    return pa.schema([field.with_type(pa.string()) if field.type == pa.null() else field for field in schema])


def _table(piece: pd.DataFrame, schema: pa.Schema | None) -> pa.Table:
    try:
        return pa.Table.from_pandas(piece, schema=schema, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(f"a column holds several kinds of values ({error}); write .jsonl, which can") from error


def _flat(piece: pd.DataFrame) -> pd.DataFrame:
    """Return the piece with lists and objects in its cells written as JSON."""
    nested = [name for name in piece.columns if _is_nested(piece[name])]
    return piece.assign(**{name: piece[name].astype(object).map(_cell) for name in nested}) if nested else piece


def _is_nested(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.ArrowDtype):
        return bool(pa.types.is_nested(column.dtype.pyarrow_dtype))
    return pd.api.types.infer_dtype(column) == "mixed"


def _cell(value: Any) -> Any:
    if not isinstance(value, dict | list | np.ndarray):
        return value
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)
