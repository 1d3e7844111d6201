"""Stages: keys that change with whatever a result depends on, and with nothing else."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from al_core.config import ClassifierConfig, DataConfig
from tasks import query_select, train
from tasks import stage as stage_module
from tasks.ingest import ingest
from tasks.stage import code_digest, from_store, key, stage
from tasks.store import Ref, Store


def compute(store: Store, model: Ref, labelled: tuple[Ref, ...], classifier: ClassifierConfig, seed: int) -> pa.Table:
    return pa.table({"seed": [seed]})


REF, OTHER = Ref("a/model-1.parquet", "11", 3), Ref("a/model-2.parquet", "22", 3)
INPUTS = {"model": REF, "labelled": (REF, OTHER), "classifier": ClassifierConfig(), "seed": 0}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(str(tmp_path))


def test_the_key_does_not_depend_on_where_things_lie() -> None:
    moved = INPUTS | {"model": Ref("moved.parquet", REF.sha256, 3)}
    assert key(compute, INPUTS) == key(compute, moved)


@pytest.mark.parametrize(
    "change",
    [{"model": OTHER}, {"labelled": (OTHER, REF)}, {"classifier": ClassifierConfig(regularisation=2)}, {"seed": 1}],
    ids=lambda change: next(iter(change)),
)
def test_the_key_depends_on_every_input(change: dict[str, object]) -> None:
    assert key(compute, INPUTS) != key(compute, INPUTS | change)


def test_positional_and_named_inputs_give_one_result(store: Store) -> None:
    kept = stage("number")(compute)
    assert kept(store, "f", *INPUTS.values()) == kept(store, "f", **INPUTS)


def test_the_key_depends_on_the_code_of_al_core_that_it_uses() -> None:
    used = {Path(path).name for path in stage_module._sources(train.__name__, set())}
    assert {"train.py", "tables.py", "learner.py", "linear.py", "tfidf.py", "split.py"} <= used
    assert not {"uncertainty.py", "config.py", "page.py"} & used
    for module in ("prepare", "score_pool", "committee", "inside", "take_reading"):
        used = {Path(path).name for path in stage_module._sources(f"tasks.{module}", set())}
        assert not {"uncertainty.py", "hybrid.py", "stability.py", "predictor.py"} & used, module
    assert code_digest(train.__name__) != code_digest(query_select.__name__)


def test_a_stage_computes_once_and_then_finds(store: Store) -> None:
    calls: list[int] = []

    @stage("count")
    def count(store: Store, seed: int) -> pa.Table:
        calls.append(seed)
        return pa.table({"seed": [seed]})

    first, second, other = count(store, "f", 1), count(store, "f", 1), count(store, "f", 2)
    assert first == second != other
    assert calls == [1, 2]
    assert first.path.startswith("f/count-")


def test_a_changed_source_file_is_read_again(store: Store, tmp_path: Path) -> None:
    from al_core.datasets.source import source_digest as digest

    file = tmp_path / "texts.csv"
    data = DataConfig(source=str(file))
    refs = []
    for last in ("b", "c"):
        file.write_text(f"text,label\none,a\ntwo,{last}\n")
        refs.append(ingest(store, "texts", data=data, content=digest(data)))
    assert refs[0].path != refs[1].path


def test_a_file_elsewhere_is_the_same_data_but_not_under_a_preset(store: Store, tmp_path: Path) -> None:
    from al_core.datasets.presets import PRESETS, resolve
    from al_core.datasets.source import source_digest as digest

    content = Path(str(PRESETS["sample"].path)).read_bytes()
    places = [tmp_path / "a" / "sample.csv", tmp_path / "b" / "sample.csv", tmp_path / "a" / "sample.txt"]
    for place in places:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    configs = [DataConfig(source=str(place), format="csv") for place in places] + [DataConfig(source="sample")]
    refs = [ingest(store, "sample", data=resolve(data), content=digest(data)) for data in configs]
    assert refs[0].path == refs[1].path
    assert len({ref.path for ref in refs}) == 3
    assert refs[0].sha256 != refs[3].sha256


def test_from_store_finds_and_never_computes(store: Store) -> None:
    @stage("double")
    def double(store: Store, seed: int) -> pa.Table:
        return pa.table({"seed": [2 * seed]})

    assert from_store(lambda: double(store, "f", 4)) is None
    ref = double(store, "f", 4)
    assert from_store(lambda: double(store, "f", 4)) == ref
    assert double(store, "f", 5).rows == 1


def test_what_needs_no_encoder_does_not_import_torch() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, tasks.train as t; from tasks.stage import code_digest; code_digest(t.__name__); "
            "print({'torch', 'transformers'} & set(sys.modules))",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "set()\n"
