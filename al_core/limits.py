"""Limits: how much of a file that anybody may have sent is taken into memory; more is refused before memory goes."""

from pathlib import Path
from typing import IO
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from al_core.errors import DataError

GIB, MIB = 2**30, 2**20
DATA = 4 * GIB
"""Bytes that the texts and labels of a file may come to."""
MODEL = GIB
"""Bytes that a scikit-learn model may come to."""
IDS = 256 * MIB
"""Bytes of a file of ids."""
SMALL = 64 * MIB
"""Bytes of a configuration, of a manifest, and of what an exported folder says of itself."""

_times = [1.0]


def allow_times(factor: float) -> None:
    """Allow so many times as much as these limits, in this process."""
    _times[0] = factor


def check_size(what: str, size: int, limit: int) -> None:
    """Refuse what would take more than a limit.

    Raises:     DataError with both numbers, and how to raise the limit
    >>> check_size("'a.parquet'", 16 * GIB, DATA)
    Traceback (most recent call last):
    al_core.errors.DataError: 'a.parquet' comes to 16.0 GiB, and the limit is 4.0 GiB; if you trust it, and there is \
memory for it, set ALFLOW_LIMIT_TIMES=5
    """
    allowed = limit * _times[0]
    if size > allowed:
        raise DataError(
            f"{what} comes to {_said(size)}, and the limit is {_said(allowed)}; if you trust it, and there is memory "
            f"for it, set ALFLOW_LIMIT_TIMES={int(size // limit) + 1}"
        )


def _said(size: float) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.1f} MiB"


def read_within(path: Path, limit: int) -> bytes:
    """Return what a file holds.

    Raises:     DataError if it is no file, or larger than the limit; OSError if it cannot be read
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe or device"
        raise DataError(f"{str(path)!r} is {kind}, and not a file")
    check_size(repr(str(path)), path.stat().st_size, limit)
    return path.read_bytes()


def check_archive(what: str, archive: ZipFile, limit: int) -> None:
    """Refuse an archive whose files come to more than a limit, as their headers say; what they hide is not read.

    Raises:     DataError
    """
    check_size(what, sum(one.file_size for one in archive.infolist()), limit)


def read_parquet(what: str, file: IO[bytes], limit: int = DATA) -> pa.Table:
    """Return the table of a Parquet file, whose few megabytes can stand for many gigabytes of equal cells.

    Texts are read as each distinct one once, and counted before they are written out.

    Raises:     DataError if it comes to more than the limit
    """
    about = pq.ParquetFile(file)
    groups = [about.metadata.row_group(number) for number in range(about.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    check_size(what, sum(max(chunk.total_uncompressed_size, 8 * chunk.num_values) for chunk in chunks), limit)
    file.seek(0)
    table = pq.ParquetFile(file, read_dictionary=strings_of(about.schema_arrow)).read()
    return written_out(what, table, about.schema_arrow, limit)


def strings_of(schema: pa.Schema) -> list[str]:
    """Return the names of the columns that hold strings."""
    return [field.name for field in schema if _has_length(field.type)]


def written_out(what: str, table: pa.Table, schema: pa.Schema, limit: int) -> pa.Table:
    """Return a table that was read with each distinct string once as its file has it.

    Raises:     DataError if it comes to more than the limit; ArrowInvalid if its strings are no UTF-8
    """
    check_size(what, sum(_expanded(column) for column in table.columns), limit)
    written = table.cast(schema)
    written.validate(full=True)
    return written


def _expanded(column: pa.ChunkedArray) -> int:
    """Return how many bytes a column takes once each of its cells is written out."""
    if not pa.types.is_dictionary(column.type) or not _has_length(column.type.value_type):
        return int(column.nbytes)
    return sum(pc.sum(pc.take(pc.binary_length(one.dictionary), one.indices)).as_py() or 0 for one in column.chunks)


def _has_length(kind: pa.DataType) -> bool:
    large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    return bool(large or pa.types.is_string(kind) or pa.types.is_binary(kind))
