"""Read a file of texts piece by piece, so that its size does not matter."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.datasets.encoding import detect
from al_core.datasets.readers import (
    json_object,
    labelled_lines,
    named_columns,
    saying,
    separated,
)
from al_core.errors import DataError, nearest
from al_core.limits import DATA, strings_of, written_out

AT_ONCE = 8192
"""Rows of a piece."""

_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".txt": "texts",
}  # fmt: skip


def pieces(
    path: Path, format: str | None = None, encoding: str | None = None, header: bool = True, rows: int = AT_ONCE
) -> Iterator[pd.DataFrame]:
    """Yield a file's rows as they are, at most so many at a time.

    Parameters: format : a name out of `PIECES`; by the file's suffix if None
                encoding : by the file's bytes if None (UTF-8, else detected)
                header : whether the first row of a CSV or TSV names its columns; else they are "0", "1", ...
    Raises:     DataError for a file that is missing, empty or not readable as said
    """
    format = format or format_of(path)
    _check(path)
    with saying(path, format):
        encoding = None if format == "parquet" else encoding_of(path, encoding)
        yield from PIECES[format](path, encoding, header, rows)


def format_of(path: Path) -> str:
    """Return the format by a file's suffix.

    Raises:     DataError for a suffix that is not known
    >>> format_of(Path("mails.txt"))
    'texts'
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise DataError(
            f"cannot tell the format of {path.name!r} by its suffix {suffix!r}{nearest(suffix, _SUFFIXES)} "
            f"Name it with `data.format`: {', '.join(PIECES)}"
        )
    return _SUFFIXES[suffix]


def encoding_of(path: Path, named: str | None = None) -> str:
    """Return the codec that fits all of a file: the one named, else what `al_core.datasets.encoding` finds.

    Raises:     DataError for one that is unknown or does not fit
    """
    return detect(path, named, str(path)).codec


def _check(path: Path) -> None:
    if not path.is_file():
        kind = "is a pipe or device, not a file" if path.exists() else "is no file"
        what = "is a folder, not a file" if path.is_dir() else kind
        raise DataError(f"{str(path)!r} {what}, seen from {str(Path.cwd())!r}; say where it is")
    if path.stat().st_size == 0:
        raise DataError(f"{str(path)!r} is empty; there is nothing to predict")


def _csv(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    return _by_pandas(path, encoding, rows, separated("csv", header))


def _tsv(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    return _by_pandas(path, encoding, rows, separated("tsv", header))


def _by_pandas(path: Path, encoding: str | None, rows: int, options: dict[str, Any]) -> Iterator[pd.DataFrame]:
    with pd.read_csv(path, chunksize=rows, encoding=encoding, **options) as reader:
        for piece in reader:
            yield named_columns(piece)


def _jsonl(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    """Read an object a line; values stay what they are, and a key that a row has not is empty."""
    for several in _lines(path, encoding, rows):
        if several[0][1].lstrip().startswith("["):
            raise ValueError("it is one list, and cannot be read piece by piece; write an object a line")
        yield pd.DataFrame([_object(number, line) for number, line in several], dtype=object)


def _object(number: int, line: str) -> dict[str, Any]:
    r"""Return a line's object, with a question mark for half a character, which could not be written again.

    >>> _object(1, r'{"text": "so \ud83d"}')
    {'text': 'so ?'}
    """
    row = json_object(number, line)
    if "\\ud" not in line.lower():
        return row
    return json_object(number, json.dumps(row, ensure_ascii=False).encode(errors="replace").decode())


def _labelled(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    """Read "label text" lines."""
    for several in _lines(path, encoding, rows):
        yield labelled_lines([line for _, line in several])


def _texts(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    """Read a text a line; blank lines count, so that the rows that come out are the lines that went in."""
    for several in _lines(path, encoding, rows, blank=True):
        yield pd.DataFrame({"text": [line for _, line in several]}, dtype=object)


def _lines(path: Path, encoding: str | None, rows: int, blank: bool = False) -> Iterator[list[tuple[int, str]]]:
    """Yield lines with their numbers, so many at a time; only line feeds end one."""
    with path.open(encoding=encoding, newline="\n") as file:
        stripped = ((number, line.rstrip("\r\n")) for number, line in enumerate(file, 1))
        kept = ((number, line) for number, line in stripped if blank or line.strip())
        while several := list(islice(kept, rows)):
            yield several


def _parquet(path: Path, encoding: str | None, header: bool, rows: int) -> Iterator[pd.DataFrame]:
    """Read a Parquet file; its columns keep their types."""
    about = pq.ParquetFile(path)
    with pq.ParquetFile(path, read_dictionary=strings_of(about)) as file:
        for batch in file.iter_batches(rows):
            piece = written_out("a piece of it", pa.Table.from_batches([batch]), about.schema_arrow, DATA)
            yield piece.to_pandas(types_mapper=pd.ArrowDtype)


PIECES: dict[str, Callable[[Path, str | None, bool, int], Iterator[pd.DataFrame]]] = {
    "csv": _csv,
    "tsv": _tsv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "texts": _texts,
    "lines": _labelled,
}
"""How to read each format: `texts` is a text a line, `lines` is "label text"."""
