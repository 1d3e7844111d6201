"""Clean: find and remove what killed runs left in a store, and nothing else."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

from tasks.files import TEMPORARY, Place, Remote, all_files, is_folder, modified, remove, size, telling
from tasks.models import weights_of
from tasks.store import Ref, Store

_STAGES = (
    "corpus|near-duplicates|split|features|tokens|embeddings|seed-set|model|metrics|pool|query|member|dropout|hidden|"
    "reading|predictions|all-labels"
)
_RESULT = re.compile(
    rf"[^/]+/(seed=\d+/|setup-[0-9a-f]{{8}}/[^/]+/seed=\d+/cycle=\d{{3,}}/)?({_STAGES})-[0-9a-f]{{12}}\.parquet"
)
"""Results lie where `al_core.results` and `tasks.stage` put them; other files are somebody else's."""
_WEIGHTS = re.compile(r"weights/[0-9a-f]{16}\.safetensors")
_RECORD = re.compile(r"\.alflow/(.+\.parquet)\.json")

QUIET = 3600.0
"""Seconds for which what has no lock is not removed: weights, and in an object store anything."""


@dataclass(frozen=True)
class Leftover:
    """A file that no run will use: its path in the store, its bytes, and why."""

    path: str
    size: int
    why: str


def clean(store: Store, dry_run: bool = False) -> Iterator[Leftover]:
    """Yield what killed runs left, and remove it unless this is a `dry_run`.

    What a living process holds the lock of is passed over. Experiments and files that are not the store's stay.

    Raises:     StoreError if a file cannot be read or removed
    """
    files = all_files(store.folder)
    for name in files:
        if name.rsplit("/", 1)[-1].startswith(TEMPORARY):
            yield from _temporary(store.folder, name, dry_run)
    for path in sorted(_results(files)):
        store.check_inside(path)
        with store.locked(path, wait=False) as ours:
            if ours:
                yield from _result(store, path, dry_run)
    yield from _weights(store, files, dry_run)


def _results(files: list[str]) -> set[str]:
    """Return the paths of all results of which there is a file, a record, or both."""
    records = (_RECORD.fullmatch(name) for name in files)
    found = {record[1] for record in records if record} | set(files)
    return {path for path in found if _RESULT.fullmatch(path) and not path.startswith("experiments/")}


def _temporary(folder: Place, name: str, dry_run: bool) -> Iterator[Leftover]:
    """Remove a temporary file unless its writer lives, who holds its lock."""
    if not isinstance(folder, Path):
        return
    with telling("remove", folder / name), suppress(BlockingIOError, FileNotFoundError):
        with (folder / name).open("r+b") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            bytes_ = (folder / name).stat().st_size
            if not dry_run:
                (folder / name).unlink()
        yield Leftover(name, bytes_, "its writer died")


def _result(store: Store, path: str, dry_run: bool) -> Iterator[Leftover]:
    """Remove the file and the record of a result, what there is of them, if they are not a whole pair."""
    found = store.verify(path)
    if isinstance(found, Ref):
        return
    harm = found or "has no record"
    record = f".alflow/{path}.json"
    there = {
        name: why for name, why in ((path, harm), (record, f"its result {harm}")) if _is_there(store.folder / name)
    }
    if any(_fresh(store.folder / name) for name in there):
        return
    for name, why in there.items():
        yield Leftover(name, size(store.folder / name), why)
        if not dry_run:
            remove(store.folder / name)


def _weights(store: Store, files: list[str], dry_run: bool) -> Iterator[Leftover]:
    """Remove weights that no model names; a training writes them before its model, so new ones are passed over."""
    weights = {name for name in files if _WEIGHTS.fullmatch(name)}
    models = (store.find(path) for path in _results(files) if "/model-" in path) if weights else ()
    named = {weights_of(store, model) for model in models if model}
    for name in sorted(weights - named):
        file = store.folder / name
        if time() - modified(file) >= QUIET:
            yield Leftover(name, size(file), "no model names it")
            if not dry_run:
                remove(file)


def _is_there(file: Place) -> bool:
    return file.is_file() or is_folder(file) if isinstance(file, Path) else file.exists()


def _fresh(file: Place) -> bool:
    return isinstance(file, Remote) and time() - modified(file) < QUIET
