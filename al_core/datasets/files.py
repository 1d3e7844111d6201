"""A file of texts, opened: unpacked where it is compressed, and no more of it than is allowed."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from al_core.errors import DataError
from al_core.limits import DATA, check_size

PACKED: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_ARCHIVE = ".zip"


def check_file(path: Path) -> None:
    """Refuse what is not there, is no file, or holds nothing.

    Raises:     DataError
    """
    if not path.is_file():
        kind = "is a pipe or device, not a file" if path.exists() else "is no file"
        what = "is a folder, not a file" if path.is_dir() else kind
        raise DataError(f"{str(path)!r} {what}, seen from {str(Path.cwd())!r}; say where it is")
    if path.stat().st_size == 0:
        raise DataError(f"{str(path)!r} is empty; there is nothing to read")


def suffix_of(path: Path) -> str:
    """Return the suffix that tells a file's format, in lower case: of a compressed file, that of what is in it.

    >>> suffix_of(Path("mails.CSV")), suffix_of(Path("mails.jsonl.gz"))
    ('.csv', '.jsonl')
    """
    suffix = path.suffix.lower()
    if suffix == _ARCHIVE and path.is_file():
        with ZipFile(path) as archive:
            return Path(_only(archive, path)).suffix.lower() or Path(path.stem).suffix.lower() or ".csv"
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def is_packed(path: Path) -> bool:
    """Return whether a file is compressed, by its suffix."""
    return path.suffix.lower() in (*PACKED, _ARCHIVE)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file's bytes, unpacked.

    Raises:     DataError for an archive of several files; while it is read, for more than the limit of what is unpacked
    """
    suffix = path.suffix.lower()
    if suffix == _ARCHIVE:
        with ZipFile(path) as archive, archive.open(_only(archive, path)) as file:
            yield io.BufferedReader(_Limited(file, path))
    elif suffix in PACKED:
        with PACKED[suffix](path, "rb") as file:
            yield io.BufferedReader(_Limited(file, path))
    else:
        with path.open("rb") as plain:
            yield plain


def content_of(path: Path) -> bytes:
    """Return all that a file holds, unpacked.

    Raises:     DataError if it is more than the limit
    """
    check_size(repr(str(path)), path.stat().st_size, DATA)
    with opened(path) as file:
        return file.read()


@contextmanager
def lines_of(path: Path, encoding: str, ends: str = "") -> Iterator[Iterator[str]]:
    """Open a file's lines, which keep their ends: a line feed, a carriage return or both, or just what is given."""
    with opened(path) as file, io.TextIOWrapper(file, encoding=encoding, newline=ends) as text:
        yield text


class _Limited(io.RawIOBase):
    """What a compressed file unpacks to, up to the limit."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.file, self.path, self.size = file, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        part = self.file.read(len(buffer))
        self.size += len(part)
        check_size(f"what {str(self.path)!r} unpacks to", self.size, DATA)
        buffer[: len(part)] = part
        return len(part)


def _only(archive: ZipFile, path: Path) -> str:
    """Return the name of the only file of an archive, beside what a Mac adds.

    Raises:     DataError if there are others, or none
    """
    names = [
        one.filename for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        there = (
            f"{len(names)} files ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})" if names else "no file"
        )
        raise DataError(
            f"{str(path)!r} holds {there}, and it has to be one; unpack it, and name the file that is meant"
        )
    return names[0]
