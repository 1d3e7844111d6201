"""Stopping rules against examples done by hand and against naive versions of their formulas."""

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import cohen_kappa_score, f1_score

from al_core.stopping import Reading, reason_to_stop, rule_of, stops_at
from al_core.stopping.stability import kappa, predicted_change


def sure(classes, n_classes=2):
    return np.eye(n_classes)[list(classes)]


def readings(**columns):
    """Return readings of lists of values, one a cycle; one label a cycle is paid for."""
    cycles = len(next(iter(columns.values())))
    return [Reading(cycle + 1, **{name: values[cycle] for name, values in columns.items()}) for cycle in range(cycles)]


def of_stop_set(*classes, n_classes=2):
    return readings(stop_proba=[sure(each, n_classes) for each in classes])


def of_audit(*right, n=10):
    """Return readings of models that are right about so many of n texts, half of each class."""
    codes = np.arange(n) % 2
    predicted = [np.where(np.arange(n) < each, codes, 1 - codes) for each in right]
    return readings(audit_proba=[sure(each) for each in predicted], audit_codes=[codes] * len(right))


def first_stop(name, history):
    found = stops_at(rule_of(name), history)
    return None if found is None else found[0]


def test_the_budget_counts_what_is_paid_for():
    history = [Reading(paid) for paid in (25, 50, 75)]
    assert stops_at(rule_of("budget(labels=60)"), history) == (2, "75 labels are paid for, of 60")
    assert first_stop("budget(labels=75)", history) == 2
    assert first_stop("budget(labels=76)", history) is None


def test_cycles_counts_queries_so_the_seed_set_is_cycle_0():
    assert first_stop("cycles(count=3)", [Reading(25)] * 9) == 3


def test_kappa_is_averaged_over_the_last_three_pairs():
    """Kappas are 1/2 (3 of 4 agree, 2/4 by chance), then 1 forever; so means are 5/6, and 1 one cycle later."""
    history = of_stop_set([0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1])
    assert stops_at(rule_of("kappa_average"), history) == (
        4,
        "kappa between the last 4 models was 1 on average, at or above 0.99",
    )
    assert first_stop("kappa_average(at_least=0.8)", history) == 3
    assert first_stop("kappa_average(pairs=1)", history) == 2
    assert "was 0.8333 on average" in stops_at(rule_of("kappa_average(at_least=0.8)"), history)[1]


@pytest.mark.parametrize("n_classes", [2, 3, 10])
@pytest.mark.parametrize("seed", range(20))
def test_kappa_is_that_of_scikit_learn(n_classes, seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(n_classes, size=60)
    second = np.where(rng.random(60) < 0.8, first, rng.integers(n_classes, size=60))
    table = np.zeros((n_classes, n_classes), int)
    np.add.at(table, (first, second), 1)
    assert kappa(table) == pytest.approx(cohen_kappa_score(first, second, labels=range(n_classes)), abs=1e-12)


def test_delta_f_of_one_class_is_that_of_the_paper():
    """Of class 1: both 1, only older 1, only newer 0, so 1 - 2/3; of class 0: both 2, older 0, newer 1, so 1 - 4/5."""
    history = of_stop_set([0, 0, 1, 1], [0, 0, 0, 1])
    assert first_stop("delta_f(pairs=1,positive=1,below=0.334)", history) == 1
    assert first_stop("delta_f(pairs=1,positive=1,below=0.333)", history) is None
    assert first_stop("delta_f(pairs=1,positive=0,below=0.201)", history) == 1
    assert first_stop("delta_f(pairs=1,below=0.267)", history) == 1
    assert first_stop("delta_f(pairs=1,below=0.266)", history) is None


def test_delta_f_has_to_be_small_in_each_pair_and_not_on_average():
    history = of_stop_set([0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1])
    assert first_stop("delta_f(below=0.2)", history) == 5


def test_delta_f_leaves_out_classes_that_neither_model_gives_but_not_one_that_a_model_drops():
    both = of_stop_set([0, 0, 2, 2], [0, 0, 2, 2], n_classes=5)
    assert "by at most 0 between" in reason_to_stop(rule_of("delta_f(pairs=1)"), both)
    dropped = of_stop_set([0, 0, 2, 2], [0, 0, 0, 0], n_classes=5)
    assert "by at most 0.6667 between" in reason_to_stop(rule_of("delta_f(pairs=1,below=0.9)"), dropped)


@pytest.mark.parametrize("seed", range(20))
def test_the_predicted_change_is_one_less_the_f_of_one_model_by_the_other(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(4, size=50)
    second = np.where(rng.random(50) < 0.8, first, rng.integers(4, size=50))
    table = np.zeros((4, 4), int)
    np.add.at(table, (first, second), 1)
    assert predicted_change(table) == pytest.approx(1 - f1_score(first, second, average="macro"))
    both, older, newer = ((first == 2) & (second == 2)).sum(), (first == 2).sum(), (second == 2).sum()
    a, b, c = both, older - both, newer - both
    assert predicted_change(table, positive=2) == pytest.approx(1 - 2 * a / (2 * a + b + c))


def test_a_positive_class_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="positive: there are 2 classes, from 0, and none is 2"):
        reason_to_stop(rule_of("delta_f(positive=2)"), of_stop_set([0, 1]))


def test_classification_change_compares_the_last_two_models():
    history = of_stop_set([0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1])
    assert stops_at(rule_of("classification_change"), history) == (
        2,
        "of 4 predictions, 0 changed with the last model",
    )
    assert first_stop("classification_change(share=0.25)", history) == 1


def test_overall_uncertainty_is_the_mean_entropy_in_nats():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.ones(5), 30)
    mean = scipy.stats.entropy(proba, axis=1).mean()
    history = readings(stop_proba=[proba])
    assert first_stop(f"overall_uncertainty(below={mean + 1e-9})", history) == 0
    assert first_stop(f"overall_uncertainty(below={mean - 1e-9})", history) is None


def test_the_expected_error_is_the_mean_of_what_the_likeliest_class_lacks():
    history = readings(stop_proba=[np.array([[0.75, 0.25], [1.0, 0.0]]), np.array([[0.875, 0.125], [1.0, 0.0]])])
    assert first_stop("expected_error(below=0.125)", history) == 1
    assert first_stop("expected_error(below=0.126)", history) == 0


def test_rules_of_the_texts_asked_for_know_those_of_past_cycles_only():
    """Cycle 0 was unsure and wrong about one of two, cycle 1 sure and right; so cycle 2 is the first to know."""
    asked = [np.array([[0.6, 0.4], [0.0, 1.0]]), sure([0, 1]), sure([0, 1])]
    history = readings(asked_proba=asked, asked_codes=[np.array([1, 1]), np.array([0, 1]), np.array([1, 0])])
    assert first_stop("max_uncertainty", history[:2]) is None
    assert first_stop("max_uncertainty", history) == 2
    assert first_stop("selected_accuracy", history) == 2
    assert first_stop("selected_accuracy(at_least=0.5)", history) == 1


def test_a_target_is_reached_at_its_value():
    history = of_audit(5, 8, 9)
    assert first_stop("target(metric='accuracy',value=0.9)", history) == 2
    assert first_stop("target(metric='accuracy',value=0.8)", history) == 1
    assert first_stop("target(value=0.91)", history) is None


def test_macro_f1_on_the_audit_set_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    proba, codes = rng.dirichlet(np.ones(3), 40), rng.integers(3, size=40)
    value = f1_score(codes, proba.argmax(axis=1), average="macro")
    history = readings(audit_proba=[proba], audit_codes=[codes])
    assert first_stop(f"target(value={value - 1e-9})", history) == 0
    assert first_stop(f"target(value={value + 1e-9})", history) is None


def test_accuracy_is_sure_where_the_lower_end_of_the_interval_is_above_the_value():
    """Of scipy: the lower end of the one-sided exact interval of 95 of 100 is .8977."""
    lower = scipy.stats.binomtest(95, 100, alternative="greater").proportion_ci(0.95, "exact").low
    history = of_audit(95, n=100)
    assert first_stop(f"sure_accuracy(value={lower - 1e-6})", history) == 0
    assert first_stop(f"sure_accuracy(value={lower + 1e-6})", history) is None
    assert first_stop("sure_accuracy(value=0.01)", of_audit(0, n=100)) is None


def test_the_interval_covers_in_one_look_as_often_as_it_says():
    """With a true accuracy of .9 it is above .9 in at most a twentieth of audit sets of 60."""
    right = np.arange(61)
    wrongly = [first_stop("sure_accuracy(value=0.9)", of_audit(k, n=60)) == 0 for k in right]
    assert scipy.stats.binom.pmf(right, 60, 0.9)[wrongly].sum() <= 0.05


def test_a_plateau_is_no_rise_of_the_best():
    """Bests of the last 2 and before: cycle 2 9/5, 3 9/8, 4 9/9; a fall and a return to the best are no rise."""
    history = of_audit(5, 8, 9, 7, 9)
    assert first_stop("plateau(metric='accuracy',cycles=2,by=0)", history) == 4
    assert first_stop("plateau(metric='accuracy',cycles=2,by=0.11)", history) == 3
    assert first_stop("plateau(metric='accuracy',cycles=5,by=0)", history) is None


def test_any_stops_with_the_first_of_its_rules_and_all_with_the_last():
    history = [Reading(25 * (cycle + 1)) for cycle in range(9)]
    assert first_stop("any(budget(labels=75),cycles(count=5))", history) == 2
    assert first_stop("all(budget(labels=75),cycles(count=5))", history) == 5
    assert stops_at(rule_of("all(budget(labels=150),cycles(count=5))"), history) == (
        5,
        "150 labels are paid for, of 150; and 5 cycles are done, of 5",
    )


def test_all_of_its_rules_hold_in_the_same_cycle():
    """The classes are settled in cycle 1 only, and the budget is spent in cycle 2 only from then on."""
    history = of_stop_set([0, 1], [0, 1], [1, 0], [1, 1])
    assert first_stop("classification_change", history) == 1
    assert first_stop("budget(labels=3)", history) == 2
    assert first_stop("all(classification_change,budget(labels=3))", history) is None
