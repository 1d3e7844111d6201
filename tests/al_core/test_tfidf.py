"""Features know nothing of test texts, have unit length, and survive Parquet bit for bit."""

from io import BytesIO

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse

from al_core.classifiers import CLASSIFIERS, Context
from al_core.config import ClassifierConfig, DataConfig, FeaturesConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.features.tfidf import featurise, fitted, from_table, to_table

TRAIN_TEXTS = ("good day to you", "bad day to me", "a good and bad night", "you and me")
TRAIN = np.arange(4)
ALL_WORDS = FeaturesConfig(ngrams=1, min_texts=1)


def through_parquet(features):
    buffer = BytesIO()
    pq.write_table(to_table(features), buffer)
    return from_table(pq.read_table(BytesIO(buffer.getvalue())))


def assert_same(one, other):
    assert one.shape == other.shape
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)


@pytest.mark.parametrize("test_texts", [(), ("day day day",), ("utterly new words, only here",), ("", "good!", "?")])
@pytest.mark.parametrize("ngrams", [1, 2])
def test_test_texts_change_no_training_row(test_texts, ngrams):
    config = FeaturesConfig(ngrams=ngrams, min_texts=1)
    expected = featurise((*TRAIN_TEXTS, "day"), TRAIN, config)[:4]
    assert_same(featurise(TRAIN_TEXTS + test_texts, TRAIN, config)[:4], expected)


def test_on_real_messages_test_texts_change_no_training_row():
    corpus, _ = build_corpus(DataConfig())
    parts = split(corpus, 0.2, 0)
    changed = list(corpus.texts)
    for row in parts.test:
        changed[row] = "something else altogether: xyzzy"
    expected = featurise(corpus.texts, parts.train, FeaturesConfig())[parts.train]
    assert_same(featurise(tuple(changed), parts.train, FeaturesConfig())[parts.train], expected)


def test_a_word_that_only_test_texts_have_is_no_feature():
    features = featurise((*TRAIN_TEXTS, "xyzzy", "xyzzy day"), TRAIN, ALL_WORDS)
    assert features.shape == (6, len({word for text in TRAIN_TEXTS for word in text.split()}))
    assert features[4].nnz == 0
    assert features[5].nnz == 1


def test_rows_have_unit_length_or_are_empty():
    features = featurise((*TRAIN_TEXTS, "xyzzy", "day"), TRAIN, ALL_WORDS)
    lengths = np.linalg.norm(features.toarray(), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 1, 0, 1], atol=1e-12)
    assert features.dtype == np.float64


def test_they_are_those_of_the_vectoriser_that_is_exported_bit_for_bit():
    corpus, _ = build_corpus(DataConfig())
    train = np.random.default_rng(0).permutation(len(corpus))[:500]
    expected = fitted([corpus.texts[row] for row in train], FeaturesConfig()).transform(corpus.texts)
    expected.sort_indices()
    assert_same(featurise(corpus.texts, train, FeaturesConfig()), expected)


def test_a_row_by_hand():
    features = featurise(("a a b", "b c"), np.arange(2), ALL_WORDS).toarray()
    rare, shared = np.log(3 / 2) + 1, 1.0
    row = np.array([(1 + np.log(2)) * rare, shared, 0])
    np.testing.assert_allclose(features[0], row / np.linalg.norm(row))


def test_longer_runs_of_words_are_features_where_asked_for():
    one, two = (featurise(TRAIN_TEXTS, TRAIN, FeaturesConfig(ngrams=n, min_texts=1)).shape[1] for n in (1, 2))
    pairs = {pair for text in TRAIN_TEXTS for pair in zip(text.split(), text.split()[1:], strict=False)}
    assert two - one == len(pairs)


def test_words_of_fewer_texts_than_asked_for_are_left_out():
    assert featurise(TRAIN_TEXTS, TRAIN, FeaturesConfig(ngrams=1, min_texts=2)).shape[1] == len(
        ["good", "day", "to", "you", "bad", "me", "and"]
    )


@pytest.mark.parametrize(
    "features",
    [
        csr_matrix(np.array([[0.0, 0.0, 1 / 3], [0.0, 0.0, 0.0], [0.1, np.nextafter(0.1, 1), 0.0], [0.0, 0.0, 0.0]])),
        csr_matrix((3, 5)),
        csr_matrix((0, 4)),
        random_sparse(50, 2000, 0.01, format="csr", rng=np.random.default_rng(0)),
    ],
    ids=["empty rows among others", "only empty rows", "no rows", "many"],
)
def test_features_come_back_from_parquet_bit_for_bit(features):
    assert_same(through_parquet(features), features)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from([0.0, 0.1, 1.0, 5e-324, -2.5]), min_size=4, max_size=4), min_size=1))
def test_any_features_come_back_from_parquet_bit_for_bit(rows):
    features = csr_matrix(np.array(rows))
    assert_same(through_parquet(features), features)


@pytest.mark.parametrize("name", sorted({*CLASSIFIERS} - {"transformer"}))
def test_features_read_back_train_the_same_model(name):
    corpus, _ = build_corpus(DataConfig())
    features = featurise(corpus.texts[:80], np.arange(80), FeaturesConfig())
    codes, config = corpus.codes[:80] % 2, ClassifierConfig(name=name)
    expected = CLASSIFIERS[name](features, codes, config, Context())
    model = CLASSIFIERS[name](through_parquet(features), codes, config, Context())
    assert model.weights.tobytes() == expected.weights.tobytes()
    assert model.predict_proba(through_parquet(features), 6).tobytes() == expected.predict_proba(features, 6).tobytes()


def test_texts_that_share_no_word_have_features_all_the_same():
    features = featurise(("one", "two", "three"), np.arange(3), FeaturesConfig(min_texts=2))
    assert features.shape == (3, 3)
