"""Discriminative active learning looks for what the labelled texts lack."""

from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.discriminative import discriminative


def rng(seed=0):
    return np.random.default_rng(seed)


def chosen(text, embeddings, labelled, k, seed=0):
    pool = Pool(np.arange(len(embeddings)), embeddings=embeddings, labelled_embeddings=labelled)
    return ask(strategy_of(text), pool, k, rng(seed)).positions.tolist()


def naive(embeddings, labelled, k):
    """One text at a time, with all unlabelled texts at hand and the probability as score."""
    taken = []
    for _ in range(k):
        left = [one for one in range(len(embeddings)) if one not in taken]
        points = np.vstack([labelled, embeddings[taken], embeddings[left]]).astype(np.float64)
        sides = np.repeat([0, 1], [len(labelled) + len(taken), len(left)])
        model = LogisticRegression(class_weight="balanced", tol=1e-8).fit(points, sides)
        taken.append(left[int(model.predict_proba(embeddings[left])[:, 1].argmax())])
    return taken


def test_what_is_farthest_from_the_labelled_comes_first_and_then_what_that_leaves_out():
    # with only the middle labelled the longest is the least like it; then what is across is, rather than its neighbour
    embeddings = np.array([[0.0, 0.0], [10.0, 0.0], [9.9, 0.0], [0.0, 5.0]])
    assert chosen("discriminative(sub_batches=2)", embeddings, np.zeros((3, 2)), 2) == [1, 3]


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_the_algorithm_gives_text_by_text(seed):
    embeddings, labelled = rng(seed).normal(size=(40, 4)), rng(seed + 9).normal(size=(8, 4)) + 1
    assert chosen("discriminative(sub_batches=6)", embeddings, labelled, 6) == naive(embeddings, labelled, 6)


def test_one_sub_batch_is_one_ranking():
    embeddings, labelled = np.arange(9.0)[:, None], np.zeros((2, 1))
    assert chosen("discriminative(sub_batches=1)", embeddings, labelled, 4) == [8, 7, 6, 5]


@pytest.mark.parametrize("labelled", [0, 20])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (25, 13), (25, 25)])
@pytest.mark.parametrize("scale", [0, 1000])
def test_any_pool_gives_k_distinct_positions_and_the_same_ones_again(labelled, n, k, scale):
    embeddings = (scale * rng().normal(size=(n, 3))).astype(np.float32)
    there = (scale * rng(1).normal(size=(labelled, 3))).astype(np.float32)
    embeddings.flags.writeable = there.flags.writeable = False
    first, second = (chosen("discriminative", embeddings, there, k) for _ in range(2))
    assert first == second
    assert len(set(first)) == k


@pytest.mark.parametrize("labelled", [0, 5])
def test_equal_texts_are_chosen_equally_often(labelled):
    embeddings = np.tile(rng().normal(size=384).astype(np.float32), (7 + labelled, 1))
    firsts = Counter(chosen("discriminative", embeddings[:7], embeddings[7:], 1, seed)[0] for seed in range(70))
    assert min(firsts[position] for position in range(7)) > 1


def test_the_model_sees_a_bounded_number_of_unlabelled_texts(monkeypatch):
    seen = []
    fit = LogisticRegression.fit
    monkeypatch.setattr(LogisticRegression, "fit", lambda self, x, y: seen.append(np.bincount(y)) or fit(self, x, y))
    discriminative(rng().normal(size=(100, 2)), np.ones((3, 2)), 4, rng(), sub_batches=2, factor=5)
    assert [counts.tolist() for counts in seen] == [[3, 15], [5, 25]]


@pytest.mark.parametrize("text", ["discriminative(sub_batches=0)", "discriminative(factor=0)"])
def test_settings_are_at_least_one(text):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        strategy_of(text)
