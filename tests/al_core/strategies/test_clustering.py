"""K-means++ spreads points out as scikit-learn's does."""

import numpy as np
import pytest
from sklearn.cluster import kmeans_plusplus

from al_core.strategies.clustering import centres, spread_out, to_nearest


def cost(points, others):
    return to_nearest(points, others)[1].sum(dtype=np.float64)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_are_as_near_to_those_chosen_as_to_scikit_learn_s(dtype):
    random = np.random.default_rng(0)
    points = (random.normal(size=(800, 6)) + 5 * random.normal(size=(8, 6))[random.integers(8, size=800)]).astype(dtype)
    mine = [cost(points, spread_out(points, 8, np.random.default_rng(seed))) for seed in range(20)]
    theirs = [cost(points, kmeans_plusplus(points, 8, random_state=seed)[0]) for seed in range(20)]
    assert np.mean(mine) == pytest.approx(np.mean(theirs), rel=0.1)


def test_the_first_is_drawn_evenly():
    points = np.array([[0.0], [0.0], [0.0], [9.0]])
    far = [spread_out(points, 1, np.random.default_rng(seed))[0, 0] == 9 for seed in range(400)]
    assert np.mean(far) == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_of_points_far_apart_each_is_chosen(dtype):
    points = 10 * np.eye(6, dtype=dtype)
    assert len(np.unique(spread_out(points, 6, np.random.default_rng(0)), axis=0)) == 6


@pytest.mark.parametrize("points", [np.zeros((5, 3)), np.ones((5, 3), np.float32) / 3, np.eye(5)[[0, 0, 0, 1, 1]]])
def test_fewer_distinct_points_than_clusters_will_do(points):
    assert centres(points, 5, np.random.default_rng(0)).shape == (5, points.shape[1])
    found = spread_out(points, 5, np.random.default_rng(0))
    assert {tuple(point) for point in found} == {tuple(point) for point in points}


def test_the_points_stay_as_they_are():
    points = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    points.flags.writeable = False
    assert spread_out(points, 4, np.random.default_rng(0)).dtype == np.float32
