"""Calibration changes how sure a model is and never what it says, and is found on texts held out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax

from al_core.calibration import fit_temperature, out_of_fold, soften
from al_core.metrics import log_loss

logits = arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(2, 6)), elements=st.floats(-30, 30))
temperatures = st.floats(0.05, 20)


@given(logits, temperatures)
def test_softened_rows_sum_to_1_and_their_best_class_stays_the_best(given_logits, temperature):
    proba = softmax(given_logits, axis=1)
    softened = soften(proba, temperature)
    np.testing.assert_allclose(softened.sum(axis=1), 1, atol=1e-12)
    best = softened[np.arange(len(proba)), proba.argmax(axis=1)]
    np.testing.assert_array_equal(best, softened.max(axis=1))


@given(logits, temperatures)
def test_softening_divides_the_logits(given_logits, temperature):
    expected = softmax(given_logits / temperature, axis=1)
    np.testing.assert_allclose(soften(softmax(given_logits, axis=1), temperature), expected, atol=1e-9)


def test_a_class_that_was_never_seen_keeps_0():
    proba = np.array([[0.7, 0.3, 0.0]])
    for temperature in (0.05, 1.0, 20.0):
        assert soften(proba, temperature)[0, 2] == 0


@pytest.mark.parametrize("sureness", [0.25, 0.5, 1.0, 2.0, 8.0])
def test_a_known_temperature_is_recovered(sureness):
    """The texts' classes are drawn from the probabilities; the model is so many times too sure of them."""
    rng = np.random.default_rng(0)
    right = rng.normal(size=(20_000, 4))
    codes = (softmax(right, axis=1).cumsum(axis=1) < rng.random((len(right), 1))).sum(axis=1)
    proba = softmax(right * sureness, axis=1)
    temperature = fit_temperature(proba, codes)
    assert temperature == pytest.approx(sureness, rel=0.05)
    assert log_loss(soften(proba, temperature), codes) <= log_loss(proba, codes) + 1e-6


@settings(max_examples=25)
@given(logits, st.integers(0, 100))
def test_the_temperature_found_is_in_range_and_makes_nothing_worse(given_logits, seed):
    proba = softmax(given_logits, axis=1)
    codes = np.random.default_rng(seed).integers(proba.shape[1], size=len(proba))
    temperature = fit_temperature(proba, codes)
    assert 0.05 <= temperature <= 20
    assert log_loss(soften(proba, temperature), codes) <= log_loss(proba, codes) + 1e-3


def test_without_texts_there_is_nothing_to_change():
    assert fit_temperature(np.empty((0, 0)), np.empty(0, dtype=np.int64)) == 1


def folds_of(codes, folds):
    """Hold the texts out in turn; return what each model was trained on, and what it was asked about."""
    pairs = []

    def predict(kept, out):
        pairs.append((kept, out))
        return np.full((len(out), 3), 1 / 3)

    proba, held_out = out_of_fold(lambda kept: kept, predict, np.array(codes), folds)
    assert len(proba) == len(held_out)
    return pairs, held_out


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), st.integers(2, 5))
def test_each_text_is_held_out_at_most_once_from_a_model_that_has_its_class(codes, folds):
    pairs, held_out = folds_of(codes, folds)
    for kept, out in pairs:
        assert not set(kept.tolist()) & set(out.tolist())
        assert {codes[row] for row in out} <= {codes[row] for row in kept}
    assert len(set(held_out.tolist())) == len(held_out)
    several = [row for row, code in enumerate(codes) if codes.count(code) > folds]
    assert set(several) <= set(held_out.tolist())


def test_classes_are_spread_evenly_over_the_folds():
    pairs, held_out = folds_of([0] * 10 + [1] * 5, 5)
    assert sorted(held_out.tolist()) == list(range(15))
    assert [np.bincount(np.array([0] * 10 + [1] * 5)[out]).tolist() for _, out in pairs] == [[2, 1]] * 5


@pytest.mark.parametrize("codes", [[0], [0, 1], [0, 1, 2]])
def test_classes_with_one_text_each_leave_nothing_to_go_by(codes):
    pairs, held_out = folds_of(codes, 5)
    assert (pairs, len(held_out)) == ([], 0)


def test_a_few_texts_that_are_all_right_do_not_make_a_model_certain():
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    assert 0.3 < fit_temperature(proba, np.array([0, 0, 1])) < 1
