"""Every registered name is in the configuration, and none comes or goes unnoticed."""

import pytest

from al_core import config
from al_core.classifiers import CLASSIFIERS
from al_core.config import SIMULATION_ONLY
from al_core.initialisation import INITIALISATIONS
from al_core.strategies import STRATEGIES

PINNED = {
    "STRATEGIES": {"entropy", "least_confidence", "margin", "random"},
    "CLASSIFIERS": {"logistic_regression", "naive_bayes", "linear_svm", "transformer"},
    "INITIALISATIONS": {"random", "stratified", "balanced"},
}
NAMES = {
    "STRATEGIES": "STRATEGY_NAMES",
    "CLASSIFIERS": "CLASSIFIER_NAMES",
    "INITIALISATIONS": "INITIALISATION_NAMES",
}
REGISTRIES = {"STRATEGIES": STRATEGIES, "CLASSIFIERS": CLASSIFIERS, "INITIALISATIONS": INITIALISATIONS}


@pytest.mark.parametrize("kind", PINNED)
def test_the_registry_the_configuration_and_the_pinned_list_hold_the_same_names(kind):
    known = getattr(config, NAMES[kind])
    assert set(REGISTRIES[kind]) == set(known) == PINNED[kind]
    assert len(known) == len(set(known))


def test_each_strategy_is_registered_under_its_own_name_and_says_where_it_is_from():
    assert all(strategy.name == name and strategy.source for name, strategy in STRATEGIES.items())


def test_strategies_need_nothing_but_probabilities():
    assert set().union(*(strategy.needs for strategy in STRATEGIES.values())) == {"proba"}


def test_the_initialisations_that_look_at_labels_are_marked_as_such():
    assert set(INITIALISATIONS) - set(SIMULATION_ONLY) == {"random"}
