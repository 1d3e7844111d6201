"""The configuration refuses what it does not know and what is out of range, and names the nearest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from al_core.config import ExperimentConfig


def test_the_defaults_are_valid_and_survive_json():
    config = ExperimentConfig()
    assert ExperimentConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cycels": 3}, "unknown key 'cycels'; did you mean 'cycles'"),
        ({"data": {"text": "tweet"}}, "unknown key 'text'; did you mean 'test_path|text_column'"),
        ({"features": {"ngram": 2}}, "unknown key 'ngram'; did you mean 'ngrams'"),
        ({"seed_set": {"zzz": 2}}, r"unknown key 'zzz'.* There are: size, initialisation"),
        ({"strategies": ["margn"]}, "unknown strategy 'margn'; did you mean 'margin'"),
        ({"classifier": {"name": "bayes"}}, "unknown classifier 'bayes'; did you mean 'naive_bayes'"),
        ({"seed_set": {"initialisation": "balance"}}, "unknown initialisation 'balance'; did you mean 'balanced'"),
    ],
)
def test_what_is_unknown_is_refused_with_the_nearest(settings, message):
    with pytest.raises(ValidationError, match=message):
        ExperimentConfig.model_validate(settings)


RANGES = [
    ("cycles", 0, 1000),
    ("seeds", 1, 1000),
    ("workers", 1, 256),
    ("query_size", 1, None),
    ("seed_set.size", 0, None),
    ("features.ngrams", 1, 5),
    ("features.min_texts", 1, None),
]


def with_value(path, value):
    for name in reversed(path.split(".")):
        value = {name: value}
    return ExperimentConfig.model_validate(value)


@pytest.mark.parametrize(("path", "least", "most"), RANGES)
def test_whole_numbers_are_taken_to_their_bounds_and_not_beyond(path, least, most):
    with_value(path, least)
    with_value(path, most or 10**9)
    for wrong in (least - 1, *([most + 1] if most else []), least + 0.5, "many", None):
        with pytest.raises(ValidationError):
            with_value(path, wrong)


@given(st.floats())
def test_shares_lie_between_0_and_1(value):
    if 0 < value < 1:
        assert with_value("data.test_size", value).data.test_size == value
    else:
        with pytest.raises(ValidationError):
            with_value("data.test_size", value)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_regularisation_is_a_positive_number(value):
    with pytest.raises(ValidationError):
        with_value("classifier.regularisation", value)


@pytest.mark.parametrize(
    "settings",
    [
        {"strategies": []},
        {"data": {"cleaning": ["url"]}},
        {"data": {"on_empty": "keep"}},
        {"data": {"on_conflict": "first"}},
        {"data": {"format": "docx"}},
        {"classifier": {"class_weight": "heavy"}},
    ],
)
def test_choices_that_there_are_not_are_refused(settings):
    with pytest.raises(ValidationError):
        ExperimentConfig.model_validate(settings)


def test_a_strategy_named_twice_is_refused():
    with pytest.raises(ValidationError):
        ExperimentConfig(strategies=("margin", "margin"))


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        ExperimentConfig().cycles = 3


def test_every_setting_has_a_title_and_a_description_for_forms():
    schema = ExperimentConfig.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    bare = [
        f"{model['title']}.{name}"
        for model in models
        for name, setting in model["properties"].items()
        if "title" not in setting or not ("description" in setting or "$ref" in setting)
    ]
    assert bare == []
