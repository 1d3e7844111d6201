"""Stopping rules in an experiment: they stop nothing, see no test label, and say where they would have stopped."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from al_core.config import ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.loop import simulate
from al_core.results import read_experiment
from al_core.stopping.marks import marks
from al_core.stopping.readings import stop_set
from flows.cli import main

pytestmark = pytest.mark.server

RULES = (
    "budget(labels=80)", "kappa_average(at_least=0.5,pairs=1)", "target(value=0.1)", "selected_accuracy(at_least=0.01)",
    "all(budget(labels=70),overall_uncertainty(below=9.0))", "cycles(count=900)",
)  # fmt: skip
SETTINGS = {
    "features": {"kind": "tfidf"}, "seeds": 1, "cycles": 4, "query_size": 10, "strategies": ["margin", "random"],
    "stopping": {"rules": RULES, "stop_set": 50, "audit_set": 20},
}  # fmt: skip


def test_the_flow_marks_what_the_plain_loop_marks(tmp_path: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    config = ExperimentConfig.model_validate(SETTINGS | {"store": str(tmp_path)})
    corpus, _ = build_corpus(config.data)
    result = read_experiment(experiment(config))
    for strategy in config.strategies:
        cycles = list(simulate(corpus, config, strategy, 0))
        history = [cycle.reading for cycle in cycles if cycle.reading]
        expected = pd.DataFrame(marks(RULES, history, [cycle.metrics for cycle in cycles]))
        found = result.stops.query("strategy == @strategy").reset_index(drop=True)
        assert found["rule"].tolist() == list(RULES)
        for column in ("cycle", "labels", "paid", "macro_f1"):
            assert np.array_equal(found[column].astype(float), expected[column].astype(float), equal_nan=True)
        assert found["why"].fillna("").tolist() == expected["why"].fillna("").tolist()
        assert (found["labels"][0], found["paid"][0]) == (60, 80), "30 in the seed set, 3 queries of 10; 20 audited"
        assert pd.isna(found["cycle"][5])
    assert len(result.metrics) == 2 * 5, "no rule stopped the experiment"
    again = experiment(config.model_copy(update={"stopping": config.stopping.model_copy(update={"rules": RULES[:2]})}))
    assert len(read_experiment(again).stops) == 2 * 2
    assert len(list(tmp_path.glob("sample/setup-*"))) == 1, "other rules do not train anything again"


def test_the_audit_set_is_apart_from_pool_and_test_and_the_stop_set_is_in_the_pool() -> None:
    corpus, _ = build_corpus(ExperimentConfig().data)
    parts, without = split(corpus, 0.2, 0, audit=100), split(corpus, 0.2, 0)
    assert len(parts.audit) == 100
    assert np.array_equal(parts.test, without.test)
    assert np.array_equal(np.sort(np.concatenate([parts.train, parts.audit])), without.train)
    assert np.isin(stop_set(parts, 50, 0), parts.train).all()
    assert len(stop_set(parts, 10**6, 0)) == len(parts.train)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--stopping-rule", "target"], "measures the model on an audit set; say of how many texts: `--audit-set 100`"),
        (["--stopping-rule", "delta_f(positive=9)"], "the stopping rule delta_f(positive=9) fails with 6 classes"),
        (["--stopping-rule", "kapa_average"], "did you mean 'kappa_average'?"),
        (["--stopping-rule", "budget(labels=0)"], "budget: labels"),
        (["--audit-set", "1270"], "1,270 are the audit set"),
    ],
)
def test_rules_that_cannot_be_asked_are_refused_before_any_work(tmp_path: Path, options: list[str], says: str) -> None:
    said = CliRunner().invoke(main, ["run", "--features", "tfidf", "--store", str(tmp_path), *options])
    assert says in said.output, said.output
    assert said.exit_code != 0
