"""The store: every result a Parquet file in a folder that people can browse, written whole or not at all."""

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq
from cachetools import LRUCache

from al_core.errors import StoreError


@dataclass(frozen=True)
class Ref:
    """A result in the store: where it is, the digest of its bytes, and how many rows it has."""

    path: str
    sha256: str
    rows: int


_recent: LRUCache[Ref, pa.Table] = LRUCache(maxsize=256 * 2**20, getsizeof=lambda table: table.nbytes)
"""What this process wrote or read last, up to 256 MiB: a cycle's stages hand results on without reading them again."""
_recent_lock = Lock()


@dataclass(frozen=True)
class Store:
    """A folder of results.

    Beside the Parquet files a hidden folder, `.alflow`, keeps for each its digest and the seconds it took. A
    file without such a record, or that does not match it, was left by a process that died, or altered: it is not used.
    """

    root: str

    @classmethod
    def open(cls, root: str) -> "Store":
        """Return the store at a folder, which is made if it is not there.

        Raises:     StoreError if it cannot be written
        """
        folder = Path(root).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return cls(str(folder))
        except OSError as error:
            raise StoreError(
                f"cannot write to the store {str(folder)!r}: {error.strerror}; name another with `store`"
            ) from error

    def once(self, path: str, compute: Callable[[], pa.Table], warn: Callable[[str], None]) -> tuple[Ref, bool]:
        """Return the result at `path` and whether it was there already; if not, compute and keep it.

        Of several that ask at once, in whatever process, one computes and the others wait.
        """
        with self._lock(path):
            found = self.find(path, warn)
            if found:
                return found, True
            start = perf_counter()
            table = compute()
            return self._save(path, table, perf_counter() - start), False

    def find(self, path: str, warn: Callable[[str], None] = lambda _: None) -> Ref | None:
        """Return the result at `path` if it is there and whole; warn if it is there but damaged."""
        if not self._record_path(path).exists():
            return None
        try:
            record = json.loads(self._record_path(path).read_bytes())
            ref = Ref(path, record["sha256"], record["rows"])
            if sha256((Path(self.root) / path).read_bytes()).hexdigest() == ref.sha256:
                return ref
            warn(f"{path} is truncated or altered; computing it again")
        except (ValueError, LookupError, TypeError):
            warn(f"the record of {path} is truncated or altered; computing it again")
        except OSError as error:
            warn(f"{path} is missing from the store ({error.strerror}); computing it again")
        return None

    def load(self, ref: Ref) -> pa.Table:
        """Read a result.

        Raises:     StoreError if its bytes are not those that were written
        """
        with _recent_lock:
            if ref in _recent:
                return _recent[ref]
        return _remember(ref, _read(self.root, ref))

    def seconds(self, ref: Ref) -> float:
        """Return how long the result took to compute, whenever that was."""
        return float(json.loads(self._record_path(ref.path).read_bytes())["seconds"])

    def _save(self, path: str, table: pa.Table, seconds: float) -> Ref:
        content = _parquet(table)
        ref = Ref(path, sha256(content).hexdigest(), len(table))
        record = {"sha256": ref.sha256, "rows": ref.rows, "seconds": round(seconds, 6)}
        with self._writing(path):
            write_atomically(Path(self.root) / path, content)
            write_atomically(self._record_path(path), json.dumps(record).encode())
        _remember(ref, table)
        return ref

    def _record_path(self, path: str) -> Path:
        return Path(self.root) / ".alflow" / f"{path}.json"

    @contextmanager
    def _lock(self, path: str) -> Iterator[None]:
        """Hold the lock of a path; the kernel frees it when its holder dies."""
        name = sha256(path.encode()).hexdigest()[:3]  # at most 4,096 files; who shares one waits needlessly, rarely
        file = Path(self.root) / ".alflow" / "locks" / name
        with self._writing(path):
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = file.open("wb")
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self, path: str) -> Iterator[None]:
        """Turn what the file system says into an error that says which store it was."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"cannot write {path!r} to the store {self.root!r}: {error.strerror} ({error.filename}); "
                "make room or way for it, or name another with `store`: what is done is kept"
            ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it, even after a power cut, finds all of it or the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remember(ref: Ref, table: pa.Table) -> pa.Table:
    with _recent_lock:
        if table.nbytes <= _recent.maxsize:
            _recent[ref] = table
    return table


def _parquet(table: pa.Table) -> bytes:
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=False)
    return buffer.getvalue()


def _read(root: str, ref: Ref) -> pa.Table:
    content = (Path(root) / ref.path).read_bytes()
    if sha256(content).hexdigest() != ref.sha256:
        raise StoreError(f"{ref.path} was altered while a run was using it; run again, and it is computed anew")
    return pq.read_table(BytesIO(content))
