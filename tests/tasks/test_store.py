"""The store: whole or not at all, verified when read, shared by those who ask at once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from al_core.errors import StoreError
from tasks.files import write_atomically
from tasks.store import Ref, Store

TABLE = pa.table({"row": [1, 2, 3]})


def ignore(_: str) -> None:
    pass


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path / "a store with späces"))


def kept(store: Store, path: str = "a/b.parquet", table: pa.Table = TABLE) -> Ref:
    return store.once(path, lambda: table, ignore)[0]


def test_a_result_is_a_plain_parquet_file(store: Store) -> None:
    ref = kept(store)
    assert pd.read_parquet(Path(store.root) / ref.path)["row"].tolist() == [1, 2, 3]
    assert store.load(ref).equals(TABLE)


def test_what_is_there_is_not_computed_again(store: Store) -> None:
    first = kept(store)
    again, cached = store.once("a/b.parquet", lambda: pytest.fail("computed again"), ignore)
    assert cached
    assert again == first


@pytest.mark.parametrize("harm", ["missing", "truncated", "altered"])
def test_a_damaged_result_is_noticed_and_computed_again(store: Store, harm: str) -> None:
    ref = kept(store)
    file = Path(store.root) / ref.path
    content = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(content[:-5] if harm == "truncated" else content[:40] + b"X" + content[41:])
    warnings: list[str] = []
    again, cached = store.once(ref.path, lambda: TABLE, warnings.append)
    assert not cached
    assert again == ref
    assert file.read_bytes() == content
    assert len(warnings) == 1
    assert harm in warnings[0]


def test_a_result_without_its_record_is_not_used(store: Store) -> None:
    ref = kept(store)
    (Path(store.root) / ".alflow" / f"{ref.path}.json").unlink()
    assert store.find(ref.path) is None


def test_reading_an_altered_result_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = kept(store)
    monkeypatch.setattr("tasks.store._recent", {})
    (Path(store.root) / ref.path).write_bytes(b"nonsense")
    with pytest.raises(StoreError, match="altered"):
        store.load(ref)


def test_of_many_that_ask_at_once_one_computes(store: Store) -> None:
    computed: list[int] = []

    def compute() -> pa.Table:
        computed.append(1)
        return TABLE

    with ThreadPoolExecutor(8) as pool:
        refs = list(pool.map(lambda _: store.once("x.parquet", compute, ignore)[0], range(32)))
    assert computed == [1]
    assert len(set(refs)) == 1


def test_a_dead_holder_does_not_keep_its_lock(store: Store) -> None:
    code = (
        "import os, sys, signal; from tasks.store import Store; store = Store.open(sys.argv[1]);"
        "store.once('x.parquet', lambda: os.kill(os.getpid(), signal.SIGKILL), print)"
    )
    assert subprocess.run([sys.executable, "-c", code, store.root], check=False).returncode == -9
    assert kept(store, "x.parquet").rows == 3


def test_a_failed_write_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    target = Path(store.root) / "x.bin"
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"content")
    assert list(target.parent.iterdir()) == []


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot write to the store .*name another"):
        Store.open(str(tmp_path / "file" / "store"))


def test_seconds_are_those_of_the_first_computation(store: Store) -> None:
    ref = kept(store)
    seconds = store.seconds(ref)
    kept(store)
    assert store.seconds(ref) == seconds >= 0


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"sha256": 3'])
def test_a_damaged_record_is_noticed_and_mended(store: Store, content: bytes) -> None:
    ref = kept(store)
    (Path(store.root) / ".alflow" / f"{ref.path}.json").write_bytes(content)
    warnings: list[str] = []
    again, cached = store.once(ref.path, lambda: TABLE, warnings.append)
    assert (again, cached) == (ref, False)
    assert "a/b.parquet has a record that is truncated" in warnings[0]
