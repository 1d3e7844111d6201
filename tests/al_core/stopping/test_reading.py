"""What a rule can be told, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from al_core.contracts.histories import a_history
from al_core.errors import ConfigError
from al_core.plugins import stopping_rule
from al_core.stopping import Reading, reason_to_stop, rule_of, stops_at
from al_core.stopping.base import make


@stopping_rule
def of_x(x):
    return None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("budget", "budget"),
        (" budget( labels = '60' ) ", "budget(labels=60)"),
        ("any(budget(labels=500), kappa_average)", "any(budget(labels=500),kappa_average)"),
        (
            "all(any(budget), target(metric='accuracy', value=0.8))",
            "all(any(budget),target(metric='accuracy',value=0.8))",
        ),
    ],
)
def test_a_text_is_spelled_in_one_way_which_is_read_the_same(text, name):
    assert rule_of(text).name == name
    assert rule_of(name) == rule_of(text)


def test_a_combination_needs_what_its_rules_need():
    assert rule_of("any(budget,all(kappa_average,selected_accuracy))").needs == {
        "stop_proba",
        "asked_proba",
        "asked_codes",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("budjet", "unknown stopping rule 'budjet'; did you mean 'budget'? There are: all, any, budget"),
        ("budget(500)", "cannot be read: it is a name, such as kappa_average, one with settings by name"),
        ("budget(labels=0)", "budget: labels: input should be greater than or equal to 1, not 0"),
        ("budget(label=5)", "budget has no setting 'label'; did you mean 'labels'? It has labels"),
        ("budget(kappa_average)", "budget combines no others, not 1"),
        ("any", "any combines other rules, and is given none"),
        ("all(least=2)", "all combines other rules, and is given none"),
        ("any(budget, least=2)", "any has no setting 'least'. It has none"),
        ("target(metric='f1')", "target: metric: input should be 'accuracy' or 'macro_f1', not 'f1'"),
        ("target(value=1.5)", "target: value: input should be less than or equal to 1, not 1.5"),
        (
            "math:sqrt",
            "'math:sqrt' is not marked as a stopping rule; if it is one of yours, write `@al_core.stopping_rule`",
        ),
        (f"{__name__}:of_x", "of_x' asks for 'x'; a rule can ask for asked_codes"),
        ("kappa_average(", "the stopping rule 'kappa_average(' cannot be read"),
        ("margin", "unknown stopping rule 'margin'"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(text, says):
    with pytest.raises(ConfigError) as error:
        rule_of(text)
    assert says in str(error.value)


def test_what_combines_others_asks_for_nothing_else():
    with pytest.raises(ConfigError, match="takes the answers of others"):
        make("mine", lambda paid, *reasons: None, source="here")


def test_a_reading_has_no_test_labels():
    assert [name for name in vars(Reading(1)) if "test" in name or name == "codes"] == []


def test_a_need_that_is_missing_is_named_with_its_cycle():
    history = a_history()
    history[3] = replace(history[3], stop_proba=None)
    with pytest.raises(ValueError, match="'kappa_average' needs stop_proba, and cycle 3 has none"):
        stops_at(rule_of("kappa_average"), history)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "kappa_average",
            {"stop_proba": np.full((3, 3), 1 / 3)},
            "cycle 2 has 3 texts of 3 classes, and cycle 0",
        ),
        (
            "kappa_average",
            {"stop_proba": np.full((40, 2), 0.5)},
            "cycle 2 has 40 texts of 2 classes, and cycle 0",
        ),
        ("kappa_average", {"stop_proba": np.empty((0, 3))}, "stop_proba of cycle 2: there are no texts"),
        ("kappa_average", {"stop_proba": np.full(3, 1 / 3)}, "stop_proba of cycle 2: .* 2 dimensions, not 1"),
        ("target", {"audit_codes": np.zeros(7, int)}, "audit_codes of cycle 2: there are 7 for 40 texts"),
        ("target", {"audit_codes": np.full(40, 3)}, "audit_codes of cycle 2: classes have to be integers from 0 to 2"),
        ("target", {"audit_codes": np.full(40, -1)}, "audit_codes of cycle 2: classes have to be integers from 0 to 2"),
        ("target", {"audit_codes": np.zeros(40)}, "audit_codes of cycle 2: classes have to be integers from 0 to 2"),
        ("selected_accuracy", {"asked_codes": np.zeros(7, int)}, "asked_codes of cycle 2: there are 7 for 40 texts"),
    ],
)
def test_what_does_not_fit_is_refused(name, change, says):
    history = a_history()
    history[2] = replace(history[2], **change)
    with pytest.raises(ValueError, match=says):
        reason_to_stop(rule_of(name), history)


def test_what_a_rule_does_not_need_is_not_looked_at():
    history = [replace(reading, stop_proba=None, audit_proba=np.zeros((1, 1))) for reading in a_history()]
    assert stops_at(rule_of("selected_accuracy(at_least=0.2)"), history) is not None


def test_probabilities_in_single_precision_do():
    history = [replace(reading, stop_proba=reading.stop_proba.astype(np.float32)) for reading in a_history(30)]
    assert stops_at(rule_of("kappa_average"), history) is not None


def test_the_labels_of_the_last_query_change_nothing():
    history = a_history()
    altered = [*history[:-1], replace(history[-1], asked_proba=None, asked_codes=np.array([99]))]
    rule = rule_of("any(selected_accuracy,max_uncertainty)")
    assert reason_to_stop(rule, altered) == reason_to_stop(rule, history)
