"""The layout of a file of texts: its format, encoding and dialect, as the user says or as the file shows."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from al_core.datasets.dialect import SAMPLE, Dialect, dialect_of
from al_core.datasets.encoding import Encoding, detect
from al_core.datasets.files import check_file, lines_of, opened, suffix_of
from al_core.datasets.tools import doccano, fasttext, huggingface, label_studio, prodigy
from al_core.errors import DataError, nearest
from al_core.foreign import reading

SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".xlsx": "xlsx", ".txt": "lines",
}  # fmt: skip
BINARY = ("parquet", "arrow", "xlsx")
FOLDERS = ("folder", "huggingface")
TABLES = {"csv": ",", "tsv": "\t"}
"""What usually stands between the fields."""
FIRST = 20
"""So many rows tell whose file it is."""


@dataclass(frozen=True)
class How:
    """How a file is to be read, as far as the user says.

    Parameters: format : out of `al_core.datasets.readers.READERS`; by the suffix and what is in the file if None
                encoding : as Python names it; by the file's bytes if None
                header : whether the first row of a table names its columns; else they are "0", "1", ...
                delimiter : between the fields of a CSV; by its rows if None
                quotes : `enclose` fields or are `plain` characters; by the rows if None
                sheet : of a workbook; the first if None
                text, label : the columns that hold them, where another tool's file has several
                annotator : whose answers count, where there are several; `majority` if None
                to_label : whether the texts are to be labelled: lines have no labels, half a character is replaced
    """

    format: str | None = None
    encoding: str | None = None
    header: bool = True
    delimiter: str | None = None
    quotes: str | None = None
    sheet: str | None = None
    text: str | None = None
    label: str | None = None
    annotator: str | None = None
    to_label: bool = False


USUAL = How()


@dataclass(frozen=True)
class Layout:
    """How a file is laid out.

    Parameters: encoding : None where the format has no text encoding
                dialect : of a CSV or TSV
                found : whether the format was told by what is in the file
                remarks : what may not be as it was meant, and what was made of it; readers add to it
    """

    path: Path
    format: str
    how: How
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    found: bool = False
    remarks: list[str] = field(default_factory=list, compare=False)

    def __str__(self) -> str:
        """Say it in one line."""
        format = f"{self.format} (by what is in it)" if self.found else self.format
        return ", ".join(str(part) for part in (format, self.encoding, self.dialect) if part)

    @contextmanager
    def lines(self, ends: str = "") -> Iterator[Iterator[str]]:
        """Open the file's lines, with their ends: a line feed, a carriage return or both, or what is given."""
        assert self.encoding
        with lines_of(self.path, self.encoding.codec, ends) as lines:
            yield lines

    def line_end(self) -> str:
        """Return what ends the file's lines: a line feed if there is one, else a carriage return, as on old Macs."""
        with self.lines("\n") as lines:
            first = next(lines, "")
        return "\n" if "\n" in first or "\r" not in first else "\r"


def layout_of(path: Path, how: How = USUAL) -> Layout:
    """Find out how a file is laid out.

    Raises:     DataError for what is missing, empty, or cannot be told
    """
    with saying(path, how.format):
        return _layout_of(path, how)


def saying(path: Path, format: str | None) -> AbstractContextManager[None]:
    """Turn what pandas, pyarrow and Python say of a file into a DataError that names it."""
    return reading(f"{str(path)!r}", "mend it, or name its `data.format`", how=f" as {format}" if format else "")


def _layout_of(path: Path, how: How) -> Layout:
    format = how.format or format_of(path, how.to_label)
    if path.is_dir() != (format in FOLDERS):
        kind = "a folder" if path.is_dir() else "not a folder"
        raise DataError(f"{str(path)!r} is {kind}, and cannot be read as {format}; name another `data.format` or file")
    layout = Layout(path, format, how)
    if format in FOLDERS:
        return layout
    check_file(path)
    if format in BINARY:
        return layout
    with opened(path) as file:
        encoding = detect(iter(lambda: file.read(2**20), b""), how.encoding, str(path))
    layout = replace(layout, encoding=encoding)
    if format in TABLES or (format in ("doccano", "label_studio") and suffix_of(path) in (".csv", ".tsv")):
        layout = replace(layout, dialect=_dialect(layout))
    tool = None if how.format else _tool_of(layout)
    return replace(layout, format=tool, found=True) if tool else layout


def format_of(path: Path, to_label: bool = False) -> str:
    """Return the format by a file's suffix, or by what is in a folder.

    Raises:     DataError for a suffix that is not known
    >>> format_of(Path("mails.txt")), format_of(Path("mails.txt"), to_label=True)
    ('lines', 'texts')
    """
    if path.is_dir():
        return "huggingface" if huggingface.looks_like(path) else "folder"
    suffix = suffix_of(path)
    if suffix not in SUFFIXES:
        from al_core.datasets.readers import READERS

        raise DataError(
            f"cannot tell the format of {path.name!r} by its suffix {suffix!r}{nearest(suffix, SUFFIXES)} "
            f"Name it with `data.format`: {', '.join(READERS)}"
        )
    return "texts" if to_label and suffix == ".txt" else SUFFIXES[suffix]


def _dialect(layout: Layout) -> Dialect:
    usual = "\t" if suffix_of(layout.path) in (".tsv", ".tab") or layout.format == "tsv" else ","
    with layout.lines() as lines:
        sample, size = [], 0
        for line in lines:
            sample.append(line)
            size += len(line)
            if size >= SAMPLE:
                break
        whole = next(lines, None) is None
    return dialect_of(sample, whole, usual, layout.how.delimiter, layout.how.quotes)


def _tool_of(layout: Layout) -> str | None:
    """Return the tool whose file this can only be; None if it may be anything."""
    if layout.format == "lines":
        with layout.lines(layout.line_end()) as lines:
            return "fasttext" if fasttext.looks_like(list(enumerate(islice(lines, FIRST), 1))) else None
    if layout.format == "jsonl":
        rows = list(islice(objects(layout), FIRST))
        return next((name for name, tool in _TOOLS.items() if tool.looks_like(rows)), None)
    if layout.dialect and layout.how.header:
        with layout.lines() as lines:
            columns = pd.Index(next(layout.dialect.reader(lines), []))
        frame = pd.DataFrame(columns=columns)
        return next((name for name in ("doccano", "label_studio") if _TOOLS[name].looks_like_table(frame)), None)
    return None


_TOOLS: dict[str, Any] = {"prodigy": prodigy, "label_studio": label_studio, "doccano": doccano}


def objects(layout: Layout) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON file: one a line, a list of them, or a list under a key.

    Raises:     ValueError for what is none of these, with its line
    """
    end = layout.line_end()
    with layout.lines(end) as lines:
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        first = next(numbered, None)
        if first is None:
            return
        row = _object_or_none(first[1])
        second = next(numbered, None)
        if row is not None and (second is not None or _records(row) is None):
            yield row
            yield from (json_object(*line) for line in ([second] if second else []))
            yield from (json_object(*line) for line in numbered)
            return
        rest = [first[1], *([second[1]] if second else []), *(line for _, line in numbered)]
    yield from _of_whole(layout, rest, *first)


def _of_whole(layout: Layout, lines: list[str], number: int, first: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file that is one value."""
    if first.lstrip()[0] not in "[{":
        json_object(number, first)
    try:
        value = json.loads("".join(lines))
    except json.JSONDecodeError as error:
        if first.lstrip().startswith("{") and first.rstrip().endswith("}"):
            json_object(number, first)
        raise ValueError(f"line {number + error.lineno - 1}: {error.msg}") from error
    records = _records(value) if isinstance(value, dict) else (value, "")
    if records is None:
        raise ValueError(f"it is one object; texts have to be in a list of objects, such as {_EXAMPLE}")
    rows, key = records
    if key:
        layout.remarks.append(f"its records are those under {key!r}")
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(_OBJECTS)
    yield from rows


def _records(value: dict[str, Any]) -> tuple[list[Any], str] | None:
    """Return the only list of objects under a key of an object, and the key."""
    lists = [key for key, rows in value.items() if isinstance(rows, list) and rows and isinstance(rows[0], dict)]
    return (value[lists[0]], lists[0]) if len(lists) == 1 and "text" not in value else None


def _object_or_none(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


_EXAMPLE = '{"text": ..., "label": ...}'
_OBJECTS = f"every line has to be an object, such as {_EXAMPLE}"


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
