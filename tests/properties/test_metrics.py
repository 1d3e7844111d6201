"""The metrics are those of scikit-learn, for any probabilities and labels."""

from io import BytesIO

import numpy as np
import pyarrow.parquet as pq
import pytest
import sklearn.metrics as theirs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from al_core.metrics import Metrics, brier_score, calibration_error, confusion_matrix, evaluate, log_loss

TOLERANCE = {"rtol": 1e-12, "atol": 1e-12}


@st.composite
def predictions(draw, n_classes=None):
    """Probabilities of 1 to 40 texts, zeros and ties among them, and their true classes, some perhaps absent."""
    n = draw(st.integers(1, 40))
    n_classes = n_classes or draw(st.integers(2, 6))
    weights = draw(arrays(np.float64, (n, n_classes), elements=st.sampled_from([0.0, 0.1, 0.5, 1.0, 7.0])))
    weights[weights.sum(axis=1) == 0] = 1
    codes = draw(arrays(np.int64, n, elements=st.integers(0, n_classes - 1)))
    return weights / weights.sum(axis=1, keepdims=True), codes


def of_test_set(proba, codes):
    return evaluate(proba, codes, proba, codes), proba.argmax(axis=1), list(range(proba.shape[1]))


@given(predictions())
def test_accuracy_macro_f1_and_confusion_are_those_of_scikit_learn(prediction):
    proba, codes = prediction
    metrics, predicted, classes = of_test_set(proba, codes)
    np.testing.assert_allclose(metrics.accuracy, theirs.accuracy_score(codes, predicted), **TOLERANCE)
    np.testing.assert_allclose(
        metrics.macro_f1, theirs.f1_score(codes, predicted, average="macro", zero_division=0), **TOLERANCE
    )
    np.testing.assert_array_equal(metrics.confusion, theirs.confusion_matrix(codes, predicted, labels=classes))


@given(predictions())
def test_precision_recall_and_f1_per_class_are_those_of_scikit_learn(prediction):
    proba, codes = prediction
    metrics, predicted, classes = of_test_set(proba, codes)
    precision, recall, f1, support = theirs.precision_recall_fscore_support(
        codes, predicted, labels=classes, zero_division=0
    )
    np.testing.assert_allclose(metrics.precision, precision, **TOLERANCE)
    np.testing.assert_allclose(metrics.recall, recall, **TOLERANCE)
    np.testing.assert_allclose(metrics.f1, f1, **TOLERANCE)
    np.testing.assert_array_equal(metrics.confusion.sum(axis=1), support)


@given(predictions())
def test_log_loss_is_that_of_scikit_learn_even_where_the_true_class_has_no_chance(prediction):
    proba, codes = prediction
    expected = theirs.log_loss(codes, proba, labels=range(proba.shape[1]))
    np.testing.assert_allclose(log_loss(proba, codes), expected, rtol=1e-9, atol=1e-12)


@given(predictions())
def test_the_brier_score_is_that_of_scikit_learn_without_its_half(prediction):
    proba, codes = prediction
    expected = theirs.brier_score_loss(codes, proba, labels=range(proba.shape[1]), scale_by_half=False)
    np.testing.assert_allclose(brier_score(proba, codes), expected, **TOLERANCE)
    assert evaluate(proba, codes, proba, codes).brier_score == brier_score(proba, codes)


@given(predictions(), st.integers(1, 20))
def test_the_calibration_error_is_the_mean_gap_of_bins_of_confidence(prediction, bins):
    proba, codes = prediction
    texts_of = [[] for _ in range(bins)]
    for text, confidence in enumerate(proba.max(axis=1)):
        texts_of[min(int(confidence * bins), bins - 1)].append(text)
    gaps = [
        len(texts) * abs(np.mean(proba[texts].argmax(axis=1) == codes[texts]) - np.mean(proba[texts].max(axis=1)))
        for texts in texts_of
        if texts
    ]
    np.testing.assert_allclose(calibration_error(proba, codes, bins), sum(gaps) / len(codes), **TOLERANCE)
    assert evaluate(proba, codes, proba, codes).calibration_error == calibration_error(proba, codes)


@pytest.mark.parametrize(("proba", "codes", "error"), [
    ([[1.0, 0.0]] * 4, [0, 0, 0, 0], 0.0),
    ([[1.0, 0.0]] * 4, [1, 1, 1, 1], 1.0),
    ([[0.75, 0.25]] * 4, [0, 0, 0, 1], 0.0),
    ([[0.9, 0.1], [0.6, 0.4]], [0, 1], (0.1 + 0.6) / 2),
])  # fmt: skip
def test_a_calibration_error_by_hand(proba, codes, error):
    assert calibration_error(np.array(proba), np.array(codes)) == pytest.approx(error)


@given(st.integers(2, 5).flatmap(lambda n: st.tuples(predictions(n), predictions(n))))
def test_training_metrics_come_from_the_labelled_texts_and_the_others_from_the_test_set(both):
    (train_proba, train_codes), (test_proba, test_codes) = both
    metrics = evaluate(train_proba, train_codes, test_proba, test_codes)
    assert metrics.labels == len(train_codes) == metrics.labelled.sum()
    np.testing.assert_array_equal(metrics.labelled, [(train_codes == code).sum() for code in range(len(metrics.f1))])
    assert metrics.train_loss == log_loss(train_proba, train_codes)
    assert metrics.test_loss == log_loss(test_proba, test_codes)
    assert metrics.train_accuracy == theirs.accuracy_score(train_codes, train_proba.argmax(axis=1))
    assert metrics.confusion.sum() == len(test_codes)


@given(predictions(), st.randoms(use_true_random=False))
def test_the_order_of_texts_does_not_matter(prediction, random):
    proba, codes = prediction
    order = random.sample(range(len(codes)), len(codes))
    one, other = evaluate(proba, codes, proba, codes), evaluate(proba[order], codes[order], proba[order], codes[order])
    for name, value in vars(one).items():
        np.testing.assert_allclose(getattr(other, name), value, **TOLERANCE, err_msg=name)


@given(predictions())
def test_metrics_come_back_from_parquet_as_they_were(prediction):
    metrics, _, _ = of_test_set(*prediction)
    buffer = BytesIO()
    pq.write_table(metrics.to_table(), buffer)
    back = Metrics.from_table(pq.read_table(BytesIO(buffer.getvalue())))
    for name, value in vars(metrics).items():
        assert type(getattr(back, name)) is type(value), name
        np.testing.assert_array_equal(getattr(back, name), value, strict=True)


@pytest.mark.parametrize(("codes", "macro_f1"), [([0, 0, 1, 1], 1.0), ([0, 1, 1, 1], (2 / 3 + 4 / 5) / 2)])
def test_macro_f1_leaves_out_a_class_that_is_neither_true_nor_predicted(codes, macro_f1):
    proba = np.eye(3)[[0, 0, 1, 1]]
    assert evaluate(proba, np.array(codes), proba, np.array(codes)).macro_f1 == pytest.approx(macro_f1)


def test_a_macro_f1_by_hand():
    true, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2])
    assert confusion_matrix(true, predicted, 3).tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    metrics = evaluate(np.eye(3), np.arange(3), np.eye(3)[predicted], true)
    assert metrics.f1.tolist() == pytest.approx([4 / 5, 1 / 2, 2 / 3])
    assert metrics.macro_f1 == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)
