"""The forms for runs of both deployments, submitted as a person does it, in both of Prefect's UIs."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.ui import UI

pytestmark = [pytest.mark.server, pytest.mark.slow]

SMALL = {"Seeds": 1, "Cycles": 1, "Query size": 7}


def config_of(ui: UI, run: str) -> Any:
    """Return what a run was started with."""
    return ui.server.ask(f"/flow_runs/{run}")["parameters"]["config"]


@pytest.mark.parametrize("name", ["experiment/alflow", "cycle/alflow"])
def test_a_form_is_submitted_as_it_is_and_the_run_completes(ui: UI, name: str, folder: Path) -> None:
    run = ui.end(ui.custom_run(name).submit())
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert list((folder / "results" / "sample").iterdir())


def test_what_is_filled_in_is_what_the_run_has(ui: UI, tmp_path: Path) -> None:
    form = ui.custom_run("experiment/alflow")
    for title, value in (SMALL | {"Text column": "text", "Encoding": "utf-8", "Store": tmp_path / "here"}).items():
        form.write(title, value)
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
    assert (config["data"]["text_column"], config["data"]["encoding"]) == ("text", "utf-8")
    assert config["seed_set"] == {"size": 12, "initialisation": "stratified"}
    ended = ui.end(run)
    assert ended["state_name"] == "Completed", ended["state"]["message"]
    assert len(list((tmp_path / "here").glob("sample/*/entropy/seed=0/cycle=001/metrics-*.parquet"))) == 1
    config = config_of(ui, run)
    assert (config["features"]["kind"], config["seed_set"]["size"]) == ("tfidf", 12)
    assert config["data"]["path"] is None, "what was left empty is the default"


def test_a_wrong_value_is_refused_beside_its_field_and_a_cleared_one_is_the_default(ui: UI, tmp_path: Path) -> None:
    form = ui.custom_run("experiment/alflow")
    form.write("Store", tmp_path)
    form.write("Cycles", -1)
    form.press_submit()
    assert "0" in form.complaint("Cycles")
    form.write("Cycles", 1)
    form.write("Test share", 3)
    form.press_submit()
    assert "3 is greater than or equal to the maximum of 1" in form.complaint("Test share")
    form.write("Test share", "")
    form.write("Encoding", "latin-1")
    form.write("Encoding", "")
    form.write_json("Strategies", ["switch(random, margin, after=40)"])
    form.write("Seeds", 1)
    form.open("Features")
    form.choose("Kind", "tfidf")
    run = form.submit()
    assert not {"encoding", "test_size"} & set(config_of(ui, run)["data"])
    ended = ui.end(run)
    assert ended["state_name"] == "Completed", ended["state"]["message"]
    config = config_of(ui, run)
    assert (config["data"]["encoding"], config["data"]["test_size"]) == (None, 0.2)
    assert config["strategies"] == ["switch(random,margin,after=40)"]


def test_the_form_of_a_cycle_refuses_and_takes_values(ui: UI, tmp_path: Path) -> None:
    form = ui.custom_run("cycle/alflow")
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
