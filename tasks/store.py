"""The store: every result a Parquet file in a folder that people can browse, written whole or not at all."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from math import isfinite
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from cachetools import LRUCache

from al_core.errors import StoreError
from tasks.files import Place, create, is_folder, lock_file, lock_folder, place, read, telling, try_to_write, write


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
    """A folder of results: a local one, or one in an object store, named by its URL.

    Beside the Parquet files a hidden folder, `.alflow`, keeps for each its digest and the seconds it took. A
    file without such a record, or that does not match it, was left by a process that died, or altered: it is not used.
    """

    root: str

    @classmethod
    def open(cls, root: str) -> "Store":
        """Return the store at a folder, which is made if it is not there, or at a URL, whose bucket has to be there.

        Raises:     StoreError if it cannot be written
        """
        folder = place(root)
        try_to_write(folder)
        return cls(str(folder))

    @cached_property
    def folder(self) -> Place:
        """The folder, as a path."""
        return place(self.root)

    def once(self, path: str, compute: Callable[[], pa.Table], warn: Callable[[str], None]) -> tuple[Ref, bool]:
        """Return the result at `path` and whether it was there already; if not, compute and keep it.

        Of several that ask at once, in whatever process of this machine, one computes and the others wait. Machines
        that share an object store may compute the same thing at once; what the first has written is the result of all.
        """
        self.check_inside(path)
        with self.locked(path):
            found = self.find(path, warn)
            if found:
                return found, True
            start = perf_counter()
            table = compute()
            return self._save(path, table, perf_counter() - start), False

    def find(self, path: str, warn: Callable[[str], None] = lambda _: None) -> Ref | None:
        """Return the result at `path` if it is there and whole; warn if it is there but damaged."""
        found = self.verify(path)
        if isinstance(found, str):
            warn(f"{path} {found}; computing it again")
            return None
        return found

    def verify(self, path: str) -> Ref | str | None:
        """Return the result at `path` if it is there and whole, None if it has no record, or what is wrong with it.

        Raises:     StoreError if it cannot be read
        """
        said = read(self.record_path(path))
        if said is None:
            return None
        record = _parsed(said)
        if record is None:
            return "has a record that is truncated or altered"
        if is_folder(self.folder / path):
            return "is a folder, and not a file"
        content = read(self.folder / path)
        if content is None:
            return "is missing from the store"
        ref = Ref(path, record["sha256"], record["rows"])
        return ref if sha256(content).hexdigest() == ref.sha256 else "is truncated or altered"

    def load(self, ref: Ref) -> pa.Table:
        """Read a result.

        Raises:     StoreError if it is gone, or its bytes are not those that were written
        """
        with _recent_lock:
            if ref in _recent:
                return _recent[ref]
        content = read(self.folder / ref.path)
        if content is None or sha256(content).hexdigest() != ref.sha256:
            harm = "removed" if content is None else "altered"
            raise StoreError(
                f"{ref.path} in {self.root!r} was {harm} while a run was using it, or this machine sees another folder "
                "of that name; run again, and it is computed anew"
            )
        return _remember(ref, pq.read_table(BytesIO(content)))

    def seconds(self, ref: Ref) -> float:
        """Return how long the result took to compute, whenever that was.

        Raises:     StoreError if its record is gone or altered
        """
        record = _parsed(read(self.record_path(ref.path)) or b"")
        if record is None:
            raise StoreError(f"the record of {ref.path} was removed or altered; run again, and it is computed anew")
        return float(record["seconds"])

    def check_inside(self, path: str) -> None:
        """Refuse a place that links in the store lead out of it.

        Raises:     StoreError
        """
        if not isinstance(self.folder, Path):
            return
        root = self.folder.resolve()
        for file in (self.folder / path, self.folder / ".alflow" / path):
            folder = file.parent.resolve()
            if not folder.is_relative_to(root):
                raise StoreError(
                    f"{path} in {self.root!r} is behind a link that leads out of the store, to {str(folder)!r}; remove "
                    "the link, or name another store with `store`"
                )

    def record_path(self, path: str) -> Place:
        """Return where the record of the result at `path` is."""
        return self.folder / ".alflow" / f"{path}.json"

    @contextmanager
    def locked(self, path: str, wait: bool = True) -> Iterator[bool]:
        """Hold the lock of a path, which the kernel frees when its holder dies; the value is whether we hold it."""
        name = sha256(path.encode()).hexdigest()[:3]  # at most 4,096 files; who shares one waits needlessly, rarely
        file = lock_folder(self.folder) / name
        with os.fdopen(lock_file(file), "r+b") as handle:
            yield _locks(file, handle, wait)

    def _save(self, path: str, table: pa.Table, seconds: float) -> Ref:
        mine = _parquet(table)
        content = self._keep(path, mine)
        table = table if content == mine else pq.read_table(BytesIO(content))
        ref = Ref(path, sha256(content).hexdigest(), len(table))
        record = {"sha256": ref.sha256, "rows": ref.rows, "seconds": round(seconds, 6)}
        write(self.record_path(path), json.dumps(record).encode())
        _remember(ref, table)
        return ref

    def _keep(self, path: str, mine: bytes) -> bytes:
        """Write a result, unless another machine has done so since we looked; return what is kept."""
        there = create(self.folder / path, mine)
        if there == mine:
            return mine
        found = self.verify(path)
        if isinstance(found, Ref) or (found is None and _is_parquet(there)):
            return there
        write(self.folder / path, mine)
        return mine


def _locks(file: Path, handle: IO[bytes], wait: bool) -> bool:
    """Lock a file; return False if somebody else has and we do not wait."""
    with telling("write", file):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _parsed(record: bytes) -> dict[str, Any] | None:
    """Return what a record says, or None if it is not a whole one."""
    try:
        said = json.loads(record)
        digest, rows, seconds = str(said["sha256"]), int(said["rows"]), float(said["seconds"])
    except Exception:
        return None
    return {"sha256": digest, "rows": rows, "seconds": seconds} if isfinite(seconds) and rows >= 0 else None


def _is_parquet(content: bytes) -> bool:
    try:
        pq.read_table(BytesIO(content))
    except Exception:
        return False
    return True


def _remember(ref: Ref, table: pa.Table) -> pa.Table:
    with _recent_lock:
        if table.nbytes <= _recent.maxsize:
            _recent[ref] = table
    return table


def _parquet(table: pa.Table) -> bytes:
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=False)
    return buffer.getvalue()
