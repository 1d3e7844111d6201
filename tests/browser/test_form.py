"""The forms for runs of both deployments, submitted as a person does it, in both of Prefect's UIs."""

from pathlib import Path
from typing import Any

import pytest

from al_core.config import ExperimentConfig
from tests.browser.conftest import V2_IN_SOAK
from tests.browser.ui import UI

pytestmark = [pytest.mark.server, pytest.mark.slow]

SMALL = {"Seeds": 1, "Cycles": 1, "Query size": 7}


def config_of(ui: UI, run: str) -> Any:
    """Return what a run was started with."""
    return ui.server.ask(f"/flow_runs/{run}")["parameters"]["config"]


@pytest.mark.parametrize("name", ["experiment/alflow", "cycle/alflow-cycle"])
def test_a_form_is_submitted_as_it_is_and_the_run_completes(ui: UI, name: str, folder: Path) -> None:
    run = ui.end(ui.custom_run(name).submit())
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert list((folder / "results" / "sample").iterdir())


@V2_IN_SOAK
def test_wrong_values_are_refused_beside_their_fields_and_the_run_has_what_is_filled_in(ui: UI, tmp_path: Path) -> None:
    form = ui.custom_run("experiment/alflow")
    form.write("Cycles", -1)
    form.press_submit()
    assert "0" in form.complaint("Cycles")
    for title, value in (SMALL | {"Text column": "text", "Store": tmp_path / "here", "Test share": 3}).items():
        form.write(title, value)
    form.press_submit()
    assert "3 is greater than or equal to the maximum of 1" in form.complaint("Test share")
    for title, value in {"Test share": "", "Encoding": "latin-1"}.items():
        form.write(title, value)
    form.write("Encoding", "")
    form.choose("Strategies", "random", "entropy")  # random and margin are selected
    form.open("Seed set")
    form.write("Seed set size", 12)
    form.choose("Initialisation", "stratified")
    form.open("Features")
    form.choose("Kind", "tfidf")
    run = form.submit()
    config = config_of(ui, run)
    assert (config["seeds"], config["cycles"], config["query_size"]) == (1, 1, 7)
    assert config["strategies"] == ["margin", "entropy"]
    assert config["data"]["text_column"] == "text"
    assert not {"encoding", "test_size"} & set(config["data"]), "a cleared field is left out"
    assert config["seed_set"] == {"size": 12, "initialisation": "stratified"}
    ended = ui.end(run)
    assert ended["state_name"] == "Completed", ended["state"]["message"]
    assert len(list((tmp_path / "here").glob("sample/*/entropy/seed=0/cycle=001/metrics-*.parquet"))) == 1
    config = config_of(ui, run)
    assert (config["features"]["kind"], config["seed_set"]["size"]) == ("tfidf", 12)
    data = config["data"]
    assert (data["path"], data["encoding"], data["test_size"]) == (None, None, 0.2), "what is left empty is the default"
    form = ui.copy(run)
    form.write_json("Strategies", ["switch(random, margin, after=40)"])
    copied = form.submit()
    assert ui.end(copied)["state_name"] == "Completed"
    expected = config | {"strategies": ["switch(random,margin,after=40)"]}
    assert ExperimentConfig.model_validate(config_of(ui, copied)) == ExperimentConfig.model_validate(expected)


@V2_IN_SOAK
def test_the_form_of_a_cycle_refuses_and_takes_values(ui: UI, tmp_path: Path) -> None:
    form = ui.custom_run("cycle/alflow-cycle")
    form.write("Strategy", "entropy")
    form.write("Seed", -1)
    form.press_submit()
    assert "0" in form.complaint("Seed")
    form.write("Seed", 4)
    form.write("Store", tmp_path)
    form.open("Features")
    form.choose("Kind", "tfidf")
    run = ui.end(form.submit())
    assert (run["state_name"], run["parameters"]["seed"], run["parameters"]["cycle"]) == ("Completed", 4, 0)
    assert len(list(tmp_path.glob("sample/*/entropy/seed=4/cycle=000/query-*.parquet"))) == 1
