"""The layout of a file of texts: its format, encoding and dialect, as the user says or as the file shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from al_core.datasets.dialect import SAMPLE, Dialect, dialect_of
from al_core.datasets.encoding import Encoding, encoding_of
from al_core.datasets.files import check_file, lines_of, suffix_of
from al_core.errors import DataError, nearest

SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".xlsx": "xlsx", ".txt": "lines",
}  # fmt: skip
BINARY = ("parquet", "arrow", "xlsx")
FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "xlsx", "lines", "texts", "folder")


@dataclass(frozen=True)
class How:
    """How a file is to be read, as far as the user says.

    Parameters: format : out of `FORMATS`; by the suffix if None
                encoding : as Python names it; by the file's bytes if None
                header : whether the first row of a table names its columns; else they are "0", "1", ...
                delimiter : between the fields of a CSV; by the file's rows if None
                quotes : `enclose` fields or are `plain` characters; by the file's rows if None
                sheet : of a workbook; the first if None
    """

    format: str | None = None
    encoding: str | None = None
    header: bool = True
    delimiter: str | None = None
    quotes: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Layout:
    """How a file is laid out.

    Parameters: encoding : None where the format has no text encoding
                dialect : of a CSV or TSV
                remarks : what may not be as it was meant, which readers add to
    """

    path: Path
    format: str
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    header: bool = True
    sheet: str | None = None
    remarks: list[str] = field(default_factory=list, compare=False)

    def __str__(self) -> str:
        """Say it in one line."""
        return "; ".join(str(part) for part in (self.format, self.encoding, self.dialect) if part)

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """Open the file's lines, with their ends."""
        assert self.encoding
        with lines_of(self.path, self.encoding.codec) as lines:
            yield lines


def layout_of(path: Path, how: How = How()) -> Layout:
    """Find out how a file is laid out.

    Raises:     DataError for what is missing, empty, or cannot be told
    """
    format = how.format or format_of(path)
    if path.is_dir() != (format == "folder"):
        kind = "a folder" if path.is_dir() else "not a folder"
        raise DataError(f"{str(path)!r} is {kind}, and cannot be read as {format}; name another `data.format` or file")
    if format == "folder":
        return Layout(path, format)
    check_file(path)
    if format in BINARY:
        return Layout(path, format, header=how.header, sheet=how.sheet)
    layout = Layout(path, format, encoding_of(path, how.encoding), header=how.header)
    return replace(layout, dialect=_dialect(layout, how)) if format in ("csv", "tsv") else layout


def format_of(path: Path) -> str:
    """Return the format by a file's suffix.

    Raises:     DataError for a suffix that is not known
    """
    if path.is_dir():
        return "folder"
    suffix = suffix_of(path)
    if suffix not in SUFFIXES:
        raise DataError(
            f"cannot tell the format of {path.name!r} by its suffix {suffix!r}{nearest(suffix, SUFFIXES)} "
            f"Name it with `data.format`: {', '.join(FORMATS)}"
        )
    return SUFFIXES[suffix]


def _dialect(layout: Layout, how: How) -> Dialect:
    with layout.lines() as lines:
        sample, size = [], 0
        for line in lines:
            sample.append(line)
            size += len(line)
            if size >= SAMPLE:
                break
        whole = not list(islice(lines, 1))
    return dialect_of(sample, whole, "," if layout.format == "csv" else "\t", how.delimiter, how.quotes)
