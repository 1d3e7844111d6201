"""The loop asks for new texts of the pool each cycle, ends cleanly, and repeats itself exactly."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from al_core.config import (
    CLASSIFIER_NAMES,
    ClassifierConfig,
    DataConfig,
    ExperimentConfig,
    FeaturesConfig,
    SeedSetConfig,
)
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.initialisation import seed_set
from al_core.loop import simulate

SHARED = Path(__file__).parents[3] / "shared" / "data"


def a_config(**settings):
    """Configure an experiment with TF-IDF, whether the encoder's weights are here or not."""
    return ExperimentConfig(features=FeaturesConfig(kind="tfidf"), **settings)


SHORT = a_config(cycles=4, query_size=15, seed_set=SeedSetConfig(size=20))

LINEAR = sorted({*CLASSIFIER_NAMES} - {"transformer"})
"""The transformer has tests of its own in contracts/test_transformer.py."""

STRATEGY_NAMES = ("entropy", "least_confidence", "margin", "random")

every_strategy = pytest.mark.parametrize("strategy", STRATEGY_NAMES)


@pytest.fixture(scope="module")
def sample():
    return build_corpus(DataConfig())[0]


def a_corpus(n_classes, n=12):
    """A corpus of n texts a class, each with a word of its class and a word of its own."""
    texts = tuple(f"class{code} word{number}" for code in range(n_classes) for number in range(n))
    labels = tuple(f"c{code:02}" for code in range(n_classes) for _ in range(n))
    return Corpus(tuple(map(str, range(len(texts)))), texts, labels)


def run(corpus, config=SHORT, strategy="margin", seed=0):
    return list(simulate(corpus, config, strategy, seed))


def plain(results):
    """Everything in the results as bytes, to compare bit for bit."""
    return [
        [
            np.asarray(value).tobytes()
            for part in (result.metrics, result.query)
            if part
            for value in vars(part).values()
        ]
        for result in results
    ]


def asked(results):
    return np.concatenate([result.query.rows for result in results if result.query])


@every_strategy
def test_labels_grow_by_the_query_size_and_the_last_cycle_asks_for_nothing(sample, strategy):
    results = run(sample, strategy=strategy)
    assert [result.cycle for result in results] == [0, 1, 2, 3, 4]
    assert [result.metrics.labels for result in results] == [20, 35, 50, 65, 80]
    assert [result.query is None for result in results] == [False] * 4 + [True]


@every_strategy
@pytest.mark.parametrize("seed", [0, 1])
def test_no_text_is_asked_for_twice_and_none_of_the_seed_set_or_the_test_set(sample, strategy, seed):
    rows = asked(run(sample, strategy=strategy, seed=seed))
    parts = split(sample, SHORT.data.test_size, seed)
    seeds = seed_set(sample, parts, SHORT.seed_set, seed)
    assert len(set(rows.tolist())) == len(rows) == 60
    assert not np.isin(rows, parts.test).any()
    assert not np.isin(rows, seeds).any()
    assert np.isin(rows, parts.train).all()


@every_strategy
def test_each_cycle_trains_on_all_labels_so_far(sample, strategy):
    results = run(sample, strategy=strategy)
    for before, after in pairwise(results):
        gained = np.bincount(sample.codes[before.query.rows], minlength=len(sample.classes))
        np.testing.assert_array_equal(after.metrics.labelled, before.metrics.labelled + gained)


@every_strategy
def test_the_test_set_is_the_same_in_every_cycle(sample, strategy):
    expected = np.bincount(sample.codes[split(sample, SHORT.data.test_size, 0).test])
    for result in run(sample, strategy=strategy):
        np.testing.assert_array_equal(result.metrics.confusion.sum(axis=1), expected)


@every_strategy
def test_a_run_repeats_itself_bit_for_bit(sample, strategy):
    assert plain(run(sample, strategy=strategy)) == plain(run(sample, strategy=strategy))


def test_runs_taken_in_turns_do_not_disturb_each_other(sample):
    alone = [plain(run(sample, strategy=strategy)) for strategy in ("margin", "random")]
    turns = zip(*(simulate(sample, SHORT, strategy, 0) for strategy in ("margin", "random")), strict=True)
    assert [plain(results) for results in zip(*turns, strict=True)] == alone


def test_fewer_cycles_are_the_beginning_of_more(sample):
    few, more = run(sample, SHORT.model_copy(update={"cycles": 2})), run(sample)
    assert plain(few[:2]) == plain(more[:2])
    assert plain(few[2:]) == [plain(more[2:3])[0][: len(vars(few[2].metrics))]]


def test_strategies_of_one_seed_share_the_metrics_of_cycle_0_and_differ_after(sample):
    runs = {strategy: run(sample, strategy=strategy) for strategy in STRATEGY_NAMES}
    firsts = {tuple(np.asarray(value).tobytes() for value in vars(r[0].metrics).values()) for r in runs.values()}
    assert len(firsts) == 1
    assert len({tuple(asked(results).tolist()) for results in runs.values()}) == len(STRATEGY_NAMES)


def test_seeds_differ_from_the_start(sample):
    one, other = run(sample, seed=0), run(sample, seed=1)
    assert one[0].metrics.test_loss != other[0].metrics.test_loss
    assert set(asked(one).tolist()) != set(asked(other).tolist())


@every_strategy
def test_an_exhausted_pool_ends_the_run_with_a_smaller_last_query(strategy):
    corpus = a_corpus(3)
    config = a_config(cycles=50, query_size=10, seed_set=SeedSetConfig(size=3))
    results = run(corpus, config, strategy)
    pool = 36 - 8
    assert [len(result.query.rows) for result in results[:-1]] == [10, 10, 5]
    assert [result.metrics.labels for result in results] == [3, 13, 23, pool]
    assert results[-1].query is None


def test_a_pool_that_the_queries_use_up_exactly_ends_the_run_too():
    config = a_config(cycles=50, query_size=5, seed_set=SeedSetConfig(size=3))
    assert [result.metrics.labels for result in run(a_corpus(3), config)] == [3, 8, 13, 18, 23, 28]


@pytest.mark.parametrize("classifier", LINEAR)
@pytest.mark.parametrize("n_classes", [2, 3, 25])
def test_any_number_of_classes_and_every_classifier_work(n_classes, classifier):
    corpus = a_corpus(n_classes)
    config = a_config(
        cycles=3,
        query_size=n_classes,
        seed_set=SeedSetConfig(size=n_classes),
        classifier=ClassifierConfig(name=classifier),
    )
    results = run(corpus, config)
    assert results[-1].metrics.labels == 4 * n_classes
    assert results[-1].metrics.accuracy > results[0].metrics.accuracy or results[0].metrics.accuracy == 1
    assert results[0].query.proba.shape == (n_classes, n_classes)


@every_strategy
@pytest.mark.parametrize("classifier", LINEAR)
def test_a_seed_set_of_one_class_only_works(strategy, classifier):
    corpus = a_corpus(2, 20)
    config = a_config(
        cycles=4, query_size=8, seed_set=SeedSetConfig(size=2), classifier=ClassifierConfig(name=classifier)
    )
    seed = next(n for n in range(50) if 0 in first_labels(corpus, config, n))
    first, *_, last = run(corpus, config, strategy, seed)
    assert sorted(first.metrics.labelled) == [0, 2]
    assert first.metrics.accuracy == 0.5
    assert np.isfinite(first.metrics.test_loss)
    assert last.metrics.accuracy == 1


def first_labels(corpus, config, seed):
    rows = seed_set(corpus, split(corpus, config.data.test_size, seed), config.seed_set, seed)
    return np.bincount(corpus.codes[rows], minlength=2).tolist()


def test_a_test_set_that_came_as_its_own_file_is_never_asked_for():
    own = a_corpus(2, 20)
    corpus = Corpus(own.ids, own.texts[::2] + own.texts[1::2], own.labels[::2] + own.labels[1::2], n_test=20)
    config = a_config(cycles=50, query_size=6, seed_set=SeedSetConfig(size=2))
    results = run(corpus, config)
    assert asked(results).max() < 20
    assert results[-1].metrics.labels == 20
    assert results[-1].metrics.confusion.sum() == 20


def test_unlabelled_texts_are_neither_asked_for_nor_tested():
    own = a_corpus(2, 20)
    corpus = Corpus(own.ids, own.texts, tuple(None if n % 4 == 0 else label for n, label in enumerate(own.labels)))
    results = run(corpus, a_config(cycles=50, query_size=6, seed_set=SeedSetConfig(size=2)))
    assert (corpus.codes[asked(results)] >= 0).all()
    assert results[-1].metrics.labels + results[-1].metrics.confusion.sum() == 30


def test_a_corpus_of_which_few_words_are_shared_can_be_started_from():
    """With two labels to start from, a seed often has none of the words that several texts share."""
    texts = tuple(f"alone{n}" if n % 10 else f"shared class{n % 20} number{n}" for n in range(200))
    corpus = Corpus(tuple(map(str, range(200))), texts, ("a", "b") * 100)
    config = a_config(cycles=2, query_size=2, seed_set=SeedSetConfig(size=2, initialisation="balanced"))
    assert [result.metrics.labels for seed in range(3) for result in run(corpus, config, seed=seed)] == [2, 4, 6] * 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the real data in ../shared/data")
def test_on_real_questions_labels_pay_and_margin_beats_random():
    data = DataConfig(
        source="trec", path=str(SHARED / "trec" / "train.txt"), test_path=str(SHARED / "trec" / "test.txt")
    )
    corpus, _ = build_corpus(data)
    config = a_config(data=data, cycles=8, query_size=50, seed_set=SeedSetConfig(size=25))
    curves = {
        strategy: np.mean(
            [[r.metrics.accuracy for r in run(corpus, config, strategy, seed)] for seed in range(3)], axis=0
        )
        for strategy in ("margin", "random")
    }
    assert all(curve[-1] > curve[0] + 0.15 for curve in curves.values())
    assert curves["margin"][1:].mean() > curves["random"][1:].mean()
