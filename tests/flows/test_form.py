"""The schema of a deployment: what a form draws of it, and what values the server takes by it."""

from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import ValidationError, validate

from al_core.config import DEFAULTS, ExperimentConfig
from flows.cycle import run_cycle
from flows.experiment import experiment

SCHEMA = parameter_schema(experiment).model_dump_for_openapi()
DRAWN = SCHEMA["definitions"]["ExperimentConfig"]


def sections(schema: Any) -> Any:
    """Yield a section of what is drawn, and those inside it."""
    yield schema
    for setting in schema["properties"].values():
        for one in (setting, *setting.get("anyOf", [])):
            if one.get("properties"):
                yield from sections(one)


def test_every_setting_is_drawn_with_a_title_a_description_and_its_place() -> None:
    assert len(list(sections(DRAWN))) == 9
    for section in sections(DRAWN):
        places = [setting["position"] for setting in section["properties"].values()]
        assert places == list(range(len(places)))
        for name, setting in section["properties"].items():
            assert setting["title"], name
            assert setting["description"], name


def test_what_everyone_sets_comes_first_and_the_rest_is_closed() -> None:
    first = list(DRAWN["properties"])[:5]
    assert first == ["strategies", "seeds", "cycles", "query_size", "data"]
    assert list(DRAWN["properties"]["data"]["properties"])[:3] == ["source", "text_column", "label_column"]
    closed = [name for name, setting in DRAWN["properties"].items() if "anyOf" in setting]
    assert closed == ["seed_set", "classifier", "features", "encoder", "committee", "stopping"]


def test_only_what_may_be_empty_is_marked_so_and_it_is_drawn_without_a_null() -> None:
    data = DRAWN["properties"]["data"]
    empty = set(data["properties"]) - set(data["required"])
    assert empty == {name for name, value in DEFAULTS.data if value in (None, ())}
    assert "null" not in str(DRAWN)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"cycles": 3},
        {"strategies": ["switch(typiclust, margin, after=100)"], "classifier": {"name": "mine.own:made"}},
        DEFAULTS.model_dump(mode="json"),
        DEFAULTS.model_dump(mode="json", exclude_none=True),
    ],
)
def test_the_server_takes_parts_expressions_and_the_settings_of_an_earlier_run(config: dict[str, Any]) -> None:
    validate({"config": config}, SCHEMA, raise_on_error=True)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"cycles": -1}, "-1 is less than the minimum of 0"),
        ({"seeds": 0}, "0 is less than the minimum of 1"),
        ({"data": {"test_size": 1}}, "1 is greater than or equal to the maximum of 1"),
        ({"runner": "spark"}, "'spark' is not one of"),
        ({"cycels": 3}, "'cycels' was unexpected"),
        ({"encoder": {"max_length": 2}}, "2 is less than the minimum of 4"),
    ],
)
def test_the_server_refuses_what_is_out_of_range_or_unknown(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        validate({"config": config}, SCHEMA, raise_on_error=True)


def test_what_is_offered_is_what_there_is() -> None:
    for name in DRAWN["properties"]["strategies"]["items"]["enum"]:
        ExperimentConfig(strategies=(name,))
    for name in DRAWN["properties"]["classifier"]["anyOf"][1]["properties"]["name"]["enum"]:
        ExperimentConfig.model_validate({"classifier": {"name": name}})


def test_a_cycle_asks_first_for_which_one() -> None:
    schema = parameter_schema(run_cycle).model_dump_for_openapi()
    shown = sorted(schema["properties"].values(), key=lambda setting: setting["position"])
    assert [setting["title"] for setting in shown] == ["Strategy", "Seed", "Cycle", "Experiment"]
    for wrong in ({"seed": -1}, {"cycle": 1001}):
        with pytest.raises(ValidationError):
            validate(wrong, schema, raise_on_error=True)
