"""Learning curves and the area under them, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from al_core.analysis import aulc, curve_table, learning_curves

METRICS = ("macro_f1", "accuracy", "test_loss")


def metrics(**values):
    """A table of metrics: for each strategy a list of seeds, each a list of the values at 10, 20, ... labels."""
    rows = [
        {"strategy": strategy, "seed": seed, "cycle": cycle, "labels": 10 * (cycle + 1)} | dict.fromkeys(METRICS, value)
        for strategy, seeds in values.items()
        for seed, curve in enumerate(seeds)
        for cycle, value in enumerate(curve)
    ]
    return pd.DataFrame(rows)


TWO = metrics(random=[[0.2, 0.4], [0.4, 0.6], [0.3, 0.8]], margin=[[0.2, 0.9], [0.4, 0.7], [0.3, 0.8]])


def test_means_and_intervals_are_those_of_student():
    curves = learning_curves(TWO).set_index(["strategy", "labels"])
    values = np.array([0.4, 0.6, 0.8])
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert curves.loc[("random", 20)].to_dict() == pytest.approx(
        {"mean": 0.6, "low": 0.6 - half, "high": 0.6 + half, "seeds": 3}
    )
    assert half == pytest.approx(4.30265 * 0.2 / np.sqrt(3), abs=1e-5)
    low, high = t.interval(0.95, 2, loc=0.6, scale=0.2 / np.sqrt(3))
    assert curves.loc[("random", 20), ["low", "high"]].tolist() == pytest.approx([low, high])


def test_curves_are_sorted_and_have_their_columns():
    curves = learning_curves(TWO.sample(frac=1, random_state=0))
    assert list(curves.columns) == ["strategy", "labels", "mean", "low", "high", "seeds"]
    assert list(zip(curves["strategy"], curves["labels"], strict=True)) == [
        ("margin", 10), ("margin", 20), ("random", 10), ("random", 20),
    ]  # fmt: skip


def test_one_seed_has_a_mean_and_no_interval():
    curves = learning_curves(metrics(margin=[[0.2, 0.9]]))
    assert curves["mean"].tolist() == [0.2, 0.9]
    assert curves["seeds"].tolist() == [1, 1]
    assert curves[["low", "high"]].isna().all().all()


def test_seeds_that_agree_have_an_interval_of_no_width():
    curves = learning_curves(metrics(margin=[[0.5], [0.5]]))
    assert curves[["mean", "low", "high"]].to_numpy().tolist() == [[0.5, 0.5, 0.5]]


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_has_its_own_curve(metric):
    rows = metrics(margin=[[0.1, 0.3]]).assign(**{metric: [0.7, 0.9]})
    assert learning_curves(rows, metric)["mean"].tolist() == [0.7, 0.9]
    assert aulc(rows, metric).to_dict() == pytest.approx({"margin": 0.8})


def test_the_area_is_by_trapezoids_over_the_range_of_labels():
    rows = metrics(margin=[[0.0, 0.6, 0.8]])
    rows["labels"] = [10, 20, 50]
    assert aulc(rows).to_dict() == pytest.approx({"margin": (10 * 0.3 + 30 * 0.7) / 40})


def test_the_area_is_the_mean_over_seeds_best_strategy_first_and_ties_by_name():
    areas = aulc(metrics(b=[[0.2, 0.4], [0.4, 0.6]], best=[[0.9, 0.9]], a=[[0.3, 0.5]]))
    assert areas.index.tolist() == ["best", "a", "b"]
    assert areas.tolist() == pytest.approx([0.9, 0.4, 0.4])


def test_exact_ties_keep_the_order_of_names_in_whatever_order_rows_come():
    rows = metrics(**{name: [[0.5, 0.5]] for name in "dbca"})
    assert aulc(rows).index.tolist() == aulc(rows[::-1]).index.tolist() == list("abcd")


def test_the_area_does_not_depend_on_the_order_of_rows():
    pd.testing.assert_series_equal(aulc(TWO.sample(frac=1, random_state=0)), aulc(TWO))


def test_a_single_cycle_has_its_value_as_area():
    assert aulc(metrics(margin=[[0.4], [0.6]])).to_dict() == pytest.approx({"margin": 0.5})


def test_the_table_has_the_best_strategy_first_and_the_area_last():
    table = curve_table(TWO)
    assert table.index.tolist() == ["margin", "random"]
    assert table.columns.tolist() == [10, 20, "AULC"]
    assert table.loc["random"].tolist() == pytest.approx([0.3, 0.6, 0.45])


@pytest.mark.parametrize(("columns", "shown"), [(2, [10, 110]), (3, [10, 60, 110]), (6, [10, 30, 50, 70, 90, 110])])
def test_the_table_shows_evenly_spread_numbers_of_labels_with_first_and_last(columns, shown):
    rows = metrics(margin=[np.linspace(0, 1, 11)])
    assert curve_table(rows, columns=columns).columns.tolist() == [*shown, "AULC"]


def test_a_strategy_that_ended_early_has_gaps_and_the_area_of_what_it_did():
    rows = metrics(short=[[0.5, 0.7]], long=[[0.1, 0.2, 0.3]])
    table = curve_table(rows)
    assert table.columns.tolist() == [10, 20, 30, "AULC"]
    assert table.loc["short"].isna().tolist() == [False, False, True, False]
    assert table["AULC"].to_dict() == pytest.approx({"short": 0.6, "long": 0.2})
    assert learning_curves(rows).query("strategy == 'short'")["labels"].tolist() == [10, 20]


def test_metrics_are_left_as_they_are():
    before = TWO.copy(deep=True)
    curve_table(TWO)
    pd.testing.assert_frame_equal(TWO, before)
