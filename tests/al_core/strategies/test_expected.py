"""Expected gradient length and expected error reduction are what their papers' formulas give."""

from collections import Counter

import numpy as np
import pytest

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.expected import expected_error_reduction, expected_gradient_length


def rng(seed=0):
    return np.random.default_rng(seed)


def naive_gradient_length(proba, embedding):
    """The gradient itself, for each class: (p - e)(h, 1)'."""
    inputs = np.append(embedding, 1)
    return sum(p * np.linalg.norm(np.outer(proba - e, inputs)) for p, e in zip(proba, np.eye(len(proba)), strict=True))


class Recorder:
    """A model that says for each row what is in its table for the last (row, class) that it learned."""

    def __init__(self, n, classes, seed=0):
        self.answers = rng(seed).dirichlet(np.ones(classes), (n, classes, n))
        self.asked = []

    def __call__(self, row, code, rows):
        self.asked.append((row, code, tuple(rows)))
        return self.answers[row, code, rows]


def naive_error(proba, answers, one):
    """Roy & McCallum's expected log loss over the texts that stay unlabelled."""
    others = [row for row in range(len(proba)) if row != one]
    losses = [
        -sum(answers[one, code, x] @ np.log(answers[one, code, x]) for x in others) for code in range(proba.shape[1])
    ]
    return proba[one] @ losses / len(proba)


def test_gradient_length_worked_out_by_hand():
    # |(2, 2, 1)| = 3; .8 |(-.2, .2)| + .2 |(.8, -.8)| = .16√2 + .16√2
    score = expected_gradient_length(np.array([[0.8, 0.2]]), np.array([[2.0, 2.0]]))
    assert score == pytest.approx([3 * 0.32 * np.sqrt(2)])


def test_gradient_length_is_what_the_gradients_themselves_give():
    proba, embeddings = rng().dirichlet(np.ones(4), 30), rng().normal(size=(30, 6)).astype(np.float32)
    expected = [naive_gradient_length(p, h) for p, h in zip(proba, embeddings, strict=True)]
    assert expected_gradient_length(proba, embeddings) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("proba", [np.ones((3, 1)), np.eye(3), np.full((3, 2), 0.5)])
def test_gradient_length_of_any_answers_is_finite_and_equal_texts_tie(proba):
    pool = Pool(np.arange(3), proba=proba, embeddings=np.zeros((3, 2), np.float32))
    scores = ask(strategy_of("expected_gradient_length"), pool, 3, rng()).scores
    assert scores.tolist() == [scores[0]] * 3
    assert scores[0] >= 0


@pytest.mark.parametrize("n", [1, 2, 9])
def test_error_reduction_of_a_small_pool_is_exact(n):
    proba, model = rng().dirichlet(np.ones(3), n), Recorder(n, 3)
    pool = Pool(np.arange(n), proba=proba, retrain=model)
    chosen = ask(strategy_of("expected_error_reduction"), pool, n, rng()).positions
    errors = [naive_error(proba, model.answers, one) for one in range(n)]
    assert chosen.tolist() == np.argsort(errors).tolist()


def test_error_reduction_worked_out_by_hand():
    # with text 0 the other is certain (loss 0) if its class is 0, which is likely, and open (ln 2) if it is 1;
    # with text 1 the other is open whichever its class
    answers = {(10, 0): [1.0, 0.0], (10, 1): [0.5, 0.5], (20, 0): [0.5, 0.5], (20, 1): [0.5, 0.5]}

    def learn(row, code, rows):
        return np.array([answers[row, code]] * len(rows))

    pool = Pool(np.array([20, 10]))
    proba = np.array([[0.5, 0.5], [0.9, 0.1]])
    assert expected_error_reduction(proba, learn, pool, 2, rng()).tolist() == [1, 0]


def test_error_reduction_tries_so_many_candidates_on_so_many_texts():
    model = Recorder(40, 2)
    pool = Pool(np.arange(40), proba=np.full((40, 2), 0.5), retrain=model)
    ask(strategy_of("expected_error_reduction(candidates=6, evaluated=10)"), pool, 2, rng())
    assert len(model.asked) == 12
    assert len({row for row, _, _ in model.asked}) == 6
    assert all(row not in rows and 9 <= len(rows) <= 10 for row, _, rows in model.asked)


def test_error_reduction_tries_k_texts_if_these_are_more_than_the_candidates():
    pool = Pool(np.arange(9), proba=np.full((9, 2), 0.5), retrain=Recorder(9, 2))
    positions = ask(strategy_of("expected_error_reduction(candidates=2)"), pool, 7, rng()).positions
    assert len(set(positions.tolist())) == 7


def test_error_reduction_speaks_of_rows_of_the_corpus():
    model = Recorder(100, 2)
    rows = np.array([90, 3, 41])
    ask(strategy_of("expected_error_reduction"), Pool(rows, proba=np.full((3, 2), 0.5), retrain=model), 1, rng())
    assert {(row, frozenset(others)) for row, _, others in model.asked} == {
        (row, frozenset(rows.tolist()) - {row}) for row in rows.tolist()
    }


def test_error_reduction_does_not_train_for_classes_that_cannot_be():
    model = Recorder(3, 2)
    ask(
        strategy_of("expected_error_reduction"), Pool(np.arange(3), proba=np.eye(2)[[0, 1, 0]], retrain=model), 1, rng()
    )
    assert sorted((row, code) for row, code, _ in model.asked) == [(0, 0), (1, 1), (2, 0)]


def test_error_reduction_leaves_equal_texts_to_chance():
    def learn(row, code, rows):
        return np.full((len(rows), 2), 0.5)

    pool = Pool(np.arange(4), proba=np.full((4, 2), 0.5), retrain=learn)
    firsts = Counter(
        int(ask(strategy_of("expected_error_reduction"), pool, 1, rng(s)).positions[0]) for s in range(400)
    )
    assert min(firsts[position] for position in range(4)) > 60
