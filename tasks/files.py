"""Files of a store, in a local folder or in an object store that has a URL; what goes wrong ends as StoreError."""

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from al_core.errors import AlflowError, StoreError, is_transient
from al_core.limits import DATA, read_within
from tasks.machine import check_protocol, file_mode, folder_mode

PATIENCE_AT_START = 30.0
"""Seconds in which an object store has to answer for a run to start."""

TEMPORARY = ".writing-"
"""What the names of files begin with that are being written."""


@dataclass(frozen=True)
class Remote:
    """A file or folder in an object store: as much of a `pathlib.Path` as a store needs.

    Parameters: url : such as s3://bucket/folder; credentials and endpoint come from the environment
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> "Remote":
        return Remote(f"{self.url}/{name}")

    @property
    def name(self) -> str:
        """The last part of the URL."""
        return self.url.rsplit("/", 1)[1]

    @property
    def parent(self) -> "Remote":
        """The folder that this is in."""
        return Remote(self.url.rsplit("/", 1)[0])

    def exists(self) -> bool:
        """Return whether it is there."""
        return bool(self._ask("exists"))

    def read_bytes(self) -> bytes:
        """Return its content.

        Raises:     FileNotFoundError, or StoreError
        """
        return bytes(self._ask("cat_file"))

    def write_bytes(self, content: bytes) -> None:
        """Write it, as a whole: object stores do no less."""
        self._ask("pipe_file", content)

    def create(self, content: bytes) -> bytes:
        """Write it unless somebody else has; return what is there now. Where that cannot be asked for, write it."""
        try:
            self._ask("pipe_file", content, mode="create")
        except StoreError as error:
            if error.transient:
                raise
            if _cannot_create(error.__cause__):
                self.write_bytes(content)
                return content
            try:
                return self.read_bytes()
            except FileNotFoundError:
                raise error from None
        return content

    def unlink(self) -> None:
        """Remove it."""
        self._ask("rm_file")

    def size(self) -> int:
        """Return how many bytes it has."""
        return int(self._ask("size"))

    def modified(self) -> float:
        """Return when it was written, in seconds since 1970."""
        return float(self._ask("modified").timestamp())

    def files(self) -> list[str]:
        """Return the names of all files below, relative to this folder."""
        path = self._system()[1]
        return [name[len(path) + 1 :] for name in self._ask("find") if name != path]

    def glob(self, pattern: str) -> list["Remote"]:
        """Return the files that a pattern without `**` matches."""
        wanted = pattern.split("/")
        fixed = next((n for n, part in enumerate(wanted) if "*" in part), len(wanted) - 1)
        folder = Remote("/".join([self.url, *wanted[:fixed]]))
        return [folder / name for name in folder.files() if _matches(name.split("/"), wanted[fixed:])]

    def _system(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs

        return url_to_fs(self.url)

    def _ask(self, what: str, *arguments: Any, patience: float = 600, **options: Any) -> Any:
        """Ask the file system, which may raise anything, may never answer, and remembers listings that are stale."""
        from fsspec.asyn import sync

        try:
            system, path = self._system()
            system.invalidate_cache()
            waiting = getattr(system, f"_{what}", None) if system.async_impl else None
            if waiting is None:
                return getattr(system, what)(path, *arguments, **options)
            return sync(system.loop, waiting, path, *arguments, timeout=patience, **options)
        except FileNotFoundError:
            raise
        except Exception as error:
            raise StoreError(f"{self.url}: {_reason(error)}", is_transient(error)) from error


Place = Path | Remote


def _matches(parts: list[str], patterns: list[str]) -> bool:
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def _cannot_create(error: BaseException | None) -> bool:
    unknown = isinstance(error, TypeError | ValueError | NotImplementedError) and not isinstance(error, OSError)
    return unknown or getattr(error, "errno", None) == errno.ENOSYS


def place(root: str) -> Place:
    """Return the folder that a path or URL names; nothing is asked of it yet.

    Raises:     StoreError if the URL is of a kind that is not known, or needs a package that is not installed
    """
    if "://" not in root:
        return local(root)
    check_protocol(root)
    from fsspec.core import url_to_fs
    from fsspec.implementations.local import LocalFileSystem

    example = "a store is a folder or a URL such as s3://bucket/folder"
    try:
        system, path = url_to_fs(root)
    except ImportError as error:
        raise StoreError(
            f"the store {root!r} needs a package that is not installed ({error}): {_extra(root)}"
        ) from error
    except Exception as error:
        raise StoreError(f"the store {root!r} cannot be used: {_reason(error)}; {example}") from error
    if isinstance(system, LocalFileSystem):
        return Path(path)
    if not path.strip("/"):
        raise StoreError(f"the store {root!r} names no bucket; {example}")
    return Remote(root.rstrip("/"))


def local(root: str) -> Path:
    """Return a local folder in full.

    Raises:     StoreError for a name that no folder can have
    """
    try:
        root.encode()
        if "\0" in root:
            raise ValueError("it holds the character NUL")
        return Path(root).expanduser().absolute()
    except (ValueError, RuntimeError) as error:  # half a character; no such user
        raise StoreError(f"{root!r} names no folder: {error}; name another with `store`") from error


def _extra(root: str) -> str:
    return "install alflow[s3]" if root.startswith(("s3://", "s3a://")) else "install it"


def try_to_write(folder: Place) -> None:
    """Make the folder if it is local and not there, and refuse soon what cannot be written to.

    Raises:     StoreError
    """
    try:
        if isinstance(folder, Remote):
            (folder / ".alflow" / "writable")._ask("pipe_file", b"", patience=PATIENCE_AT_START)
        else:
            make_folder(folder)
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        reason = error.strerror or _reason(error.__cause__ or error)
        raise StoreError(
            f"cannot write to the store {str(folder)!r}: {reason}; name another with `store`", is_transient(error)
        ) from error


def read(file: Place) -> bytes | None:
    """Return what a file holds; None if it is not there.

    Raises:     StoreError if it cannot be read; DataError if it is no file, or larger than the limit
    """
    with telling("read", file):
        try:
            return file.read_bytes() if isinstance(file, Remote) else read_within(file, DATA)
        except (FileNotFoundError, NotADirectoryError):
            return None


def write(file: Place, content: bytes) -> None:
    """Write a file as a whole, so that whoever reads it finds all of it or the one before.

    Raises:     StoreError if it cannot be written; the one before stays
    """
    with telling("write", file):
        if isinstance(file, Remote):
            file.write_bytes(content)
        else:
            write_atomically(file, content)


def create(file: Place, content: bytes) -> bytes:
    """Write a file; in an object store, where other machines cannot be locked out, unless one was first.

    Returns:    what the file holds now
    Raises:     StoreError if it cannot be written
    """
    if isinstance(file, Path):
        write(file, content)
        return content
    with telling("write", file):
        return file.create(content)


@contextmanager
def telling(verb: str, what: Place) -> Iterator[None]:
    """Turn what the file system says into a StoreError that says which file it was and what to do."""
    try:
        yield
    except StoreError as error:
        raise StoreError(f"cannot {verb} {error}; {_ADVICE[verb]}", error.transient) from error
    except AlflowError:
        raise
    except OSError as error:
        reason = error.strerror if error.filename == str(what) else _reason(error)
        raise StoreError(f"cannot {verb} {what}: {reason}; {_ADVICE[verb]}", is_transient(error)) from error


_ADVICE = {
    "read": "run again once it can be read, or name another store with `store`",
    "write": "make room or way for it, or name another with `store`: what is done is kept",
    "remove": "make way for it; the rest is as it was",
}


def _reason(error: BaseException) -> str:
    """Return what an error says; the file too where that is not the one we asked for."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    strerror, filename = getattr(error, "strerror", None), getattr(error, "filename", None)
    return f"{strerror} ({filename})" if strerror and filename else strerror or str(error) or repr(error)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a local file so that whoever reads it, even after a power cut, finds all of it or the one before."""
    with written_whole(path) as file:
        file.write(content)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a local file for writing that has its name only once the block has ended well; else the one before stays."""
    mode = file_mode()
    make_folder(path.parent)
    with _temporary(path.parent) as (handle, temporary):
        with os.fdopen(handle, "wb", closefd=False) as file:
            yield file
        os.fsync(handle)
        os.fchmod(handle, mode)
        os.replace(temporary, path)
    _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a local folder, and those that it is in, which others see as far as they see what is written there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(folder_mode())


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[int, str]]:
    """Make a temporary file and hold its lock, which tells `alflow clean` that it is in use; it is gone at the end."""
    handle, temporary = _locked_temporary(folder)
    try:
        yield handle, temporary
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _locked_temporary(folder: Path) -> tuple[int, str]:
    while True:
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)
        with suppress_where(errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):  # then `alflow clean` cannot tell
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, temporary
        os.close(handle)  # removed by a clean-up in the moment before it was locked


@contextmanager
def suppress_where(*numbers: int) -> Iterator[None]:
    """Pass over errors of the file system with these numbers."""
    try:
        yield
    except OSError as error:
        if error.errno not in numbers:
            raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock_folder(root: Place) -> Path:
    """Return the local folder for the locks of a store: in it, or, as object stores have no locks, one of its own."""
    if isinstance(root, Path):
        return root / ".alflow" / "locks"
    return _own_folder(f"alflow-locks-{os.getuid()}") / sha256(root.url.encode()).hexdigest()[:16]


def _own_folder(name: str) -> Path:
    """Return a folder among the temporary files that nobody else can write to.

    Raises:     StoreError if somebody else has made one of that name, or a link
    """
    folder = Path(tempfile.gettempdir()) / name
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o022:
        raise StoreError(
            f"{str(folder)!r} is not a folder of yours that only you can write to; remove it, or set TMPDIR to a "
            "folder of your own"
        )
    return folder


def lock_file(file: Path) -> int:
    """Open a file for a lock: nothing of it is changed, and no link is followed.

    Raises:     StoreError
    """
    with telling("write", file):
        make_folder(file.parent)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def all_files(root: Place) -> list[str]:
    """Return the names of all files of a folder and those below, relative to it.

    Raises:     StoreError if they cannot be listed
    """
    with telling("read", root):
        if isinstance(root, Remote):
            return root.files()
        return sorted(
            str((Path(folder) / name).relative_to(root)) for folder, _, names in os.walk(root) for name in names
        )


def is_folder(place: Place) -> bool:
    """Return whether something is a local folder; object stores have none."""
    return isinstance(place, Path) and place.is_dir() and not place.is_symlink()


def remove(file: Place) -> None:
    """Remove a file, or a local folder that lies in a file's place, with all that is in it.

    Raises:     StoreError if it cannot be removed
    """
    with telling("remove", file):
        if isinstance(file, Path) and is_folder(file):
            shutil.rmtree(file)
        else:
            file.unlink()


def glob(folder: Place, pattern: str) -> list[Place]:
    """Return the files below a folder that a pattern without `**` matches, in the order of their names."""
    with telling("read", folder):
        return sorted(folder.glob(pattern), key=str)


def modified(file: Place) -> float:
    """Return when a file was written, in seconds since 1970."""
    with telling("read", file):
        return file.modified() if isinstance(file, Remote) else file.stat().st_mtime


def size(file: Place) -> int:
    """Return how many bytes a file has."""
    with telling("read", file):
        return file.size() if isinstance(file, Remote) else file.stat().st_size
