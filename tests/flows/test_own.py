"""The classifier of the documentation, as a user would have it: checked, run, exported, and altered."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from click.testing import CliRunner

from al_core.classifiers import EstimatorModel
from al_core.config import ExperimentConfig
from al_core.contracts.classifiers import CHECKS
from al_core.datasets.build import build_corpus
from al_core.loop import simulate
from al_core.results import metrics_row, read_experiment
from benchmarks.servers import talking_to
from flows.cli import main
from flows.finished import find
from tasks import models

pytestmark = pytest.mark.server

CONFIG = {
    "features": {"kind": "tfidf"},
    "classifier": {"name": "mine:vote(trees=10)"},
    "strategies": ["margin"],
    "seeds": 1,
    "cycles": 1,
    "query_size": 20,
}
DOCUMENTED = re.search(
    r"```python\n(# mine\.py\n.*?)```", (Path(__file__).parents[2] / "docs" / "models.md").read_text(), re.DOTALL
)
OWN = """
class Mine(VotingClassifier):
    pass


@classifier
def own(seed):
    return Mine(vote(seed, trees=5).estimators, voting="soft")
"""


@pytest.fixture(scope="module", autouse=True)
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("mine")
    assert DOCUMENTED
    (folder / "mine.py").write_text(DOCUMENTED[1] + OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
        sys.modules.pop("mine", None)


def run(config: dict, store: Path, api: str) -> Path:
    from flows.experiment import experiment

    with talking_to(api):
        return experiment(ExperimentConfig.model_validate(config | {"store": str(store)}))


@pytest.fixture(scope="module")
def finished(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(CONFIG, tmp_path_factory.mktemp("store"), server)


def test_the_example_has_fifteen_lines_at_most_and_keeps_all_promises() -> None:
    assert DOCUMENTED
    assert len(DOCUMENTED[1].splitlines()) <= 15
    said = CliRunner().invoke(main, ["check", "mine:vote"])
    assert said.exit_code == 0, said.output
    assert f"mine:vote, tried on TF-IDF, keeps all {len(CHECKS)} promises." in said.output


def test_the_flow_equals_the_plain_loop_bit_for_bit(finished: Path) -> None:
    config = ExperimentConfig.model_validate(CONFIG)
    corpus, _ = build_corpus(config.data)
    flow = read_experiment(finished)
    for result, (_, row) in zip(simulate(corpus, config, "margin", 0), flow.metrics.iterrows(), strict=True):
        assert metrics_row(result.metrics) == {name: row[name] for name in metrics_row(result.metrics)}
        if result.query is not None:
            assert flow.queries["id"].tolist() == [corpus.ids[i] for i in result.query.rows]
            assert flow.queries["score"].tolist() == result.query.scores.tolist()


def test_it_is_read_from_the_store_and_not_trained_again(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models._own.clear()
    monkeypatch.setattr(models, "_trained", lambda *_: pytest.fail("it was trained again"))
    assert isinstance(find(finished).model, EstimatorModel)


def test_it_loads_without_alflow_and_says_what_the_model_said(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    said = CliRunner().invoke(main, ["export", str(out), "--experiment", str(finished)])
    assert said.exit_code == 0, said.output
    learned = find(finished)
    texts = list(learned.corpus.texts[:30])
    card = (out / "README.md").read_text()
    code = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)[0].replace('"."', repr(str(out)))
    scope: dict = {}
    exec(code.replace('["one text", "and another"]', repr(texts)), scope)
    pd.DataFrame({"text": texts}).to_csv(tmp_path / "texts.csv", index=False)
    labelled = tmp_path / "labelled.csv"
    predicted = CliRunner().invoke(main, ["predict", str(out), str(tmp_path / "texts.csv"), "--output", str(labelled)])
    assert predicted.exit_code == 0, predicted.output
    assert list(scope["labels"]) == pd.read_csv(labelled)["label"].tolist()
    unusual = skops.io.get_untrusted_types(file=out / "model.skops")
    assert unusual
    assert all(name.startswith("sklearn.") and name in card for name in unusual)
    by_pipeline = skops.io.load(out / "model.skops", trusted=unusual).predict_proba(texts)
    np.testing.assert_allclose(scope["probabilities"], by_pipeline, atol=1e-12)
    assert "regularisation" not in card


@pytest.mark.parametrize(
    ("classifier", "saying"),
    [
        (
            {"name": "mine:vote(trees=5)", "calibration": "temperature"},
            "the temperature cannot be folded into mine:vot",
        ),
        ({"name": "mine:own"}, "mine:own makes a Mine, which cannot be exported"),
    ],
)
def test_what_cannot_be_exported_runs_all_the_same(
    classifier: dict, saying: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = run(CONFIG | {"classifier": classifier, "cycles": 0}, tmp_path / "store", server)
    assert len(read_experiment(finished).metrics) == 1
    models._own.clear()
    monkeypatch.setattr(models, "_trained", lambda *_: pytest.fail("it was trained before it was refused"))
    said = CliRunner().invoke(main, ["export", str(tmp_path / "out"), "--experiment", str(finished)])
    assert said.exit_code == 1
    assert saying in str(said.exception)


def test_status_imports_nothing_that_a_store_names(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from al_core.estimators import maker_of

    maker_of.cache_clear()
    monkeypatch.setitem(sys.modules, "mine", None)
    said = CliRunner().invoke(main, ["status", "--store", str(finished.parents[1])])
    assert said.exit_code == 0
    assert " · 2 of 2 cycles · " in said.output
