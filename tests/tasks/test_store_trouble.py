"""The store when the disk is full, when nothing may be written, and when another machine was first: no pretending."""

import json
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from al_core.errors import StoreError
from tasks.files import Remote, write
from tasks.store import Ref, Store

SMALL, OTHER = pa.table({"row": [1, 2, 3]}), pa.table({"row": [4, 5]})
LARGE = pa.table({"noise": np.random.default_rng(0).random(400_000)})


def ignore(_: str) -> None:
    pass


def mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)):
        pytest.skip("only root may mount a small file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_and_harms_nothing(small_disk: Path) -> None:
    store = Store.open(str(small_disk / "store"))
    ref, _ = store.once("a/small.parquet", lambda: SMALL, ignore)
    with pytest.raises(StoreError, match=r"cannot write .*No space left.*what is done is kept") as said:
        store.once("a/large.parquet", lambda: LARGE, ignore)
    assert not said.value.transient
    assert store.verify(ref.path) == ref
    assert [file.name for file in (small_disk / "store" / "a").iterdir()] == ["small.parquet"]
    assert store.once("a/other.parquet", lambda: OTHER, ignore)[0].rows == 2


def test_a_store_that_became_read_only_is_said(small_disk: Path) -> None:
    store = Store.open(str(small_disk / "store"))
    ref, _ = store.once("a/small.parquet", lambda: SMALL, ignore)
    assert mount("-o", "remount,ro", str(small_disk))
    with pytest.raises(StoreError, match=r"cannot write .*Read-only") as said:
        store.once("a/other.parquet", lambda: OTHER, ignore)
    assert not said.value.transient
    assert store.verify(ref.path) == ref
    with pytest.raises(StoreError, match=r"cannot write to the store .*Read-only.*name another"):
        Store.open(store.root)


def test_a_result_removed_while_a_run_uses_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(str(tmp_path))
    ref, _ = store.once("a/small.parquet", lambda: SMALL, ignore)
    monkeypatch.setattr("tasks.store._recent", {})
    (tmp_path / ref.path).unlink()
    with pytest.raises(StoreError, match="removed while a run was using it") as said:
        store.load(ref)
    assert not said.value.transient
    store.record_path(ref.path).unlink()
    with pytest.raises(StoreError, match="the record of"):
        store.seconds(ref)


@pytest.fixture
def remote(tmp_path: Path) -> Store:
    return Store.open(f"memory://{tmp_path}")


def meanwhile(then: Callable[[], object]) -> Callable[[], pa.Table]:
    """Compute something while another machine does something."""

    def compute() -> pa.Table:
        then()
        return SMALL

    return compute


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def record(content: bytes) -> bytes:
    return json.dumps({"sha256": sha256(content).hexdigest(), "rows": 2, "seconds": 1.0}).encode()


@pytest.mark.parametrize("with_record", [True, False])
def test_what_another_machine_wrote_first_is_the_result(remote: Store, with_record: bool) -> None:
    theirs = parquet(OTHER)

    def other_machine() -> None:
        write(remote.folder / "x.parquet", theirs)
        if with_record:
            write(remote.record_path("x.parquet"), record(theirs))

    ref, cached = remote.once("x.parquet", meanwhile(other_machine), ignore)
    assert (ref, cached) == (Ref("x.parquet", sha256(theirs).hexdigest(), 2), False)
    assert remote.load(ref).equals(OTHER)
    assert remote.verify(ref.path) == ref


@pytest.mark.parametrize("harm", ["altered", "cut off", "record altered"])
def test_what_is_damaged_there_is_replaced(remote: Store, harm: str) -> None:
    theirs = parquet(OTHER)
    write(remote.folder / "x.parquet", theirs[:-9] if harm == "cut off" else theirs)
    if harm != "cut off":
        write(remote.record_path("x.parquet"), record(b"something else") if harm == "altered" else b"{")
    ref, cached = remote.once("x.parquet", lambda: SMALL, ignore)
    assert not cached
    assert remote.load(ref).equals(SMALL)
    assert remote.verify(ref.path) == ref


def test_a_remote_store_is_a_folder_of_the_same_files(remote: Store, tmp_path: Path) -> None:
    local = Store.open(str(tmp_path / "local"))
    refs = {store.once("a/x.parquet", lambda: SMALL, ignore)[0] for store in (remote, local)}
    assert len(refs) == 1
    assert isinstance(remote.folder, Remote)
    assert (remote.folder / "a/x.parquet").read_bytes() == (tmp_path / "local/a/x.parquet").read_bytes()
