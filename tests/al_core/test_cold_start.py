"""A loop that starts with no label at all: cycle 0 has a model that knows nothing, and its query is made without."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

import al_core.look
from al_core.classifiers import Untrained
from al_core.config import BEFORE_A_MODEL, CLASSIFIER_NAMES, ExperimentConfig, SeedSetConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.errors import ConfigError
from al_core.feasible import check_strategies
from al_core.initialisation import needs_before_labels, seed_set
from al_core.loop import simulate
from al_core.metrics import Metrics
from al_core.stopping import rule_of, stops_at
from al_core.stopping.base import RULES
from al_core.strategies import STRATEGIES, WRAPPERS, strategy_of, when_labelled

ALONE = sorted(name for name, one in STRATEGIES.items() if one.needs <= BEFORE_A_MODEL - {"surprisal"})
AROUND = [
    "subsample(kmeans)", "distinct(random)", "seals(random)", "mix(random,kmeans)", "anchors(random)", "stream(random)",
    "switch(typiclust,margin,after=10)", "switch(random,vote_entropy,after=1)",
    "distinct(switch(kmeans,badge,after=20))",
]  # fmt: skip
LINEAR = sorted({*CLASSIFIER_NAMES} - {"transformer"})


@pytest.fixture(scope="module")
def sample():
    return build_corpus(ExperimentConfig().data)[0]


def a_config(strategy="random", **settings):
    sizes = {"cycles": 2, "query_size": 10, "seed_set": {"size": 0}, "features": {"kind": "tfidf"}}
    return ExperimentConfig.model_validate(sizes | {"strategies": [strategy]} | settings)


def run(corpus, strategy="random", seed=0, **settings):
    config = a_config(strategy, **settings)
    check_strategies(config, corpus, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return list(simulate(corpus, config, strategy, seed))


@pytest.mark.parametrize("strategy", [*ALONE, *AROUND])
def test_it_starts_without_a_label_and_learns_from_the_first_query_on(sample, strategy):
    results = run(sample, strategy)
    assert [result.metrics.labels for result in results] == [0, 10, 20]
    assert all(len(set(result.query.rows.tolist())) == 10 for result in results[:-1])
    assert results[0].query.proba is None
    assert results[2].metrics.accuracy > results[0].metrics.accuracy


@pytest.mark.parametrize("classifier", LINEAR)
@pytest.mark.parametrize("calibration", ["none", "temperature"])
def test_the_first_model_knows_nothing_whatever_the_classifier(sample, classifier, calibration):
    first, *_ = run(sample, classifier={"name": classifier, "calibration": calibration})
    metrics, n = first.metrics, len(sample.classes)
    assert np.isnan([metrics.train_loss, metrics.train_accuracy]).all()
    assert metrics.test_loss == pytest.approx(np.log(n))
    assert metrics.brier_score == pytest.approx(1 - 1 / n)
    assert metrics.labelled.tolist() == [0] * n
    assert metrics.confusion[:, 1:].sum() == 0, "a tie is the first class's"
    again = Metrics.from_table(metrics.to_table())
    assert np.isnan(again.train_loss)
    assert again.labelled.tolist() == [0] * n


def test_no_label_is_looked_at_for_the_first_query(sample):
    with_test_file = replace(sample, n_test=300)  # else the split, which is stratified, would look at them
    train = len(sample) - 300
    labels = tuple(np.random.default_rng(0).permutation(sample.labels[:train])) + sample.labels[train:]
    shuffled = replace(with_test_file, labels=tuple(map(str, labels)))
    for strategy in ("random", "typiclust", "prob_cover"):
        first, as_shuffled = (run(corpus, strategy, cycles=1)[0].query.rows for corpus in (with_test_file, shuffled))
        np.testing.assert_array_equal(first, as_shuffled)


@pytest.mark.parametrize("need", ["proba", "committee", "retrain"])
def test_what_the_second_needs_is_not_computed_while_it_is_the_firsts_turn(sample, need, monkeypatch):
    second = {"proba": "margin", "committee": "vote_entropy", "retrain": "expected_error_reduction(candidates=3)"}[need]
    compute, asked = al_core.look.COMPUTE[need], []

    def counted(at):
        asked.append(len(at.labelled))
        return compute(at)

    monkeypatch.setitem(al_core.look.COMPUTE, need, counted)
    run(sample, f"switch(random,{second},after=15)", cycles=3)
    assert asked == [20]


def test_a_first_query_may_be_of_one_class_only():
    texts = tuple(f"word{n % 2} number{n}" for n in range(60))
    corpus = Corpus(tuple(map(str, range(60))), texts, ("a", "b") * 30)
    for seed in range(8):
        results = run(corpus, "switch(random,margin,after=1)", seed, query_size=1, cycles=3)
        assert [result.metrics.labels for result in results] == [0, 1, 2, 3]


def test_a_seed_set_of_one_text_does_too(sample):
    for strategy in ("margin", "vote_entropy", "contrastive", "anchors(margin)"):
        labels = [result.metrics.labels for result in run(sample, strategy, seed_set={"size": 1})]
        assert labels == [1, 11, 21]


def test_stopping_rules_read_a_cycle_without_labels(sample):
    rules = tuple(sorted(set(RULES) - {"any", "all"}))
    results = run(sample, "switch(typiclust,margin,after=10)", stopping={"rules": rules, "audit_set": 30})
    history = [result.reading for result in results]
    assert history[0].paid == 30
    assert (history[0].stop_proba == 1 / len(sample.classes)).all()
    assert all(stops_at(rule_of(rule), history[:1]) is None for rule in rules)
    assert all(stops_at(rule_of(rule), history) is None for rule in rules)


def test_an_empty_seed_set_needs_nothing_and_is_the_same_by_any_initialisation(sample):
    config = SeedSetConfig(size=0, initialisation="typiclust")
    assert len(seed_set(sample, split(sample, 0.2, 0), config, 0)) == 0
    assert needs_before_labels(config, [strategy_of("random")]) == frozenset()
    assert needs_before_labels(config, [strategy_of("switch(alps,margin)")]) == {"surprisal"}
    assert needs_before_labels(SeedSetConfig(), [strategy_of("kmeans")]) == frozenset()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"strategies": ["random", "margin"]}, r"margin needs a trained model \(for proba\), .* size 0 .* cycle 0: let "
         r"another begin, such as switch\(typiclust,margin,after=10\), or have a seed set"),
        ({"strategies": ["vote_entropy"]}, r"vote_entropy needs a trained model \(for committee\)"),
        ({"strategies": ["switch(kmeans,margin,after=0)"]}, r"\(for proba\)"),
        ({"strategies": ["mix(kmeans,badge)"]}, r"mix\(kmeans,badge\) needs a trained model"),
        ({"strategies": ["balance(random)"]}, r"\(for proba\)"),
        ({"cycles": 0}, "size 0 and no cycles, no text is ever labelled"),
        ({"seed_set": {"size": 0, "initialisation": "given", "path": "ids.txt"}}, "a size of 0 takes nothing"),
    ],
)  # fmt: skip
def test_what_cannot_begin_without_labels_is_refused_before_the_start(sample, settings, says):
    with pytest.raises(ConfigError, match=says):
        check_strategies(a_config(**settings), sample, None)


@pytest.mark.parametrize("name", [f"{name}(margin)" for name, one in WRAPPERS.items() if len(one.inner) == 1])
def test_wrappers_around_what_needs_a_model_need_one(name):
    assert not when_labelled(strategy_of(name), 0).needs <= BEFORE_A_MODEL


def test_the_untrained_model_stays_as_it_is():
    assert Untrained().softened(2.0).predict_proba(np.empty((1, 3)), 2).tolist() == [[0.5, 0.5]]
    assert len(Untrained().to_table()) == 0
