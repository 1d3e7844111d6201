"""Limits: how much of a file that anybody may have sent is taken into memory; more is refused before memory goes."""

from collections.abc import Iterable
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from al_core.errors import DataError
from al_core.footer import Chunk, chunks

GIB, MIB = 2**30, 2**20
DATA = 4 * GIB
"""Bytes that the texts and labels of a file may come to."""
MODEL = GIB
"""Bytes that a scikit-learn model may come to."""
IDS = 256 * MIB
"""Bytes of a file of ids."""
SMALL = 64 * MIB
"""Bytes of a configuration, of a manifest, and of what an exported folder says of itself."""

_times = 1.0


def allow_times(factor: float) -> None:
    """Allow so many times as much as these limits, in this process."""
    global _times
    _times = factor


def check_size(what: str, size: int, limit: int) -> None:
    """Refuse what would take more than a limit.

    Raises:     DataError with both numbers, and how to raise the limit
    >>> check_size("'a.parquet'", 16 * GIB, DATA)
    Traceback (most recent call last):
    al_core.errors.DataError: 'a.parquet' comes to 16.0 GiB, and the limit is 4.0 GiB; if you trust it, and there is \
memory for it, set ALFLOW_LIMIT_TIMES=5
    """
    allowed = limit * _times
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
    check_is_file(path)
    check_size(repr(str(path)), path.stat().st_size, limit)
    with path.open("rb") as file:
        content = file.read(path.stat().st_size)
        if not content and file.read(1):  # as some of the system's have no size
            raise DataError(f"{str(path)!r} does not say how large it is; copy what is meant into a file")
    return content


def check_is_file(path: Path) -> None:
    """Refuse a folder, a pipe and a device; what is not there is left to whoever opens it.

    Raises:     DataError
    """
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe or device"
        raise DataError(f"{str(path)!r} is {kind}, and not a file")


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
    check_columns(what, about, chunks(file), limit)
    file.seek(0)
    table = pq.ParquetFile(file, read_dictionary=strings_of(about)).read()
    return written_out(what, table, about.schema_arrow, limit)


def check_columns(what: str, about: pq.ParquetFile, groups: Iterable[list[Chunk]], limit: int) -> None:
    """Refuse a Parquet file whose columns come to more than a limit, as it says itself.

    Raises:     DataError
    """
    widths = [max(8, about.schema.column(number).length) for number in range(len(about.schema))]
    sizes = (max(0, one.size, width * one.values) for group in groups for one, width in zip(group, widths, strict=True))
    check_size(what, sum(sizes), limit)


def strings_of(about: pq.ParquetFile) -> list[str]:
    """Return the paths of the strings in a Parquet file's columns, those within lists and objects too."""
    columns = (about.schema.column(number) for number in range(len(about.schema)))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def written_out(what: str, table: pa.Table, schema: pa.Schema, limit: int) -> pa.Table:
    """Return a table that was read with each distinct string once as its file has it.

    Raises:     DataError if it comes to more than the limit; ArrowInvalid if its strings are no UTF-8
    """
    check_size(what, sum(_expanded(part) for column in table.columns for part in column.chunks), limit)
    kinds = [field.with_type(_VIEWS.get(field.type, field.type)) for field in schema]
    written = table.cast(pa.schema(kinds, schema.metadata))
    written.validate(full=True)
    return written


def _expanded(array: pa.Array) -> int:
    """Return how many bytes an array takes once each of its strings is written out, those within lists too."""
    kind = array.type
    if pa.types.is_dictionary(kind) and kind.value_type in _STRINGS:
        return pc.sum(pc.take(pc.binary_length(array.dictionary), array.indices)).as_py() or 0
    if pa.types.is_map(kind):
        return _expanded(array.keys) + _expanded(array.items)
    if pa.types.is_struct(kind):
        return sum(map(_expanded, array.flatten()))
    if pa.types.is_nested(kind):
        return int(array.offsets.nbytes if hasattr(array, "offsets") else 0) + _expanded(array.flatten())
    return int(array.nbytes)


_STRINGS = (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())
_VIEWS = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
"""What nothing is cast to, and what is as good."""
