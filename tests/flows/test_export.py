"""From a finished experiment to a folder, and from that to the labels of a file, by the command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from al_core.analysis import aulc
from al_core.config import ExperimentConfig
from al_core.encoders.weights import MINILM, is_here
from al_core.export.about import About
from al_core.results import read_experiment
from benchmarks.servers import talking_to
from flows.cli import main

pytestmark = pytest.mark.server

CONFIG = {
    "features": {"kind": "tfidf"},
    "strategies": ["margin", "random"],
    "seeds": 2,
    "cycles": 2,
    "query_size": 20,
}


def run(config: dict, store: Path, api: str) -> Path:
    from flows.experiment import experiment

    with talking_to(api):
        return experiment(ExperimentConfig.model_validate(config | {"store": str(store)}))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    result = call(*arguments)
    assert result.exit_code == 1
    return str(result.exception)


@pytest.fixture(scope="module")
def finished(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(CONFIG, tmp_path_factory.mktemp("store"), server)


@pytest.fixture(scope="module")
def exported(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports") / "model"
    result = call("export", out, "--experiment", finished, "--strategy", "random", "--seed", 1, "--cycle", 1)
    assert result.exit_code == 0, result.output
    return out


def test_the_exported_model_reaches_what_the_experiment_says(finished: Path, exported: Path, tmp_path: Path) -> None:
    store = finished.parents[1]
    corpus = pd.read_parquet(next(store.glob("sample/corpus-*.parquet")))
    parts = [pd.read_parquet(path) for path in store.glob("sample/seed=1/split-*.parquet")]
    test = corpus.iloc[parts[0].query("in_test")["row"]]
    test.to_parquet(tmp_path / "test.parquet")
    result = call("predict", exported, tmp_path / "test.parquet", "--output", tmp_path / "out.parquet")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"{len(test)} texts: ")
    assert "apart on the model's test texts" in result.output
    out = pd.read_parquet(tmp_path / "out.parquet")
    metrics = read_experiment(finished).metrics.query("strategy == 'random' and seed == 1 and cycle == 1")
    assert (out["label"] == out["input_label"]).mean() == pytest.approx(metrics["accuracy"].item(), abs=1e-12)
    proba = out[[name for name in out if name.startswith("p_")]]
    assert np.allclose(proba.max(axis=1), out["confidence"])
    card = (exported / "README.md").read_text()
    assert f"| {metrics['accuracy'].item():.3f} | {metrics['macro_f1'].item():.3f} |" in card
    assert "random, seed 1, cycle 1" in card
    assert "temperature scaling, folded into the weights" in card
    assert About.read(exported).calibration_error < metrics["calibration_error"].item(), "confidences are calibrated"
    assert str(Path.cwd()) not in card
    assert str(store) not in card


def test_the_latest_experiment_and_the_best_strategy_are_the_default(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    result = call("export", tmp_path / "out", "--store", finished.parents[1])
    metrics = read_experiment(finished).metrics.query("cycle == 2")
    best = aulc(read_experiment(finished).metrics).index[0]
    assert f"Experiment: {finished}, the latest of the store" in result.output
    seeds = metrics.query("strategy == @best")["macro_f1"]
    assert f"{best}, seed 0, cycle 2: 70 labels, macro-F1 {seeds.iloc[0]:.3f} (" in result.output
    assert f"; mean of 2 seeds {seeds.mean():.3f} (" in result.output
    files = {file.name for file in (tmp_path / "out").iterdir()}
    assert files == {"README.md", "alflow.json", "model.skops"}
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_an_experiment_that_cannot_be_exported_says_why(finished: Path, tmp_path: Path) -> None:
    def why(*options: object) -> str:
        return refused("export", tmp_path / "out", "--experiment", finished, *options)

    assert "did you mean 'margin'" in why("--strategy", "margn")
    assert "there is no seed 2; those of this experiment go from 0 to 1" in why("--seed", 2)
    assert "there is no cycle 3; those of this experiment go from 0 to 2" in why("--cycle", 3)
    assert "it is neither the folder of one nor in" in refused("export", tmp_path / "out", "--experiment", tmp_path)
    assert "no finished experiment" in refused("export", tmp_path / "out", "--store", tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    assert "is not empty; name another" in refused("export", tmp_path / "full", "--experiment", finished)
    assert [file.name for file in tmp_path.iterdir()] == ["full"]


def test_what_is_missing_from_the_store_is_named(server: str, tmp_path: Path) -> None:
    rows = pd.read_csv("data/sample/messages.csv").head(300)
    rows.to_csv(tmp_path / "some.csv", index=False)
    config = CONFIG | {"data": {"source": str(tmp_path / "some.csv"), "categories": ["delivery", "billing"]}}
    folder = run(config | {"seeds": 1, "strategies": ["random"]}, tmp_path / "store", server)
    next((tmp_path / "store").glob("some/*/random/seed=0/cycle=002/model-*")).unlink()
    said = refused("export", tmp_path / "out", "--experiment", folder)
    assert "the result of train of random, seed 0, cycle 2 was removed from" in said
    query = next((tmp_path / "store").glob("some/*/random/seed=0/cycle=001/query-*"))
    query.write_bytes(query.read_bytes()[:-1])
    said = refused("export", tmp_path / "out", "--experiment", folder)
    assert "the result of query-select of random, seed 0, cycle 1 was removed from" in said
    assert not (tmp_path / "out").exists()
    assert run(config | {"seeds": 1, "strategies": ["random"]}, tmp_path / "store", server) == folder
    assert call("export", tmp_path / "out", "--experiment", folder).exit_code == 0, "as the message advises"


@pytest.fixture
def elsewhere(finished: Path, tmp_path: Path) -> Path:
    """Return the experiment in a copy of its store, whose tables and manifest a test may alter."""
    shutil.copytree(finished.parents[1], tmp_path / "elsewhere")
    return tmp_path / "elsewhere" / "experiments" / finished.name


def test_another_version_of_alflow_exports_what_this_one_made(elsewhere: Path, tmp_path: Path) -> None:
    """Another code of the stages gives all results other keys; nor has the data to be where it was."""
    code = tmp_path / "later"
    for package in ("al_core", "tasks", "flows"):
        shutil.copytree(package, code / package)
    for stage in ("ingest", "train", "evaluate", "prepare", "seed_set", "query_select"):
        with (code / "tasks" / f"{stage}.py").open("a") as source:
            source.write("\nLATER = True\n")
    where = {"cwd": code, "env": os.environ | {"PYTHONPATH": str(code)}}
    alflow = [sys.executable, "-c", "from flows.cli import main; main()"]
    options = ["--experiment", str(elsewhere), "--strategy", "margin"]
    subprocess.run([*alflow, "export", str(tmp_path / "out"), *options], check=True, **where)
    assert call("export", tmp_path / "now", "--experiment", elsewhere, "--strategy", "margin").exit_code == 0
    for name in ("README.md", "alflow.json"):
        assert (tmp_path / "out" / name).read_text() == (tmp_path / "now" / name).read_text()


def test_tables_of_before_results_were_named_say_to_run_again(elsewhere: Path, tmp_path: Path) -> None:
    file = elsewhere / "timings.parquet"
    pd.read_parquet(file).drop(columns="result").to_parquet(file)
    assert "an earlier version of alflow made" in refused("export", tmp_path / "out", "--experiment", elsewhere)


@pytest.mark.parametrize("path", ["/etc/passwd", "../victim/model-0.parquet", "a/../../victim/b.parquet", None, "x"])
def test_a_table_that_names_files_outside_the_store_is_not_followed(
    elsewhere: Path, tmp_path: Path, path: str | None
) -> None:
    file = elsewhere / "timings.parquet"
    pd.read_parquet(file).assign(result=path).to_parquet(file)
    assert "was removed from" in refused("export", tmp_path / "out", "--experiment", elsewhere)


def test_a_prediction_that_cannot_be_made_leaves_nothing(exported: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.csv"
    path.write_text('{"text": "where is my parcel?"}\n' * 20_000 + "{")
    assert "line 20001" in refused("predict", exported, path, "--output", out)
    assert "no column 'tex' for the text; did you mean 'text'?" in refused(
        "predict", exported, path, "--output", out, "--text-column", "tex"
    )
    assert "Its suffix has to be one of .csv, .jsonl, .parquet" in refused(
        "predict", exported, path, "--output", tmp_path / "out.docx"
    )
    assert "is the file that is read" in refused("predict", exported, path, "--output", path)
    assert "is not an exported model" in refused("predict", tmp_path, path, "--output", out)
    assert "is no file" in refused("predict", exported, tmp_path / "none.csv", "--output", out)
    (tmp_path / "in.csv").write_text("text\n")
    assert "has no rows" in refused("predict", exported, tmp_path / "in.csv", "--output", out)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.csv", "in.jsonl"]


def test_a_file_of_lines_goes_in_and_a_labelled_one_comes_out(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("where is my parcel?\n\nI want my money back\n" * 5_000)
    result = call("predict", exported, tmp_path / "in.txt", "--output", tmp_path / "new" / "out.jsonl")
    assert result.output.startswith("15,000 texts, 5,000 of them empty and without a label: ")
    lines = (tmp_path / "new" / "out.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines[:2] + lines[-1:]]
    assert [row["text"] for row in rows] == ["where is my parcel?", "", "I want my money back"]
    assert rows[0]["confidence"] == rows[0][f"p_{rows[0]['label']}"] > 0
    assert rows[1]["label"] is rows[1]["confidence"] is None
    assert len(lines) == 15_000


@pytest.mark.skipif(not is_here(MINILM), reason="the encoder is not installed")
def test_a_fine_tuned_model_that_was_removed_is_trained_again(server: str, tmp_path: Path) -> None:
    from transformers import pipeline

    pd.read_csv("data/sample/messages.csv").head(120).to_csv(tmp_path / "some.csv", index=False)
    fine_tuning = {"epochs": 1, "min_steps": 2, "epoch_test_texts": 0}
    config = {
        "data": {"source": str(tmp_path / "some.csv"), "categories": ["delivery", "billing"]},
        "encoder": {"max_length": 16},
        "classifier": {"name": "transformer", "fine_tuning": fine_tuning},
        "seed_set": {"size": 10},
        "strategies": ["random"],
        "seeds": 1,
        "cycles": 1,
        "query_size": 5,
        "keep_models": "none",
    }
    folder = run(config, tmp_path / "store", server)
    assert not list((tmp_path / "store" / "weights").iterdir())
    result = call("export", tmp_path / "out", "--experiment", folder)
    assert result.exit_code == 0, result.output
    said = pipeline("text-classification", str(tmp_path / "out"))("my parcel is late")
    assert said[0]["label"] in ("delivery", "billing")
    result = call("predict", tmp_path / "out", tmp_path / "some.csv", "--output", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert pd.read_csv(tmp_path / "out.csv")["label"].isin(["delivery", "billing"]).all()
