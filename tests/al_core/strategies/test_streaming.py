"""Texts that pass one by one: how many are taken, which, and when."""

import numpy as np
import pytest

from al_core.errors import ConfigError
from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.streaming import shares, taken


def a_pool(n=500, classes=3, seed=0):
    proba = np.random.default_rng(seed).dirichlet(np.ones(classes), n)
    return Pool(np.arange(n), proba=proba, embeddings=proba.astype(np.float32))


def asked(text, pool, k, seed=0):
    return ask(strategy_of(text), pool, k, np.random.default_rng(seed)).positions


def test_the_threshold_moves_a_step_for_each_text_ahead_or_behind():
    # 3 of 6: the threshold is 0.5, half a text ahead 0.7, then as due 0.5, half a text behind 0.3, as due again 0.5.
    assert taken([0.6, 0.6, 0.4, 0.35, 0.4, 0.9], 6, 3, step=0.4) == [0, 3, 5]
    assert taken([0.6, 0.8, 0.9, 0.9, 0.9, 0.9], 6, 3, step=0.4) == [0, 1, 2]


def test_the_last_texts_are_taken_whatever_their_scores_if_too_few_have_been():
    assert taken([0.0] * 10, 10, 3, step=1e-6) == [7, 8, 9]


def test_no_more_are_taken_than_asked_for_however_good_they_are():
    assert taken([1.0] * 10, 10, 3, step=1e-6) == [0, 1, 2]


@pytest.mark.parametrize("window", [1, 3, 100])
def test_shares_are_those_of_a_count_of_the_last_scores(window):
    rng = np.random.default_rng(0)
    scores, ties = rng.integers(5, size=60).tolist(), rng.random(60).tolist()
    naive = []
    for arrived, (score, tie) in enumerate(zip(scores, ties, strict=True)):
        last = scores[max(0, arrived - window) : arrived]
        naive.append((sum(s < score for s in last) + tie * (last.count(score) + 1)) / (len(last) + 1))
    assert list(shares(scores, ties, window)) == pytest.approx(naive)


def test_of_equal_scores_the_shares_are_spread_evenly():
    rng = np.random.default_rng(0)
    spread = list(shares([-np.inf] * 4000, rng.random(4000).tolist(), 1000))
    assert np.quantile(spread, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.03)


def test_the_taken_are_among_the_best():
    pool = a_pool(4000)
    ranks = (-pool.proba.max(axis=1)).argsort().argsort() / 4000
    assert ranks[asked("stream(least_confidence)", pool, 100)].mean() > 0.97


def test_texts_are_taken_all_along_the_stream():
    rng = np.random.default_rng(0)
    positions = np.array(taken(rng.random(10_000), 10_000, 200, step=0.01))
    ahead = np.arange(200) - 200 / 10_000 * positions
    assert np.abs(ahead).max() < 6  # by chance it would be some 12 at times


def test_what_was_let_go_is_gone_so_that_the_stream_is_worse_than_the_pool():
    pool = a_pool(2000)
    scores = 1 - pool.proba.max(axis=1)
    in_stream = scores[asked("stream(least_confidence)", pool, 20)].mean()
    assert scores.mean() < in_stream < scores[asked("least_confidence", pool, 20)].mean()


@pytest.mark.parametrize(("n", "k"), [(1, 1), (7, 7), (7, 1), (7, 6), (500, 499)])
def test_exactly_k_texts_come_out(n, k):
    positions = asked("stream(margin,window=2)", a_pool(n), k)
    assert len(set(positions.tolist())) == k


def test_texts_that_all_tie_come_at_random_and_the_same_for_the_same_seed():
    pool = Pool(np.arange(50), proba=np.full((50, 2), 0.5))
    first, again, other = (asked("stream(margin)", pool, 5, seed).tolist() for seed in (0, 0, 1))
    assert first == again != other
    assert len({asked("stream(margin)", pool, 1, seed)[0] for seed in range(40)}) > 15


def test_scores_of_minus_infinity_will_do():
    pool = Pool(np.arange(30), proba=np.repeat(np.eye(2), 15, axis=0))
    assert len(asked("stream(closest_to_boundary)", pool, 4)) == 4


def test_a_strategy_that_gives_no_scores_is_refused():
    with pytest.raises(ConfigError, match=r"scores single texts; subsample\(margin\) chooses sets"):
        asked("stream(subsample(margin))", a_pool(), 5)


def test_it_needs_what_its_strategy_needs():
    assert strategy_of("stream(margin)").needs == {"proba"}
