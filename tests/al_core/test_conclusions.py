"""What the report concludes is no stronger than the seeds allow."""

import numpy as np
import pandas as pd
import pytest

from al_core.analysis import aulc
from al_core.estimate import of_macro_f1, of_mean
from al_core.report.conclusions import FEW, comparisons, of_difference


def runs(gains, seeds, noise=0.0, labels=(30, 60, 90), noisy=0.0):
    """Return metrics of random and of others that are so much above it at the end, and half as much before.

    Parameters: noise : standard deviation of what seeds have in common
                noisy : of what a strategy has for itself
    """
    rng, rows = np.random.default_rng(7), []
    for seed in range(seeds):
        shared = noise * rng.normal()
        for strategy, gain in ({"random": 0.0} | gains).items():
            for step, at in enumerate(labels):
                above = gain * step / (len(labels) - 1)
                rows.append((strategy, seed, at, 0.5 + 0.1 * step + shared + above + noisy * rng.normal()))
    return pd.DataFrame(rows, columns=["strategy", "seed", "labels", "macro_f1"])


def test_differences_are_paired_so_that_hard_seeds_do_not_hide_them():
    metrics = runs({"margin": 0.02}, seeds=6, noise=0.2, noisy=0.002)
    (one,) = comparisons(metrics)
    assert one.end.low > 0
    assert one.curve.low > 0
    assert one.end.value == pytest.approx(0.02, abs=0.01)
    areas = aulc(metrics)
    assert one.curve.value == pytest.approx(areas["margin"] - areas["random"])


def test_the_verdict_is_no_stronger_than_the_intervals():
    said = of_difference(comparisons(runs({"margin": 0.05}, FEW, noisy=0.001)))
    assert "margin learns more from the same labels" in said
    said = of_difference(comparisons(runs({"margin": -0.05}, FEW, noisy=0.001)))
    assert "margin learns less from the same labels" in said
    said = of_difference(comparisons(runs({"margin": 0.0}, FEW, noisy=0.02)))
    assert "no difference is to be seen" in said
    assert "learns" not in said


@pytest.mark.parametrize(
    ("seeds", "says"), [(1, "One seed is an anecdote"), (FEW - 1, f"{FEW - 1} seeds are an anecdote")]
)
def test_few_seeds_are_an_anecdote(seeds, says):
    said = of_difference(comparisons(runs({"margin": 0.3}, seeds, noisy=0.001)))
    assert says in said
    assert "learns" not in said


def test_the_best_of_many_is_said_to_be_lucky():
    said = of_difference(comparisons(runs({"a": 0.01, "b": 0.02, "c": 0.03}, FEW, noisy=0.001)))
    assert said.startswith("c learns more from the same labels than random")
    assert "best of 3, so partly by luck" in said


def test_labels_saved_are_those_to_reach_what_the_baseline_ends_at():
    (one,) = comparisons(runs({"margin": 0.21}, FEW))
    assert (one.reached, one.seeds, one.saved.value) == (FEW, FEW, 30)
    assert "reaches what random ends at with 30 (30 to 30) labels fewer" in of_difference([one])
    (one,) = comparisons(runs({"margin": -0.1}, FEW))
    assert (one.reached, one.saved) == (0, None)


def test_strategies_of_unequal_length_are_compared_as_far_as_both_go():
    metrics = runs({"margin": 0.2}, FEW)
    shorter = metrics[(metrics["strategy"] != "margin") | (metrics["labels"] < 90)]
    (one,) = comparisons(shorter)
    assert one.labels == 60
    assert one.end.value == pytest.approx(0.1)


def test_without_the_baseline_nothing_is_compared():
    metrics = runs({"margin": 0.1}, 2)
    assert comparisons(metrics[metrics["strategy"] != "random"]) == []
    assert comparisons(metrics[metrics["strategy"] == "random"]) == []


def test_the_interval_of_a_score_narrows_with_the_test_set_and_holds_the_score():
    small, large = of_macro_f1(np.array([[3, 0], [1, 2]])), of_macro_f1(np.array([[300, 0], [100, 200]]))
    for one in (small, large):
        assert one.low < one.value < one.high
    assert large.high - large.low < (small.high - small.low) / 3


def test_the_interval_of_a_mean_holds_it_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    held = [one.low <= 0 <= one.high for one in (of_mean(rng.normal(size=5)) for _ in range(2000))]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
