"""Read a file or folder of texts into a raw table: one reader a format."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd

from al_core.datasets.encoding import detect
from al_core.errors import DataError
from al_core.foreign import reading
from al_core.limits import DATA, check_archive, read_parquet, read_within

SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".txt": "lines", ".xlsx": "xlsx",
}  # fmt: skip


def read(path: Path, format: str | None = None, encoding: str | None = None, header: bool = True) -> pd.DataFrame:
    """Read one file, or a folder of one text file per class, as it is: nothing is cleaned or dropped.

    Parameters: path : file or folder
                format : a name out of `READERS`; by the file's suffix if None
                encoding : by the file's bytes if None (UTF-8, else detected)
                header : whether the first row of a CSV or TSV names its columns; else they are "0", "1", ...
    Returns:    DataFrame, a row a text
    Raises:     DataError for what is missing, empty or not readable as said
    """
    format = format or ("folder" if path.is_dir() else _format_of(path))
    if path.is_dir() != (format == "folder"):
        kind = "a folder" if path.is_dir() else "not a folder"
        raise DataError(f"{str(path)!r} is {kind}, and cannot be read as {format}; name another `data.format` or file")
    if format == "folder":
        return _read_folder(path, encoding)
    content = read_within(path, DATA)
    if not content.strip():
        raise DataError(f"{str(path)!r} is empty; there is nothing to read")
    with saying(path, format):
        if format in _BINARY:
            return _BINARY[format](BytesIO(content), header)
        return READERS[format](decode(content, encoding, path), header)


def saying(path: Path, format: str) -> AbstractContextManager[None]:
    """Turn what pandas, pyarrow and Python say of a file into a DataError that names it."""
    return reading(f"{str(path)!r}", "mend it, or name its `data.format`", how=f" as {format}")


def decode(content: bytes, encoding: str | None, path: Path) -> str:
    """Decode a file's bytes: as the encoding named, else as `al_core.datasets.encoding` finds.

    Raises:     DataError for an unknown encoding, one that does not fit, or bytes that are not text
    >>> decode("café".encode("latin-1"), "latin-1", Path("x.csv"))
    'café'
    """
    return content.decode(detect(content, encoding, str(path)).codec).removeprefix("\ufeff")


def _format_of(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(
            f"cannot tell the format of {path.name!r} by its suffix {suffix!r}; name it with `data.format`: "
            f"{', '.join(sorted({*READERS, *_BINARY, 'folder'}))}"
        )
    return SUFFIXES[suffix]


def _read_csv(text: str, header: bool) -> pd.DataFrame:
    return named_columns(pd.read_csv(StringIO(text), **separated("csv", header)))


def _read_tsv(text: str, header: bool) -> pd.DataFrame:
    return named_columns(pd.read_csv(StringIO(text), **separated("tsv", header)))


def separated(format: str, header: bool) -> dict[str, Any]:
    """Return how pandas has to read a CSV or TSV: all as strings; in a TSV quotes are plain characters."""
    strings = {"header": 0 if header else None, "dtype": str, "keep_default_na": False, "na_values": [""]}
    return strings | ({"sep": ","} if format == "csv" else {"sep": "\t", "quoting": 3})


def named_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what pandas read, each column by its name.

    Raises:     ValueError if pandas took the first fields for the rows' names
    """
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("its rows have more fields than the first; texts that hold the separator have to be quoted")
    return frame.rename(columns=str)


def _read_jsonl(text: str, header: bool) -> pd.DataFrame:
    if not text.lstrip().startswith("["):
        return pd.DataFrame([json_object(*line) for line in _lines(text)], dtype="object")
    rows = json.loads(text)
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(_OBJECTS)
    return pd.DataFrame(rows, dtype="object")  # else whole numbers beside a gap become floats, and are rounded


_OBJECTS = 'every line has to be an object, such as {"text": ..., "label": ...}'


def json_object(number: int, line: str) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises:     ValueError with the line's number
    """
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {number}: {error.msg}") from error
    if not isinstance(row, dict):
        raise ValueError(f"line {number}: {_OBJECTS}")
    return row


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are not blank, with their numbers; only line feeds end one."""
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _read_lines(text: str, header: bool) -> pd.DataFrame:
    """Read "label text" lines."""
    return labelled_lines([line for _, line in _lines(text)])


def labelled_lines(lines: list[str]) -> pd.DataFrame:
    """Return "label text" lines as a table: label, text."""
    pairs = [line.split(maxsplit=1) for line in lines]
    return pd.DataFrame([[p[0], p[1] if len(p) > 1 else None] for p in pairs], columns=["label", "text"])


def _read_folder(path: Path, encoding: str | None) -> pd.DataFrame:
    """Read a folder of NAME.txt files, a text a line: NAME is the class, and dataset.txt holds unlabelled texts."""
    files = sorted(path.glob("*.txt"))
    if not files:
        raise DataError(f"the folder {str(path)!r} holds no .txt files; one is needed for each class, such as spam.txt")
    rows = [
        {"text": line, "label": None if file.stem == "dataset" else file.stem}
        for file in files
        for _, line in _lines(decode(read_within(file, DATA), encoding, file))
    ]
    return pd.DataFrame(rows, columns=["text", "label"])


def _read_parquet(content: BytesIO, header: bool) -> pd.DataFrame:
    """Read a table; what pandas kept as an index with a name is a column."""
    frame = read_parquet("the table", content).to_pandas()
    named = [name for name in frame.index.names if name is not None]
    return frame.reset_index(level=named) if named else frame


def _read_xlsx(content: BytesIO, header: bool) -> pd.DataFrame:
    """Read the first sheet, all cells as strings."""
    strings: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_values": [""]}
    check_archive("the workbook", ZipFile(content), DATA)
    return pd.read_excel(content, header=0 if header else None, engine="openpyxl", **strings).rename(columns=str)


_BINARY: dict[str, Callable[[BytesIO, bool], pd.DataFrame]] = {"parquet": _read_parquet, "xlsx": _read_xlsx}
READERS: dict[str, Callable[[str, bool], pd.DataFrame]] = {
    "csv": _read_csv,
    "tsv": _read_tsv,
    "jsonl": _read_jsonl,
    "lines": _read_lines,
}
