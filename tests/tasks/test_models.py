"""Models: fine-tuned ones lie apart from their tables, are kept as asked for, and trained again where they are gone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import tasks.models
from al_core.classifiers import TransformerModel
from al_core.config import ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.metrics import Metrics
from flows.cycle import stages
from flows.prepare import Prepared, check, prepare
from tasks.checkpoints import prune, prune_shared
from tasks.evaluate import evaluate
from tasks.files import remove
from tasks.models import forget, load_model, weights_file
from tasks.publish import Cycle
from tasks.store import Ref, Store

STRATEGIES, CYCLES = ("margin", "random"), 2
RUN = tuple[ExperimentConfig, Store, Prepared]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write eighty messages of the sample, of two classes, to a file."""
    corpus, _ = build_corpus(ExperimentConfig.model_validate({"data": {"categories": ["account", "billing"]}}).data)
    file = tmp_path_factory.mktemp("texts") / "few.csv"
    pd.DataFrame({"text": corpus.texts[:80], "label": corpus.labels[:80]}).to_csv(file, index=False)
    return file


def a_config(texts: Path, encoder: Path, store: Path, **more: object) -> ExperimentConfig:
    settings = {"epochs": 1, "min_steps": 2, "batch_size": 16, "learning_rate": 1e-3}
    return ExperimentConfig.model_validate(
        {
            "data": {"source": str(texts)},
            "encoder": {"name": str(encoder), "max_length": 32, "device": "cpu"},
            "classifier": {"name": "transformer", "fine_tuning": settings},
            "seed_set": {"size": 10},
            "query_size": 6,
            "store": str(store),
        }
        | more
    )


@pytest.fixture(autouse=True)
def nothing_in_memory() -> Iterator[None]:
    """Forget the model that was used last, as a new process does."""
    tasks.models._in_memory.clear()
    yield
    tasks.models._in_memory.clear()


@pytest.fixture
def run(texts: Path, tiny_encoder: Path, tmp_path: Path) -> RUN:
    config = a_config(texts, tiny_encoder, tmp_path / "store")
    store, corpus = check(config)
    return config, store, prepare(store, config, corpus, 0)


def cycles_of(run: RUN, strategy: str, after: Callable[[list[Cycle]], None] = lambda _: None) -> list[Cycle]:
    """Do the cycles of a strategy, as a run does, and something after each."""
    config, store, prepared = run
    done: list[Cycle] = []
    labelled: tuple[Ref, ...] = (prepared.seed_set,)
    for number in range(CYCLES + 1):
        done.append(stages(store, config, prepared, strategy, 0, number, labelled, ask=number < CYCLES))
        after(done)
        query = done[-1].query
        labelled = (*labelled, query) if query else labelled
    return done


def kept(run: RUN) -> set[str]:
    return {file.name for file in (Path(run[1].root) / "weights").glob("*")}


def file_of(run: RUN, model: Ref) -> Path:
    _, store, _ = run
    file = weights_file(store, store.load(model).schema.metadata[b"weights"].decode())
    assert isinstance(file, Path)
    return file


def one_cycle(run: RUN) -> Cycle:
    config, store, prepared = run
    return stages(store, config, prepared, "margin", 0, 0, (prepared.seed_set,), ask=True)


def again(run: RUN, cycle: Cycle) -> Cycle:
    """Do the same cycle with all but its model gone from the store, and nothing in memory."""
    _, store, _ = run
    for _, ref in cycle.refs():
        if ref != cycle.model:
            for file in (store.folder / ref.path, store.record_path(ref.path)):
                remove(file)
    tasks.models._in_memory.clear()
    tasks.store._recent.clear()
    return one_cycle(run)


def test_the_table_says_how_training_went_and_the_weights_lie_apart(run: RUN) -> None:
    config, store, prepared = run
    cycle = one_cycle(run)
    table = store.load(cycle.model).to_pandas()
    assert table["epoch"].tolist() == [1, 2]
    assert table["test_loss"].notna().tolist() == [False, True], "of more epochs than asked for, some are watched"
    assert kept(run) == {file_of(run, cycle.model).name}
    learning = prepared.learning(config, (prepared.seed_set,), 0)
    in_memory = load_model(store, cycle.model, learning)
    tasks.models._in_memory.clear()
    read = load_model(store, cycle.model, learning)
    assert isinstance(read, TransformerModel)
    assert isinstance(in_memory, TransformerModel)
    assert read is not in_memory
    assert read.digest == in_memory.digest


@pytest.mark.parametrize("harm", ["none", "removed", "truncated", "altered", "empty"])
def test_weights_that_are_gone_or_harmed_are_trained_again_to_the_same_end(run: RUN, harm: str) -> None:
    cycle = one_cycle(run)
    file = file_of(run, cycle.model)
    content = file.read_bytes()
    if harm == "removed":
        file.unlink()
    elif harm != "none":
        harmed = {"truncated": content[: len(content) // 2], "altered": content[:-1] + b"X", "empty": b""}
        file.write_bytes(harmed[harm])
    assert again(run, cycle) == cycle, "the same results, by the digests of their bytes"


def test_weights_that_were_trained_again_stay_in_memory_for_the_stages_that_follow(
    run: RUN, caplog: pytest.LogCaptureFixture
) -> None:
    cycle = one_cycle(run)
    file_of(run, cycle.model).unlink()
    with caplog.at_level("INFO", "alflow"):
        again(run, cycle)
    assert caplog.text.count("training them again") == 1
    assert "slightly other weights" not in caplog.text


def expected(keep: str, run: RUN, cycles: dict[str, list[Cycle]]) -> set[str]:
    """Return the weights that a policy keeps, of each strategy."""
    store = run[1]
    if keep == "none":
        return set()

    def score(cycle: Cycle) -> float:
        return Metrics.from_table(store.load(cycle.metrics)).macro_f1

    chosen = {
        "all": lambda several: several,
        "last": lambda several: several[-1:],
        "best": lambda several: [max(several, key=score)],
    }[keep]
    return {file_of(run, cycle.model).name for several in cycles.values() for cycle in chosen(several)}


@pytest.mark.parametrize("keep", ["none", "last", "best", "all"])
def test_weights_are_kept_as_asked_for(texts: Path, tiny_encoder: Path, tmp_path: Path, keep: str) -> None:
    config = a_config(texts, tiny_encoder, tmp_path, keep_models=keep)
    store, corpus = check(config)
    run = config, store, prepare(store, config, corpus, 0)
    most = []

    def after(done: list[Cycle]) -> None:
        prune(store, config, done)
        most.append(len(kept(run)))

    cycles = {strategy: cycles_of(run, strategy, after) for strategy in STRATEGIES}
    first = file_of(run, cycles["margin"][0].model).name
    assert cycles["random"][0].model == cycles["margin"][0].model
    assert first in kept(run), "what all strategies share stays until the last of them is done"
    prune_shared(store, config, [cycle for several in cycles.values() for cycle in several])
    assert kept(run) == expected(keep, run, cycles)
    assert max(most) <= {"none": 1, "last": 3, "best": 3, "all": 5}[keep], "they do not pile up meanwhile"
    assert cycles == {strategy: cycles_of(run, strategy) for strategy in STRATEGIES}, "nothing is computed twice"


def test_a_linear_model_has_no_weights_apart_and_nothing_is_pruned(texts: Path, tmp_path: Path) -> None:
    more = {"classifier": {"name": "linear_svm"}, "features": {"kind": "tfidf"}, "keep_models": "none"}
    config = a_config(texts, Path("none"), tmp_path, **more)
    store, corpus = check(config)
    run = config, store, prepare(store, config, corpus, 0)
    cycles = cycles_of(run, "margin", lambda done: prune(store, config, done))
    prune_shared(store, config, cycles)
    assert not (tmp_path / "weights").exists()
    model = load_model(store, cycles[0].model, run[2].learning(config, (run[2].seed_set,), 0))
    assert model.to_table().equals(store.load(cycles[0].model))


def test_metrics_need_no_weights_once_they_are_there(run: RUN) -> None:
    config, store, prepared = run
    cycle = one_cycle(run)
    file_of(run, cycle.model).unlink()
    tasks.models._in_memory.clear()
    learning = prepared.learning(config, (prepared.seed_set,), 0)
    folder = cycle.metrics.path.rsplit("/", 1)[0]
    assert evaluate(store, folder, cycle.model, learning) == cycle.metrics
    assert not kept(run)


def test_what_another_run_has_pruned_already_stops_nothing(run: RUN) -> None:
    cycle = one_cycle(run)
    forget(run[1], cycle.model)
    forget(run[1], cycle.model)
    assert kept(run) == set()


def test_the_temperature_is_part_of_a_model(run: RUN) -> None:
    config, store, prepared = run
    learning = prepared.learning(config, (prepared.seed_set,), 0)
    model = load_model(store, one_cycle(run).model, learning)
    assert isinstance(model, TransformerModel)
    assert model.softened(2.0).digest != model.digest == model.softened(1.0).digest
