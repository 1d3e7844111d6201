"""The deployments of prefect.yaml on a real server with a real worker: schedule, parameters, failures, retries."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, which
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError

import pytest
import yaml
from click.testing import CliRunner, Result

from al_core.results import read_experiment
from benchmarks.servers import Server, children, deploy, server, worker
from flows.cli import main

pytestmark = [pytest.mark.server, pytest.mark.slow]

OPTIONS = [
    *("--strategy", "margin", "--strategy", "random", "--seeds", "1", "--cycles", "3", "--query-size", "20"),
    *("--features", "tfidf"),
]
SMALL = {
    "strategies": ["margin", "random"],
    "seeds": 1,
    "cycles": 3,
    "query_size": 20,
    "features": {"kind": "tfidf"},
}
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has the deployments, and a worker for them."""
    with server(tmp_path_factory.mktemp("deployed")) as one:
        deploy(one)
        with worker(one):
            yield one


def deployment(prefect: Server, name: str) -> Any:
    return prefect.ask(f"/deployments/name/{name}")


def start(prefect: Server, name: str, parameters: dict[str, Any], **more: Any) -> str:
    path = f"/deployments/{deployment(prefect, name)['id']}/create_flow_run"
    return str(prefect.ask(path, {"parameters": parameters} | more)["id"])


def end(prefect: Server, run: str, attempt: int = 1) -> Any:
    """Wait until a run has ended for the n-th time."""
    for _ in range(600):
        found = prefect.ask(f"/flow_runs/{run}")
        if found["state_type"] in FINAL and found["run_count"] >= attempt:
            return found
        time.sleep(0.25)
    raise TimeoutError(f"{found['name']} is {found['state_name']} after minutes")


def press_retry(prefect: Server, run: str) -> None:
    """Do what the button in the UI does."""
    prefect.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True})


def cycles(prefect: Server, run: str) -> dict[str, Any]:
    """Return the runs of an experiment's cycles by name."""
    body = {"flow_runs": {"parent_flow_run_id": {"any_": [run]}}, "sort": "START_TIME_DESC"}
    found = prefect.ask("/flow_runs/filter", body)
    assert len({one["name"] for one in found}) == len(found), "a cycle has two runs"
    return {one["name"]: one for one in found}


def written(store: Path) -> dict[Path, int]:
    """Return the results of a store with the times they were written."""
    return {record: record.stat().st_mtime_ns for record in (store / ".alflow").rglob("*.json")}


def experiment(store: Path) -> Any:
    return read_experiment(next((store / "experiments").iterdir()))


def alflow(prefect: Server, *arguments: str) -> Result:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: prefect.url}):
        return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def finished(prefect: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Run the experiment undisturbed; the values are its run and its store."""
    store = tmp_path_factory.mktemp("finished")
    return end(prefect, start(prefect, "experiment/alflow", {"config": SMALL | {"store": str(store)}})), store


def break_query(store: Path, cycle: int) -> Path:
    """Undo margin's query of a cycle and all that follows, and put something in its way."""
    (query,) = store.glob(f"sample/*/margin/seed=0/cycle={cycle:03}/query-*.parquet")
    query.unlink()
    query.mkdir()
    for record in (store / ".alflow").glob("sample/*/margin/seed=0/cycle=*/*.json"):
        if record.parent.name > f"cycle={cycle:03}" or record.name.startswith(query.name):
            record.unlink()
    return query


def test_the_deployments_are_as_the_readme_says(prefect: Server) -> None:
    for name in ("experiment", "cycle"):
        found = deployment(prefect, f"{name}/alflow")
        assert {"alflow", name} == set(found["tags"])
        assert found["pull_steps"][0]["prefect.deployments.steps.set_working_directory"]["directory"] == str(Path.cwd())
    found = deployment(prefect, "experiment/alflow")
    assert [schedule["active"] for schedule in found["schedules"]] == [False]
    assert found["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert found["global_concurrency_limit"]["limit"] == 1


def shown(prefect: Server, path: str) -> str:
    """Return what a browser makes of a page of the UI."""
    chromium = which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; on Debian, `apt-get install chromium`")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--dump-dom"]
    with TemporaryDirectory() as profile:
        command = [chromium, *options, f"--user-data-dir={profile}", prefect.url.removesuffix("/api") + path]
        return subprocess.run(command, capture_output=True, text=True, timeout=180).stdout


def test_the_form_shows_settings_with_titles_and_choices(prefect: Server) -> None:
    page = shown(prefect, f"/deployments/deployment/{deployment(prefect, 'experiment/alflow')['id']}/run")
    for title in ("Strategies", "Seeds", "Query size", "Test file", "Classifier", "Seed set", "Runner"):
        assert title in page
    assert "To compare; " in page
    assert "Change" in page, "sections that are closed"


def test_a_run_with_parameters_shows_names_tags_states_and_artifacts(
    prefect: Server, finished: tuple[Any, Path]
) -> None:
    run, _ = finished
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert run["name"] == "sample · margin, random · 1 seed × 3 cycles"
    parts = cycles(prefect, run["id"])
    assert set(parts) == {f"{name} · seed 0 · cycle {n}" for name in ("margin", "random") for n in range(4)}
    assert {part["state_name"] for part in parts.values()} == {"Completed"}
    assert {"margin", "seed 0"} <= set(parts["margin · seed 0 · cycle 2"]["tags"])
    assert parts["margin · seed 0 · cycle 2"]["parameters"]["cycle"] == 2
    of_run = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
    artifacts = {one["key"]: one for one in prefect.ask("/artifacts/filter", of_run)}
    assert set(artifacts) == {"learning-curves", "learning-curve-table", "progress"}
    assert artifacts["progress"]["data"] == 100
    logs = prefect.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}, "level": {"ge_": 20}}})
    said = [log["message"] for log in logs]
    assert any(message.startswith("cycle 3: 90 labels, macro-F1 0.") for message in said)
    assert not [log for log in logs if log["level"] >= 30], "a normal run has no warnings"


def test_a_schedule_starts_a_run(prefect: Server, tmp_path: Path) -> None:
    project = yaml.safe_load(Path("prefect.yaml").read_text())
    soon = {"interval": 86400, "anchor_date": (datetime.now(UTC) + timedelta(seconds=25)).isoformat(), "active": True}
    settings = {"config": SMALL | {"cycles": 1, "store": str(tmp_path / "store")}}
    project["deployments"] = [project["deployments"][0] | {"name": "soon", "schedules": [soon], "parameters": settings}]
    (tmp_path / "prefect.yaml").write_text(yaml.safe_dump(project))
    deploy(prefect, tmp_path / "prefect.yaml")
    mine = {"deployments": {"name": {"any_": ["soon"]}}, "sort": "EXPECTED_START_TIME_ASC"}
    for _ in range(300):
        runs = prefect.ask("/flow_runs/filter", mine)
        if runs:
            break
        time.sleep(0.1)
    assert runs[0]["auto_scheduled"]
    assert end(prefect, runs[0]["id"])["state_name"] == "Completed"
    assert experiment(tmp_path / "store").manifest["state"] == "finished"


def test_a_wrong_value_is_refused_by_the_form_and_by_the_run(prefect: Server, tmp_path: Path) -> None:
    with pytest.raises(HTTPError) as refused:
        start(prefect, "experiment/alflow", {"config": SMALL | {"runner": "spark"}})
    assert "'spark' is not one of ['local', 'dask', 'ray']" in refused.value.read().decode()
    wrong = {"config": SMALL | {"strategies": ["margn"], "classifier": {"name": "bayes"}, "store": str(tmp_path)}}
    run = end(prefect, start(prefect, "experiment/alflow", wrong))
    by_command = CliRunner().invoke(main, ["run", "--strategy", "margn", "--classifier", "bayes"])
    assert run["state_name"] == "Failed"
    assert by_command.output.strip().removeprefix("alflow: ") in run["state"]["message"]


def test_a_failed_cycle_is_retried_for_itself_and_then_the_experiment_goes_on(
    prefect: Server, finished: tuple[Any, Path], tmp_path: Path
) -> None:
    store = Path(copytree(finished[1], tmp_path / "store"))
    whole = experiment(store).metrics
    fault = break_query(store, 1)
    run = end(prefect, start(prefect, "experiment/alflow", {"config": SMALL | {"store": str(store)}}))
    assert run["state_name"] == "Failed"
    assert "failed: margin · seed 0: cycle 1: cannot write" in run["state"]["message"]
    assert experiment(store).metrics["strategy"].unique().tolist() == ["random"], "the other strategy is published"
    failed = cycles(prefect, run["id"])["margin · seed 0 · cycle 1"]
    assert failed["state_name"] == "Failed"
    assert "Retry" in shown(prefect, f"/runs/flow-run/{failed['id']}"), "the button"
    fault.rmdir()
    before = written(store)
    press_retry(prefect, failed["id"])
    assert end(prefect, failed["id"], attempt=2)["state_name"] == "Completed"
    press_retry(prefect, run["id"])
    assert end(prefect, run["id"], attempt=2)["state_name"] == "Completed"
    again = cycles(prefect, run["id"])
    assert set(again) == {f"margin · seed 0 · cycle {n}" for n in (1, 2, 3)}, "runs only of what was missing"
    assert again["margin · seed 0 · cycle 1"]["id"] == failed["id"]
    assert before.items() <= written(store).items(), "nothing is computed twice"
    assert experiment(store).metrics.equals(whole)


def test_a_killed_flow_is_crashed_with_its_cycles_and_alflow_retry_ends_it(prefect: Server, tmp_path: Path) -> None:
    settings = {"config": SMALL | {"cycles": 15, "query_size": 5, "store": str(tmp_path)}}
    run = start(prefect, "experiment/alflow", settings)
    while len(written(tmp_path)) < 30:
        time.sleep(0.02)
    kill_flow(prefect)
    crashed = end(prefect, run)
    assert crashed["state_name"] == "Crashed"
    for _ in range(100):
        states = {part["state_name"] for part in cycles(prefect, run).values()}
        if states <= {"Completed", "Crashed"}:
            break
        time.sleep(0.1)
    assert states <= {"Completed", "Crashed"}, "no cycle looks alive"
    before = written(tmp_path)
    time.sleep(5)  # the worker reports the death twice; a retry in between would be marked as crashed
    said = alflow(prefect, "retry", run)
    assert "a worker will run it" in said.output, said
    assert end(prefect, run, attempt=2)["state_name"] == "Completed"
    assert before.items() <= written(tmp_path).items(), "nothing is computed twice"
    assert len(experiment(tmp_path).metrics) == 2 * 16


def kill_flow(prefect: Server) -> None:
    """Kill the process in which the worker runs a flow."""
    workers = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_worker(pid, prefect)]
    (flow,) = [child for pid in workers for child in children(pid)]
    os.kill(flow, signal.SIGKILL)


def _is_worker(pid: int, prefect: Server) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return b"worker\0start" in command and prefect.url.encode() in environment


def test_a_single_cycle_runs_by_itself(prefect: Server, tmp_path: Path) -> None:
    settings = {"config": SMALL | {"store": str(tmp_path)}, "strategy": "margin"}
    run = end(prefect, start(prefect, "cycle/alflow", settings))
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert run["name"] == "margin · seed 0 · cycle 0"
    assert len(list(tmp_path.glob("sample/*/margin/seed=0/cycle=000/query-*.parquet"))) == 1


def test_alflow_retry_works_without_a_deployment(
    prefect: Server, finished: tuple[Any, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Path(copytree(finished[1], tmp_path / "here"))
    whole = experiment(store).metrics
    fault = break_query(store, 1)
    assert alflow(prefect, "run", *OPTIONS, "--store", "here").exit_code == 1
    cycle = ["--strategy", "margin", "--seed", "0", "--cycle"]
    assert "has not run 'margin · seed 0 · cycle 3'" in alflow(prefect, "retry", *cycle, "3").output
    assert "cannot write" in alflow(prefect, "retry", *cycle, "1").output
    fault.rmdir()
    assert "is done" in alflow(prefect, "retry", *cycle, "1").output
    ended = alflow(prefect, "retry")
    assert ended.exit_code == 0, ended.output
    assert "AULC" in ended.output
    assert experiment(store).metrics.equals(whole)


def test_a_run_that_prefect_takes_for_alive_is_retried_if_one_says_that_it_is_dead(
    prefect: Server, tmp_path: Path
) -> None:
    arguments = ["run", *OPTIONS, "--cycles", "12", "--query-size", "5", "--store", str(tmp_path)]
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments]
    process = subprocess.Popen(command, env=prefect.environment, stdout=subprocess.DEVNULL)
    while len(written(tmp_path)) < 25:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert "is Running; wait for its end, or say `--dead`" in alflow(prefect, "retry").output
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    tmp_path.touch()
    assert "cannot write to the store" in alflow(prefect, "retry", "--dead").output
    tmp_path.unlink()
    moved.rename(tmp_path)
    ended = alflow(prefect, "retry")
    assert ended.exit_code == 0, ended.output
    assert len(experiment(tmp_path).metrics) == 2 * 13
    latest = {"flows": {"name": {"any_": ["experiment"]}}, "sort": "START_TIME_DESC", "limit": 1}
    (run,) = prefect.ask("/flow_runs/filter", latest)
    assert {part["state_type"] for part in cycles(prefect, run["id"]).values()} <= {"COMPLETED", "CRASHED"}


def test_alflow_retry_says_what_it_cannot_find(prefect: Server) -> None:
    assert "knows no run 'nonesuch' of an experiment" in alflow(prefect, "retry", "nonesuch").output
    assert "Give `--strategy` and `--seed` as well" in alflow(prefect, "retry", "--cycle", "1").output


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_templates_for_containers_deploy(prefect: Server, kind: str) -> None:
    deploy(prefect, Path(f"docs/deploy/{kind}.yaml"), pool=f"alflow-{kind}", kind=kind)
    for name in ("experiment", "cycle"):
        found = deployment(prefect, f"{name}/{kind}")
        assert found["work_pool_name"] == f"alflow-{kind}"
        assert found["pull_steps"][0]["prefect.deployments.steps.set_working_directory"]["directory"] == "/opt/alflow"
