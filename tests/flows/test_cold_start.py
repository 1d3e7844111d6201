"""An experiment that starts with no label at all: the flow equals the plain loop, and all that shows it copes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from al_core.classifiers import Untrained
from al_core.config import DataConfig, ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.loop import simulate
from al_core.results import metrics_row, read_experiment
from flows.cli import main

pytestmark = pytest.mark.server

SETTINGS = {
    "seeds": 1, "cycles": 2, "query_size": 10, "seed_set": {"size": 0},
    "stopping": {"rules": ["kappa_average(pairs=1)", "max_uncertainty"], "stop_set": 20},
}  # fmt: skip
STRATEGIES = {
    "tfidf": ["random", "typiclust", "switch(prob_cover,vote_entropy,after=10)"],
    "embeddings": ["kmeans", "switch(alps,margin,after=10)"],
    "transformer": ["random", "switch(typiclust,badge,after=10)", "switch(coreset,bald,after=20)", "alps"],
}


def a_config(kind: str, encoder: Path, store: Path) -> ExperimentConfig:
    """Configure an experiment on 100 messages of two classes, with a tiny encoder."""
    corpus, _ = build_corpus(DataConfig(categories=("account", "billing")))
    file = store / "few.csv"
    pd.DataFrame({"text": corpus.texts[:100], "label": corpus.labels[:100]}).to_csv(file, index=False)
    tuning = {"epochs": 1, "min_steps": 4, "batch_size": 8, "epoch_test_texts": 10, "learning_rate": 1e-3}
    classifier = {"name": "transformer", "fine_tuning": tuning} if kind == "transformer" else {}
    features = {} if kind == "transformer" else {"kind": kind}
    return ExperimentConfig.model_validate(
        SETTINGS
        | {"data": {"source": str(file)}, "classifier": classifier, "features": features}
        | {"encoder": {"name": str(encoder), "max_length": 32, "device": "cpu"}}
        | {"strategies": STRATEGIES[kind], "store": str(store / "store")}
    )


@pytest.mark.parametrize("kind", ["tfidf", "embeddings", pytest.param("transformer", marks=pytest.mark.soak)])
def test_the_flow_equals_the_plain_loop_bit_for_bit(
    kind: str, tiny_language_model: Path, tmp_path: Path, prefect_api: str
) -> None:
    from flows.experiment import experiment

    config = a_config(kind, tiny_language_model, tmp_path)
    corpus, _ = build_corpus(config.data)
    folder = experiment(config)
    assert isinstance(folder, Path)
    flow = read_experiment(folder)
    for strategy in config.strategies:
        own, asked = flow.metrics.query("strategy == @strategy"), flow.queries.query("strategy == @strategy")
        for result, (_, row) in zip(simulate(corpus, config, strategy, 0), own.iterrows(), strict=True):
            expected = metrics_row(result.metrics)
            assert np.array_equal([row[name] for name in expected], list(expected.values()), equal_nan=True)
            query = asked[asked["cycle"] == result.cycle]
            assert query["id"].tolist() == [corpus.ids[i] for i in (result.query.rows if result.query else ())]
    assert flow.metrics["labels"].tolist() == [0, 10, 20] * len(config.strategies)
    assert flow.metrics.query("cycle > 0").notna().all(axis=None)
    assert flow.queries.query("cycle == 0").filter(like="p_").isna().all(axis=None)
    setup = next((tmp_path / "store").glob("few/setup-*"))
    assert not list(setup.glob("*/seed=0/cycle=000/member-*")), "no committee without labels"
    assert not list(setup.glob("*/seed=0/cycle=000/pool-*")), "nor probabilities"
    assert (len(list((tmp_path / "store" / "weights").glob("*"))) if kind == "transformer" else 4) == 4, "the last ones"
    _shown(folder)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "store" / "few").rglob("*.parquet")}
    assert experiment(config) == folder
    assert {file: file.stat().st_mtime_ns for file in before} == before, "nothing is computed again"


def _shown(folder: Path) -> None:
    """Look at what the command line says of a finished experiment."""
    status = CliRunner().invoke(main, ["status", str(folder)])
    assert status.exit_code == 0
    assert "3/3" in status.output
    report = CliRunner().invoke(main, ["report", str(folder)])
    assert report.exit_code == 0, report.output
    assert " 0 " in report.output, "the learning curve begins at 0 labels"
    assert "nan" not in (folder / "report.html").read_text(encoding="utf-8").lower().replace("finance", "")
    out = str(folder / "exported")
    refused = CliRunner().invoke(main, ["export", out, "--experiment", str(folder), "--cycle", "0"])
    assert "no text is labelled yet in cycle 0" in str(refused.exception)
    exported = CliRunner().invoke(main, ["export", out, "--experiment", str(folder), "--cycle", "1"])
    assert exported.exit_code == 0, exported.output


def test_a_model_of_no_label_is_loaded_and_forgotten_as_others(
    tiny_language_model: Path, tmp_path: Path, prefect_api: str
) -> None:
    from flows.cycle import stages
    from flows.prepare import check, prepare
    from tasks.models import forget, load_model, weights_of

    config = a_config("transformer", tiny_language_model, tmp_path)
    store, corpus = check(config)
    prepared = prepare(store, config, corpus, 0)
    cycle = stages(store, config, prepared, "random", 0, 0, (prepared.seed_set,), ask=True)
    learning = prepared.learning(config, (prepared.seed_set,), 0)
    assert isinstance(load_model(store, cycle.model, learning), Untrained)
    assert weights_of(store, cycle.model) is None
    forget(store, cycle.model)
