"""What linear classifiers promise beyond the contract of all, on sparse features, dense ones, and both together."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from al_core.classifiers import CLASSIFIERS, Context, LinearModel
from al_core.config import ClassifierConfig, DataConfig, FeaturesConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import Split
from al_core.features import Joined
from al_core.features.tfidf import featurise
from al_core.learner import train

NAMES = sorted({*CLASSIFIERS} - {"transformer"})
SEEN = [(name, kind) for name in NAMES for kind in ("tfidf", "embeddings", "joined")]
SEEN = [(name, kind) for name, kind in SEEN if name != "naive_bayes" or kind == "tfidf"]
FEW = {2: ("account", "billing"), 4: ("account", "billing", "delivery", "return_refund"), 6: ()}

every_classifier = pytest.mark.parametrize("name", NAMES)
every_features = pytest.mark.parametrize(("name", "kind"), SEEN)
every_kind = pytest.mark.parametrize("kind", ["tfidf", "embeddings", "joined"])
every_number_of_classes = pytest.mark.parametrize("n_classes", FEW)
every_weighing = pytest.mark.parametrize("class_weight", ["none", "balanced"])


@cache
def problem(n_classes=6, kind="tfidf"):
    """The sample's texts of so many classes: the corpus, its features, 150 labelled rows and the other rows."""
    corpus, _ = build_corpus(DataConfig(categories=FEW[n_classes]))
    rows = np.random.default_rng(n_classes).permutation(len(corpus))
    sparse = featurise(corpus.texts, rows, FeaturesConfig(ngrams=1, min_texts=1))
    features = {"tfidf": lambda: sparse, "embeddings": lambda: Joined.alone(projected(sparse)),
                "joined": lambda: Joined(projected(sparse), sparse)}[kind]()  # fmt: skip
    return corpus, features, np.sort(rows[:150]), np.sort(rows[150:])


def projected(sparse, dimensions=48):
    """Dense vectors of unit length that say much of what the sparse ones do; an encoder would take ten seconds."""
    dense = sparse @ np.random.default_rng(0).normal(size=(sparse.shape[1], dimensions))
    return (dense / np.linalg.norm(dense, axis=1, keepdims=True)).astype(np.float32)


def fit(name, features, codes, **settings):
    return CLASSIFIERS[name](features, codes, ClassifierConfig(name=name, **settings), Context())


def fitted(name, n_classes=6, kind="tfidf", **settings):
    corpus, features, labelled, _ = problem(n_classes, kind)
    return fit(name, features[labelled], corpus.codes[labelled], **settings)


def own_words(n=20, n_classes=3):
    """Texts that each hold one of five words of their class, and a word that all share."""
    codes = np.arange(n * n_classes) % n_classes
    dense = np.zeros((len(codes), 5 * n_classes + 1))
    dense[np.arange(len(codes)), codes * 5 + np.arange(len(codes)) // n_classes % 5] = 1
    dense[:, -1] = 0.5
    return csr_matrix(dense), codes


def as_matrix(features):
    return features.csr() if isinstance(features, Joined) else features


def content(model):
    return b"".join(array.tobytes() for array in (model.classes, model.columns, model.weights, model.intercept))


def digests():
    """What another process has to find the same."""
    return {(name, kind): sha256(content(fitted(name, kind=kind))).hexdigest() for name, kind in SEEN}


def through_parquet(model):
    buffer = BytesIO()
    pq.write_table(model.to_table(), buffer)
    return LinearModel.from_table(pq.read_table(BytesIO(buffer.getvalue())))


@every_features
@every_number_of_classes
def test_probabilities_are_such(name, kind, n_classes):
    corpus, features, _, others = problem(n_classes, kind)
    proba = fitted(name, n_classes, kind).predict_proba(features[others], len(corpus.classes))
    assert proba.shape == (len(others), n_classes)
    assert (proba >= 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-12)


@every_classifier
@pytest.mark.parametrize("seen", [[0, 2], [1, 2], [0, 1, 3], [3]])
def test_only_classes_that_were_seen_have_more_than_zero(name, seen):
    features, codes = own_words(n_classes=5)
    rows = np.isin(codes, seen)
    proba = fit(name, features[rows], codes[rows]).predict_proba(features, 5)
    assert (proba[:, seen] > 0).all()
    assert np.count_nonzero(proba) == len(codes) * len(seen)
    np.testing.assert_array_equal(proba[rows].argmax(axis=1), codes[rows])


@every_classifier
@pytest.mark.parametrize("n", [1, 4])
def test_one_class_only_is_certain(name, n):
    features, _ = own_words()
    model = through_parquet(fit(name, features[:n], np.full(n, 2)))
    np.testing.assert_array_equal(model.predict_proba(features, 4), np.tile([0, 0, 1.0, 0], (features.shape[0], 1)))


@every_classifier
def test_labelled_texts_without_a_known_word_still_give_a_model(name):
    """A seed set of a small corpus can hold only texts whose words no other text has."""
    proba = fit(name, csr_matrix((2, 9)), np.array([0, 1])).predict_proba(csr_matrix((3, 9)), 2)
    np.testing.assert_allclose(proba, 0.5, atol=1e-9)


@every_classifier
def test_a_text_without_a_known_word_gets_probabilities(name):
    features, codes = own_words()
    proba = fit(name, features, codes).predict_proba(csr_matrix((1, features.shape[1])), 3)
    np.testing.assert_allclose(proba, 1 / 3, atol=0.05)


@every_features
def test_balanced_class_weights_favour_the_rare_class(name, kind):
    corpus, features, labelled, others = problem(4, kind)
    assert np.bincount(corpus.codes[labelled]).argmin() == 0
    rare = {
        class_weight: fitted(name, 4, kind, class_weight=class_weight).predict_proba(features[others], 4)[:, 0].mean()
        for class_weight in ("none", "balanced")
    }
    assert rare["balanced"] > rare["none"] + 0.005


@every_features
def test_regularisation_changes_how_sure_the_model_is(name, kind):
    corpus, features, _, others = problem(kind=kind)
    sure = [
        fitted(name, kind=kind, regularisation=c)
        .predict_proba(features[others], len(corpus.classes))
        .max(axis=1)
        .mean()
        for c in (0.1, 1.0, 10.0)
    ]
    assert sure == sorted(sure)
    assert sure[0] < sure[2]


@every_features
def test_the_order_of_labelled_rows_does_not_matter(name, kind):
    corpus, features, labelled, others = problem(kind=kind)
    parts = Split(labelled, others)
    shuffled = np.random.default_rng(0).permutation(labelled)
    assert shuffled.tolist() != labelled.tolist()
    config = ClassifierConfig(name=name)
    expected = content(train(corpus, features, labelled, config, parts))
    assert content(train(corpus, features, shuffled, config, parts)) == expected


@every_classifier
def test_inputs_are_left_as_they_are_and_may_be_read_only(name):
    features, codes = own_words()
    before = features.copy()
    for array in (features.data, features.indices, features.indptr, codes):
        array.flags.writeable = False
    model = fit(name, features, codes)
    model.predict_proba(features, 3)
    assert (features != before).nnz == 0


@every_features
def test_a_fit_is_the_same_bit_for_bit_even_in_threads_at_once(name, kind):
    with ThreadPoolExecutor(4) as threads:
        said = set(threads.map(lambda _: content(fitted(name, kind=kind)), range(32 if kind == "tfidf" else 8)))
    assert said == {content(fitted(name, kind=kind))}


@pytest.mark.parametrize("blas_threads", ["1", "4"])
def test_another_process_fits_the_same_bit_for_bit(blas_threads):
    said = subprocess.run(
        [sys.executable, "-c", "import test_linear as t; print(t.digests())"],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]), "PYTHONHASHSEED": "7"}
        | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), blas_threads),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == str(digests())


@every_features
@every_number_of_classes
def test_a_model_comes_back_from_parquet_bit_for_bit(name, kind, n_classes):
    _, features, _, others = problem(n_classes, kind)
    model = fitted(name, n_classes, kind)
    back = through_parquet(model)
    for field, array in vars(model).items():
        read = getattr(back, field)
        assert np.asarray(read).dtype == np.asarray(array).dtype, field
        np.testing.assert_array_equal(read, array, strict=True)
    expected = model.predict_proba(features[others], n_classes)
    assert back.predict_proba(features[others], n_classes).tobytes() == expected.tobytes()


@every_classifier
def test_learns_what_can_be_told_apart(name):
    features, codes = own_words(50)
    labelled = np.arange(60)
    proba = fit(name, features[labelled], codes[labelled]).predict_proba(features, 3)
    np.testing.assert_array_equal(proba.argmax(axis=1), codes)


@every_classifier
def test_finds_the_classes_of_written_messages_better_than_chance(name):
    corpus, features, _, others = problem()
    predicted = fitted(name).predict_proba(features[others], 6).argmax(axis=1)
    assert balanced_accuracy_score(corpus.codes[others], predicted) > 1.3 / 6


@every_kind
@every_number_of_classes
@every_weighing
def test_logistic_regression_is_that_of_scikit_learn_on_all_features(n_classes, class_weight, kind):
    corpus, features, labelled, others = problem(n_classes, kind)
    matrix = as_matrix(features)
    weight = None if class_weight == "none" else class_weight
    theirs = LogisticRegression(C=2.0, class_weight=weight, solver="newton-cg", max_iter=1000)
    theirs.fit(matrix[labelled], corpus.codes[labelled])
    model = fitted("logistic_regression", n_classes, kind, regularisation=2.0, class_weight=class_weight)
    proba = model.predict_proba(features[others], n_classes)
    np.testing.assert_allclose(proba, theirs.predict_proba(matrix[others]), atol=1e-9)


@every_number_of_classes
def test_logistic_regression_reaches_the_optimum_of_another_solver(n_classes):
    corpus, features, labelled, others = problem(n_classes)
    theirs = LogisticRegression(class_weight="balanced", solver="lbfgs", tol=1e-9, max_iter=10_000)
    theirs.fit(features[labelled], corpus.codes[labelled])
    proba = fitted("logistic_regression", n_classes).predict_proba(features[others], n_classes)
    np.testing.assert_allclose(proba, theirs.predict_proba(features[others]), atol=1e-3)


@every_number_of_classes
@every_weighing
def test_naive_bayes_is_that_of_scikit_learn_on_the_vocabulary_of_the_labelled_texts(n_classes, class_weight):
    corpus, features, labelled, others = problem(n_classes)
    seen = np.unique(features[labelled].indices)
    theirs = MultinomialNB(alpha=0.5, fit_prior=class_weight == "none")
    theirs.fit(features[labelled][:, seen], corpus.codes[labelled])
    proba = fitted("naive_bayes", n_classes, regularisation=2.0, class_weight=class_weight).predict_proba(
        features[others], n_classes
    )
    np.testing.assert_allclose(proba, theirs.predict_proba(features[others][:, seen]), atol=1e-12)


@every_kind
@every_number_of_classes
@every_weighing
def test_linear_svm_predicts_what_scikit_learn_does_on_all_features(n_classes, class_weight, kind):
    corpus, features, labelled, others = problem(n_classes, kind)
    matrix = as_matrix(features)
    weight = None if class_weight == "none" else class_weight
    theirs = LinearSVC(class_weight=weight, random_state=0, max_iter=10_000)
    theirs.fit(matrix[labelled], corpus.codes[labelled])
    proba = fitted("linear_svm", n_classes, kind, class_weight=class_weight).predict_proba(features[others], n_classes)
    np.testing.assert_array_equal(proba.argmax(axis=1), theirs.predict(matrix[others]))


def test_a_corpus_with_unlabelled_texts_trains_on_the_labelled_rows_alone():
    corpus = Corpus(("a", "b", "c", "d"), ("yes", "no", "well", "no"), ("y", "n", None, None))
    model = train(
        corpus, csr_matrix(np.eye(4)), np.array([1, 0]), ClassifierConfig(), Split(np.array([0, 1]), np.array([0]))
    )
    np.testing.assert_array_equal(model.predict_proba(csr_matrix(np.eye(4)), 2)[:2].argmax(axis=1), [1, 0])
