"""Files in scripts other than Latin, with emoji and invisible characters: run, reported, exported and predicted."""

import json
import warnings
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from al_core.config import ExperimentConfig
from benchmarks.servers import talking_to
from flows.cli import main

pytestmark = pytest.mark.server

CASES = Path(__file__).parents[1] / "cases"
SMALL = {"strategies": ["margin"], "seeds": 1, "cycles": 1, "query_size": 10, "seed_set": {"size": 20}}


def run(file: Path, store: Path, api: str, **features: str) -> Path:
    from flows.experiment import experiment

    config = SMALL | {"data": {"source": str(file)}, "store": str(store), "features": {"kind": "tfidf"} | features}
    with talking_to(api), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        return experiment(ExperimentConfig.model_validate(config))


def call(*arguments: object) -> Result:
    said = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert said.exit_code == 0, said.output
    return said


def test_odd_characters_are_drawn_without_warnings_and_what_cannot_be_seen_has_no_label(
    tmp_path: Path, server: str
) -> None:
    file = tmp_path / "données 数据 100% $x_1$.csv"
    file.write_bytes((CASES / "odd-characters.csv").read_bytes())
    folder = run(file, tmp_path / "store", server)
    assert "数据 100% $x_1$.csv" in (folder / "learning_curves.svg").read_text(encoding="utf-8")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bill &amp; Co&lt;/b&gt;" in page
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["data"]["ingest"]["empty"] == 4
    call("export", tmp_path / "model", "--experiment", folder)
    texts = ["\u200b", "\u2060\u200e", "charge was receipt", "\ufeff"]
    pd.DataFrame({"text": texts}).to_csv(tmp_path / "texts.csv", index=False)
    said = call("predict", tmp_path / "model", tmp_path / "texts.csv", "--output", tmp_path / "out.jsonl")
    assert "4 texts, 3 of them empty and without a label" in said.output
    labels = pd.read_json(tmp_path / "out.jsonl", lines=True)["label"]
    assert labels.isna().tolist() == [True, True, False, True]


def test_characters_are_counted_where_words_are_not_parted_and_exported_so(tmp_path: Path, server: str) -> None:
    folder = run(CASES / "chinese.csv", tmp_path / "store", server)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["config"]["features"]["analyzer"] == "char"
    assert manifest["data"]["strangers"] == {"training": 0, "test": 0}
    call("export", tmp_path / "model", "--experiment", folder)
    assert "TF-IDF of characters" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    call("predict", tmp_path / "model", CASES / "chinese.csv", "--output", tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    assert (out["label"] == out["input_label"]).mean() > 0.95


def test_where_no_text_has_a_known_word_it_is_said_and_what_to_do(tmp_path: Path, server: str) -> None:
    folder = run(CASES / "chinese.csv", tmp_path / "store", server, analyzer="word")
    assert json.loads((folder / "manifest.json").read_text())["data"]["strangers"] == {"training": 1, "test": 1}
    said = call("report", folder, "--store", tmp_path / "store").output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "100 % of the test texts share no word with another text to learn from" in page
    assert "take `features.analyzer: char`" in page
    assert "--analyzer char" in said or "report.html" in said
