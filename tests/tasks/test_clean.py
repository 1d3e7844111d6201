"""Clean: what kills left goes, and nothing else."""

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

import tasks.clean
from al_core.errors import StoreError
from flows.cli import main
from tasks.clean import Leftover, clean
from tasks.evaluate import evaluate
from tasks.files import write
from tasks.ingest import ingest
from tasks.near_duplicates import find_near_duplicates
from tasks.prepare import embed_piece, featurise, split, tokenise
from tasks.query_select import query_select
from tasks.score_pool import score_shard
from tasks.seed_set import choose_seed_set
from tasks.stage import Stage
from tasks.store import Ref, Store
from tasks.train import train

TABLE = pa.table({"row": [1, 2, 3]})
PATH = "data/setup-0123abcd/margin/seed=0/cycle=001/model-0123456789ab.parquet"


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(tasks.clean, "QUIET", -1)
    return Store.open(str(tmp_path / "a störe") if request.param == "local" else f"memory://{tmp_path}")


def kept(store: Store, path: str = PATH) -> Ref:
    return store.once(path, lambda: TABLE, lambda _: None)[0]


def names(found: list[Leftover]) -> set[str]:
    return {leftover.path for leftover in found}


def test_a_whole_store_stays_as_it_is(store: Store) -> None:
    kept(store)
    assert list(clean(store)) == []
    assert isinstance(store.verify(PATH), Ref)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("no record", "has no record"),
        ("no data", "its result is missing from the store"),
        ("altered", "is truncated or altered"),
        ("record altered", "has a record that is truncated or altered"),
        ("a folder in its place", "is a folder, and not a file"),
    ],
)
def test_what_no_run_will_use_goes(store: Store, harm: str, why: str) -> None:
    if harm == "a folder in its place" and not isinstance(store.folder, Path):
        pytest.skip("object stores have no folders")
    kept(store)
    kept(store, "data/corpus-0123456789ab.parquet")
    data, record = store.folder / PATH, store.record_path(PATH)
    {
        "no record": record.unlink,
        "no data": data.unlink,
        "altered": lambda: data.write_bytes(b"nonsense"),
        "record altered": lambda: record.write_bytes(b"{"),
        "a folder in its place": lambda: (data.unlink(), data.mkdir(), (data / "x").touch()),
    }[harm]()
    listed = list(clean(store, dry_run=True))
    assert listed == list(clean(store)), "the dry run changed something, or said something else"
    assert why in {leftover.why for leftover in listed}
    assert all(leftover.size > 0 for leftover in listed)
    assert not data.exists()
    assert not record.exists()
    assert list(clean(store)) == []
    assert isinstance(store.verify("data/corpus-0123456789ab.parquet"), Ref)


def test_experiments_and_the_files_of_others_stay(store: Store) -> None:
    others = [
        "mine/train-0123456789ab.parquet",
        "experiments/data-1234/metrics.parquet",
        "experiments/data-1234/model-0123456789ab.parquet",
        "data/notes.parquet",
        "data/backup/of/model-0123456789ab.parquet",
        "readme.md",
        ".alflow/notes.json",
    ]
    for name in others:
        write(store.folder / name, b"mine")
    assert list(clean(store)) == []
    assert all((store.folder / name).exists() for name in others)


def test_unfinished_tables_of_an_experiment_go(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    write(store.folder / "experiments/data-1234/.writing-abc", b"half")
    assert names(list(clean(store))) == {"experiments/data-1234/.writing-abc"}


@pytest.mark.parametrize(
    "stage",
    [
        ingest,
        find_near_duplicates,
        split,
        featurise,
        tokenise,
        embed_piece,
        choose_seed_set,
        train,
        evaluate,
        score_shard,
        query_select,
    ],
    ids=lambda stage: stage.name,
)
def test_what_each_stage_leaves_is_known_to_it(stage: Stage, tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    write(store.folder / f"data/{stage.name}-0123456789ab.parquet", b"without a record")
    assert names(list(clean(store))) == {f"data/{stage.name}-0123456789ab.parquet"}


def test_what_another_machine_may_be_writing_stays(tmp_path: Path) -> None:
    store = Store.open(f"memory://{tmp_path}")
    write(store.folder / PATH, b"its record comes in a moment")
    assert list(clean(store)) == []


def test_what_is_being_computed_stays_and_is_not_waited_for(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    write(store.folder / PATH, b"its record comes in a moment")
    with store.locked(PATH):
        assert list(clean(store)) == []
    assert names(list(clean(store))) == {PATH}


def test_a_temporary_file_stays_while_its_writer_lives(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    kept(store)
    file = tmp_path / "data" / ".writing-abc"
    file.write_bytes(b"half")
    with file.open("r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert list(clean(store)) == []
    assert list(clean(store)) == [Leftover("data/.writing-abc", 4, "its writer died")]
    assert not file.exists()


def test_what_a_kill_in_the_middle_of_a_write_leaves_goes(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    code = (
        "import os, signal, sys; import tasks.files as files; from tasks.store import Store; import pyarrow as pa;"
        "files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        f"Store.open(sys.argv[1]).once({PATH!r}, lambda: pa.table({{'row': [1]}}), print)"
    )
    killed = subprocess.run([sys.executable, "-c", code, store.root], check=False)
    assert killed.returncode == -signal.SIGKILL
    (leftover,) = clean(store)
    assert "/.writing-" in leftover.path
    assert kept(store).rows == 3


WRITE_MUCH = """
import os, sys, pathlib
from tasks.files import write
for number in range(300):
    write(pathlib.Path(sys.argv[1]) / "data" / f"{number % 5}.bin", os.urandom(1000))
"""


def test_cleaning_does_not_harm_those_who_write(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    writers = [subprocess.Popen([sys.executable, "-c", WRITE_MUCH, str(tmp_path)]) for _ in "ab"]
    while any(writer.poll() is None for writer in writers):
        assert {leftover.size for leftover in clean(store)} <= {0}, "more than a file that was not locked yet"
    assert [writer.returncode for writer in writers] == [0, 0]


def test_the_command_lists_removes_and_adds_up(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    kept(store)
    (tmp_path / PATH).write_bytes(b"12345")
    record = store.record_path(PATH)
    assert isinstance(record, Path)
    total = 5 + record.stat().st_size
    dry = CliRunner().invoke(main, ["clean", "--store", str(tmp_path), "--dry-run"])
    assert (dry.exit_code, (tmp_path / PATH).exists()) == (0, True)
    assert f"{total}  bytes to be freed" in dry.output
    wet = CliRunner().invoke(main, ["clean", "--store", str(tmp_path)])
    assert (wet.exit_code, (tmp_path / PATH).exists()) == (0, False)
    assert f"{total}  bytes freed" in wet.output
    assert PATH in wet.output


def test_a_folder_that_is_no_store_is_not_cleaned(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["clean", "--store", str(tmp_path)])
    assert said.exit_code == 1
    assert "there is no store in" in str(said.exception) + said.output


def test_weights_that_no_model_names_go(store: Store) -> None:
    named, orphan, other = (f"weights/{digit * 16}.safetensors" for digit in "abc")
    for name in (named, orphan):
        write(store.folder / name, b"weights")
    write(store.folder / f"{other}.txt", b"somebody's")
    store.once(PATH, lambda: TABLE.replace_schema_metadata({"weights": "a" * 64}), lambda _: None)
    assert [leftover.path for leftover in clean(store, dry_run=True)] == [orphan]
    assert [leftover.path for leftover in clean(store)] == [orphan]
    assert list(clean(store)) == []
    assert (store.folder / named).exists()


def test_new_weights_stay_until_their_model_is_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.clean, "QUIET", 3600)
    write(store.folder / f"weights/{'a' * 16}.safetensors", b"weights")
    assert list(clean(store)) == []


def test_nothing_outside_a_store_is_removed_through_a_link_in_it(tmp_path: Path) -> None:
    """A store that somebody sent may hold links, and records of files that are not its own."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "query-0123456789ab.parquet").write_text("mine")
    store = Store.open(str(tmp_path / "store"))
    (tmp_path / "store" / ".alflow" / "link").mkdir(parents=True)
    (tmp_path / "store" / "link").symlink_to(tmp_path / "precious")
    (tmp_path / "store" / "mine.parquet").write_text("mine")
    record = '{"sha256": "0", "rows": 1, "seconds": 1}'
    for name in ("link/query-0123456789ab.parquet", "mine.parquet"):
        (tmp_path / "store" / ".alflow" / f"{name}.json").write_text(record)
    with pytest.raises(StoreError, match="behind a link that leads out of the store"):
        list(clean(store))
    (tmp_path / "store" / "link").unlink()
    list(clean(store))
    assert (tmp_path / "precious" / "query-0123456789ab.parquet").exists()
    assert (tmp_path / "store" / "mine.parquet").exists(), "no result is called so"
