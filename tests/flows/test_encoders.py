"""Experiments with an encoder: the flow equals the plain loop, with embeddings beside TF-IDF and with fine-tuning."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import al_core
from al_core.config import DataConfig, ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.loop import simulate
from al_core.results import metrics_row, read_experiment
from flows.cli import main

pytestmark = pytest.mark.server

SIZES = {"seeds": 1, "cycles": 2, "query_size": 10, "seed_set": {"size": 12}}
STRATEGIES = {
    "tfidf": ["coreset", "kl_disagreement", "expected_error_reduction(candidates=5,evaluated=20)", f"{__name__}:short"],
    "joined": ["badge", "contrastive", "switch(typiclust,margin,after=20)"],
    "embeddings": ["margin", "random"],
    "transformer": ["badge", "bald", "contrastive", "vote_entropy"],
    "language model": ["alps"],
}
"""So that every need is met once in each way."""
EPOCHS = ["epoch", "steps", "train_loss", "train_accuracy", "train_macro_f1", "test_loss", "test_accuracy"]


@al_core.strategy
def short(texts: tuple[str, ...]) -> np.ndarray:
    """Score texts by how short they are: a strategy of one's own."""
    return -np.array([float(len(text)) for text in texts])


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 120 messages of the sample, of three classes, to a file."""
    corpus, _ = build_corpus(DataConfig(categories=("account", "billing", "delivery")))
    file = tmp_path_factory.mktemp("few") / "few.csv"
    pd.DataFrame({"text": corpus.texts[:120], "label": corpus.labels[:120]}).to_csv(file, index=False)
    return file


def settings(kind: str, few: Path, tiny_encoder: Path, store: Path) -> dict[str, Any]:
    """Return the settings of an experiment with MiniLM's embeddings, or with a tiny encoder that is fine-tuned."""
    common = SIZES | {"data": {"source": str(few)}, "store": str(store), "strategies": STRATEGIES[kind]}
    if kind == "language model":
        return common | {"features": {"kind": "embeddings"}, "encoder": {"name": str(tiny_encoder), "max_length": 32}}
    if kind != "transformer":
        return common | {"features": {"kind": kind}, "encoder": {"max_length": 64, "device": "cpu"}}
    tuning = {"epochs": 2, "min_steps": 4, "batch_size": 8, "epoch_test_texts": 10, "learning_rate": 1e-3}
    encoder = {"name": str(tiny_encoder), "max_length": 32, "device": "cpu"}
    return common | {"encoder": encoder, "classifier": {"name": "transformer", "fine_tuning": tuning}}


@pytest.mark.parametrize("kind", STRATEGIES)
def test_the_flow_equals_the_plain_loop_bit_for_bit(
    kind: str, few: Path, tiny_encoder: Path, tiny_language_model: Path, tmp_path: Path, prefect_api: str
) -> None:
    from flows.experiment import experiment

    encoder = tiny_language_model if kind == "language model" else tiny_encoder
    config = ExperimentConfig.model_validate(settings(kind, few, encoder, tmp_path))
    corpus, _ = build_corpus(config.data)
    flow = read_experiment(experiment(config))
    assert len(flow.metrics) == 3 * len(config.strategies)
    for strategy in config.strategies:
        own = flow.metrics.query("strategy == @strategy")
        asked = flow.queries.query("strategy == @strategy")
        for result, (_, row) in zip(simulate(corpus, config, strategy, 0), own.iterrows(), strict=True):
            assert metrics_row(result.metrics) == {name: row[name] for name in metrics_row(result.metrics)}
            query = asked[asked["cycle"] == result.cycle]
            expected = result.query.rows if result.query else []
            assert query["id"].tolist() == [corpus.ids[i] for i in expected]
            if result.query and result.query.proba is not None:
                proba = query[[f"p_{name}" for name in corpus.classes]].to_numpy()
                assert np.array_equal(proba, result.query.proba)


def test_a_fine_tuned_experiment_shows_its_epochs_and_goes_on_where_it_was(
    few: Path, tiny_encoder: Path, tmp_path: Path, prefect_api: str
) -> None:
    from flows.experiment import experiment

    both = {"strategies": ["margin", "random"]}
    config = ExperimentConfig.model_validate(settings("transformer", few, tiny_encoder, tmp_path) | both)
    folder = experiment(config)
    assert isinstance(folder, Path)
    result = read_experiment(folder)
    steps = result.epochs.groupby(["strategy", "cycle"])["steps"].max()
    assert steps["margin"].tolist() == [4, 6, 8], "more labels, more steps an epoch"
    assert result.epochs[EPOCHS].notna().all(axis=None)
    assert set(result.timings["stage"]) >= {"ingest", "split", "featurise", "seed-set", "train", "evaluate"}
    assert len(list((tmp_path / "weights").iterdir())) == 2, "the last of each strategy"
    assert CliRunner().invoke(main, ["clean", "--store", str(tmp_path)]).output.strip() == "0  bytes freed"
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("few/**/*.parquet")}
    tables = {name: (folder / name).read_bytes() for name in ("metrics.parquet", "epochs.parquet", "queries.parquet")}
    assert experiment(config) == folder
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob("few/**/*.parquet")} == before
    next(tmp_path.glob("few/*/margin/seed=0/cycle=001/metrics-*")).unlink()
    experiment(config)
    assert {name: (folder / name).read_bytes() for name in tables} == tables


def test_code_in_an_encoder_s_folder_is_not_run(
    few: Path, tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Path(copytree(tiny_encoder, tmp_path / "encoder"))
    (encoder / "evil.py").write_text(f"from pathlib import Path\nPath({str(tmp_path / 'imported')!r}).touch()\n")
    classes = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model", "AutoTokenizer": ["evil.Slow", "evil.Fast"]}
    for name, length in (("config.json", "max_position_embeddings"), ("tokenizer_config.json", "model_max_length")):
        about = json.loads((encoder / name).read_text()) | {"auto_map": classes, "model_type": "evil", length: 512}
        (encoder / name).write_text(json.dumps(about | {"tokenizer_class": "EvilTokenizer"}))
    monkeypatch.chdir(tmp_path)
    command = ["next", str(few), "--features", "embeddings", "--encoder", "encoder"]
    said = CliRunner().invoke(main, [*command, "--label-column", "none", "--output", "todo.csv"])
    assert not (tmp_path / "imported").exists()
    assert isinstance(said.exception, SystemExit), repr(said.exception)
    assert said.exit_code == 1
