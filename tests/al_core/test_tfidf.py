"""Features know nothing of test texts, have unit length, and survive Parquet bit for bit."""

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from al_core import ConfigError, Corpus, ExperimentConfig, simulate
from al_core.classifiers import CLASSIFIERS, Context
from al_core.config import ClassifierConfig, DataConfig, FeaturesConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.features.choice import about_analyzer, about_features, suited
from al_core.features.joined import Joined
from al_core.features.strangers import strangers
from al_core.features.tfidf import analyzer_for, featurise, fitted, from_table, to_table

TRAIN_TEXTS = ("good day to you", "bad day to me", "a good and bad night", "you and me")
TRAIN = np.arange(4)
CASES = Path(__file__).parents[1] / "cases"
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


def words_of(text):
    return fitted([text], FeaturesConfig(analyzer="word", min_texts=1)).get_feature_names_out().tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी में है!", ["!", "में", "हिन्दी", "है"]),
        ("cafe\u0301, nai\u0308ve", [",", "cafe\u0301", "nai\u0308ve"]),
        ("كَتَبَ نمی\u200cدانم", ["كَتَبَ", "نمی\u200cدانم"]),
        ("ความสุข น้ำ", ["ความสุข", "น้ำ"]),
        ("it's\u200b 50 % _a \u20602\u20e3", ["%", "'", "2", "50", "_a", "it", "s", "\u20e3"]),
    ],
)
def test_marks_are_parts_of_words_and_what_cannot_be_seen_is_none(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize("ngrams", [1, 2])
def test_words_of_english_are_those_that_they_were(ngrams):
    corpus, _ = build_corpus(DataConfig())
    before = TfidfVectorizer(
        sublinear_tf=True, ngram_range=(1, ngrams), min_df=2, token_pattern=r"(?u)\b\w+\b|[^\w\s]"
    ).fit(corpus.texts)
    now = fitted(list(corpus.texts), FeaturesConfig(ngrams=ngrams))
    assert now.vocabulary_ == before.vocabulary_
    assert now.idf_.tobytes() == before.idf_.tobytes()


def test_the_analyzer_goes_by_the_scripts_and_can_be_said():
    chinese, english = [f"今天下雨{n}" for n in range(9)], [f"rain today {n}" for n in range(9)]
    assert analyzer_for(chinese) == "char"
    assert analyzer_for(english) == "word"
    assert analyzer_for([*chinese[:3], *english]) == "char"
    assert analyzer_for([*chinese[:1], *english]) == "word"
    assert "下雨" in fitted(chinese, FeaturesConfig()).vocabulary_
    assert "下雨" not in fitted(chinese, FeaturesConfig(analyzer="word")).vocabulary_
    assert "rai" in fitted(english, FeaturesConfig(analyzer="char")).vocabulary_


def test_stop_words_are_no_features_and_cannot_be_left_out_of_characters():
    texts = ["the rain is not over", "the rain is not here"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(fitted(texts, FeaturesConfig(stop_words="english")).vocabulary_) == {"rain"}
    with pytest.raises(ValidationError, match="stop_words: 'english' leaves out words, and `analyzer: char`"):
        FeaturesConfig(analyzer="char", stop_words="english")
    config = ExperimentConfig(features={"kind": "tfidf", "stop_words": "english"})
    corpus = Corpus.of(["今天下雨", "天气"], ["a", "b"])
    with pytest.raises(
        ConfigError, match="`features.stop_words: none`, or `features.analyzer: word`".replace(".", "[.]")
    ):
        suited(config, corpus)


@pytest.mark.parametrize("name", ["chinese", "thai", "hindi", "hindi-pairs"])
@pytest.mark.parametrize("cleaning", [["whitespace"], ["punctuation", "lowercase", "whitespace"]])
def test_scripts_of_the_cases_are_learned(name, cleaning):
    corpus, _ = build_corpus(DataConfig(source=str(CASES / f"{name}.csv"), cleaning=cleaning))
    settings = {"cycles": 1, "query_size": 40, "seed_set": {"size": 20}, "features": {"kind": "tfidf"}}
    *_, last = simulate(corpus, settings, "random")
    assert last.metrics.macro_f1 > 0.95


def test_what_suits_is_recorded_and_told():
    config = ExperimentConfig(features={"kind": "tfidf"})
    chinese = suited(config, Corpus.of(["今天下雨", "天气"], ["a", "b"]))
    assert chinese.features.analyzer == "char"
    assert about_features(chinese) == "TF-IDF of characters"
    assert "`features.analyzer: word`" in about_analyzer(config, chinese)
    english = suited(config, Corpus.of(["rain", "sun"], ["a", "b"]))
    assert english.features.analyzer == "word"
    assert about_analyzer(config, english) == about_analyzer(english, english) == ""
    embedded = ExperimentConfig(features={"kind": "embeddings"})
    assert suited(embedded, Corpus.of(["今天下雨", "天气"], ["a", "b"])) == embedded
    test_file = Corpus(("1", "2"), ("rain", "今天下雨"), ("a", "b"), n_test=1)
    assert suited(config, test_file).features.analyzer == "word"


@pytest.mark.parametrize("seed", range(3))
def test_strangers_are_those_that_share_no_feature(seed):
    rng = np.random.default_rng(seed)
    texts = tuple(" ".join(f"w{word}" for word in rng.integers(0, 60, 2)) for _ in range(40))
    train = np.sort(rng.permutation(40)[:30])
    found = strangers(featurise(texts, train, ALL_WORDS), train)
    for row, text in enumerate(texts):
        others = {word for other in train if other != row for word in texts[other].split()}
        assert found[row] == (not others & set(text.split()))
    assert strangers(Joined.alone(np.ones((3, 2))), np.arange(2)) is None
