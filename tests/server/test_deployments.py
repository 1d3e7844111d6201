"""The deployments of prefect.yaml on a real server with a real worker: schedule, parameters, failures, retries."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.error import HTTPError

import pytest
import yaml
from click.testing import CliRunner, Result

from al_core.results import read_experiment
from benchmarks.servers import PATIENCE, Server, deploy, marked, server, talking_to, wait_until, worker
from benchmarks.servers import prefect as start_prefect
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
NAMES = [("experiment", "alflow"), ("cycle", "alflow-cycle")]
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SHOWN = {"progress", "learning-curves", "learning-curve-table"}
"""The artifacts of an experiment that ended well."""


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

    def ended() -> Any:
        found = prefect.ask(f"/flow_runs/{run}")
        return found if found["state_type"] in FINAL and found["run_count"] >= attempt else None

    return wait_until(ended, f"the run {run} has ended", every=0.25)


def latest(prefect: Server) -> Any:
    """Return the experiment's run that began last."""
    wanted = {"flows": {"name": {"any_": ["experiment"]}}, "sort": "START_TIME_DESC", "limit": 1}
    (run,) = prefect.ask("/flow_runs/filter", wanted)
    return run


def press_retry(prefect: Server, run: str) -> None:
    """Do what the button in the UI does."""
    prefect.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True})


def cycles(prefect: Server, run: str) -> dict[str, Any]:
    """Return the flow runs of an experiment's cycles by name."""
    body = {"flow_runs": {"parent_flow_run_id": {"any_": [run]}}, "sort": "START_TIME_DESC"}
    found = prefect.ask("/flow_runs/filter", body)
    assert len({one["name"] for one in found}) == len(found), "a cycle has two runs"
    return {one["name"]: one for one in found}


def artifacts(prefect: Server, run: str) -> dict[str, Any]:
    """Return the artifacts of a flow run by key."""
    found = prefect.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
    assert len({one["key"] for one in found}) == len(found), "an artifact is there twice"
    return {one["key"]: one for one in found}


def task_runs(prefect: Server, run: str) -> Counter[str]:
    """Count the task runs of a flow run by name."""
    found = prefect.ask("/task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [run]}}, "limit": 200})
    return Counter(one["name"] for one in found)


def going_on(prefect: Server, run: str) -> Any:
    """Return the unfinished task runs of a flow run."""
    states = {"flow_run_id": {"any_": [run]}, "state": {"type": {"any_": ["RUNNING", "PENDING"]}}}
    return prefect.ask("/task_runs/filter", {"task_runs": states})


def logged(prefect: Server, run: str, beginning: str) -> bool:
    logs = prefect.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
    return any(log["message"].startswith(beginning) for log in logs)


def errors(prefect: Server, run: str) -> list[str]:
    logs = prefect.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}, "level": {"ge_": 40}}})
    return [log["message"] for log in logs]


def written(store: Path) -> dict[Path, int]:
    """Return the results of a store with the times they were written."""
    return {record: record.stat().st_mtime_ns for record in (store / ".alflow").rglob("*.json")}


def experiment(store: Path) -> Any:
    return read_experiment(next((store / "experiments").iterdir()))


def alflow(prefect: Server, *arguments: str) -> Result:
    with talking_to(prefect.url):
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
    for flow, name in NAMES:
        found = deployment(prefect, f"{flow}/{name}")
        assert {"alflow", flow} == set(found["tags"])
        assert found["pull_steps"][0]["prefect.deployments.steps.set_working_directory"]["directory"] == str(Path.cwd())
    found = deployment(prefect, "experiment/alflow")
    assert found["schedules"] == [], "a deploy leaves them alone; `alflow up` makes the first"
    assert found["global_concurrency_limit"] is None, "unrelated experiments do not wait for each other"


def test_a_run_with_parameters_shows_names_tags_states_and_artifacts(
    prefect: Server, finished: tuple[Any, Path]
) -> None:
    run, store = finished
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert run["name"] == f"sample · margin, random · 1 seed × 3 cycles · {store}"
    (folder,) = (store / "experiments").iterdir()
    assert set(run["tags"]) == {"alflow", "experiment", "sample", folder.name}
    assert not cycles(prefect, run["id"]), "a cycle that does not fail has no run of its own"
    steps = ("train", "evaluate", "score-shard", "query-select")
    named = task_runs(prefect, run["id"])
    assert {f"margin · seed 0 · cycle {n} · {step}" for n in (1, 2) for step in steps} <= set(named)
    assert {named[f"margin · seed 0 · cycle {n} · train"] for n in (1, 2, 3)} == {1}
    shown = artifacts(prefect, run["id"])
    assert shown.keys() == SHOWN
    assert shown["progress"]["data"] == 100
    table = json.loads(shown["learning-curve-table"]["data"])
    assert list(table[0]) == ["strategy", *(f"{labels} labels" for labels in (30, 50, 70, 90)), "AULC"]
    wait_until(lambda: logged(prefect, run["id"], "cycle 3: 90 labels, macro-F1 0."), "its log has come")
    logs = prefect.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}, "level": {"ge_": 30}}})
    assert not logs, "a normal run has no warnings"


def test_the_documented_command_makes_a_schedule(prefect: Server) -> None:
    (command,) = re.findall(r"^prefect (deployment schedule create .*)$", Path("docs/deploy.md").read_text(), re.M)
    log = prefect.home / "schedule.log"
    before = len(deployment(prefect, "experiment/alflow")["schedules"])
    assert start_prefect(shlex.split(command), prefect.environment, log).wait(timeout=PATIENCE) == 0, log.read_text()
    last = deployment(prefect, "experiment/alflow")["schedules"]
    assert len(last) == before + 1
    (made,) = [one for one in last if not one["slug"]]
    assert (made["schedule"]["cron"], made["schedule"]["timezone"], made["active"]) == ("0 3 * * *", "UTC", True)
    prefect.send("DELETE", f"/deployments/{deployment(prefect, 'experiment/alflow')['id']}/schedules/{made['id']}")


def test_a_wrong_value_is_refused_by_the_form_and_by_the_run(prefect: Server, tmp_path: Path) -> None:
    with pytest.raises(HTTPError) as refused:
        start(prefect, "experiment/alflow", {"config": SMALL | {"runner": "spark"}})
    assert "'spark' is not one of ['local', 'dask', 'ray']" in refused.value.read().decode()
    wrong = {"config": SMALL | {"strategies": ["margn"], "classifier": {"name": "bayes"}, "store": str(tmp_path)}}
    run = end(prefect, start(prefect, "experiment/alflow", wrong))
    by_command = CliRunner().invoke(main, ["run", "--strategy", "margn", "--classifier", "bayes"])
    assert run["state_name"] == "Failed"
    assert by_command.output.strip().removeprefix("alflow: ") in run["state"]["message"]


def test_a_failed_cycle_is_run_again_in_its_own_run_when_the_experiment_is_retried(
    prefect: Server, finished: tuple[Any, Path], tmp_path: Path
) -> None:
    store = Path(copytree(finished[1], tmp_path / "store"))
    whole = experiment(store).metrics
    fault = break_query(store, 1)
    run = end(prefect, start(prefect, "experiment/alflow", {"config": SMALL | {"store": str(store)}}))
    assert run["state_name"] == "Failed"
    assert "failed: margin · seed 0: cycle 1: cannot write" in run["state"]["message"]
    assert experiment(store).metrics["strategy"].unique().tolist() == ["random"], "the other strategy is published"
    (failed,) = cycles(prefect, run["id"]).values()
    assert (failed["name"], failed["state_name"]) == ("margin · seed 0 · cycle 1", "Failed")
    assert failed["state"]["message"].startswith("cannot write")
    assert {"margin", "seed 0"} <= set(failed["tags"])
    assert failed["parameters"]["cycle"] == 1
    listed = artifacts(prefect, run["id"])["failed"]
    page = f"{prefect.url.removesuffix('/api')}/runs/flow-run/{failed['id']}"
    assert f"[margin · seed 0 · cycle 1]({page})" in listed["data"]
    assert "cannot write" in listed["data"]
    (said,) = errors(prefect, failed["id"])
    assert said.startswith(failed["state"]["message"]), "the cause, once"
    assert "press Retry" in said
    fault.rmdir()
    before = written(store)
    press_retry(prefect, run["id"])
    assert end(prefect, run["id"], attempt=2)["state_name"] == "Completed"
    assert artifacts(prefect, run["id"]).keys() == SHOWN, "what failed at first is not shown any more"
    (again,) = cycles(prefect, run["id"]).values()
    assert (again["id"], again["state_name"], again["run_count"]) == (failed["id"], "Completed", 2)
    mine = task_runs(prefect, failed["id"])
    assert all(name.startswith("margin · seed 0 · cycle 1 · ") for name in mine), "only the tasks of its own attempt"
    assert before.items() <= written(store).items(), "nothing is computed twice"
    assert experiment(store).metrics.equals(whole)


@pytest.mark.soak
def test_a_killed_flow_is_crashed_with_its_cycles_and_alflow_retry_ends_it(prefect: Server, tmp_path: Path) -> None:
    settings = {"config": SMALL | {"cycles": 15, "query_size": 5, "store": str(tmp_path)}}
    run = start(prefect, "experiment/alflow", settings)
    wait_until(lambda: len(written(tmp_path)) >= 30, "much of it is done", every=0.02)
    log = prefect.home / "worker.log"
    begin = len(log.read_text())
    os.kill(process_of(prefect, run), signal.SIGKILL)
    crashed = end(prefect, run)
    assert crashed["state_name"] == "Crashed"
    wait_until(lambda: not going_on(prefect, run), "its tasks do not look alive")
    before = written(tmp_path)
    # The worker reports the death twice; a retry in between would be marked as crashed.
    wait_until(
        lambda: "prefect.flow_runs.worker - Check whether" in log.read_text()[begin:], "it has reported it twice"
    )
    said = alflow(prefect, "retry", run)
    assert "a worker will run it" in said.output, said
    assert end(prefect, run, attempt=2)["state_name"] == "Completed"
    assert before.items() <= written(tmp_path).items(), "nothing is computed twice"
    assert len(experiment(tmp_path).metrics) == 2 * 16


def process_of(prefect: Server, run: str) -> int:
    """Wait until the flow of a run runs, and return its process."""
    wait_until(lambda: prefect.ask(f"/flow_runs/{run}")["state_type"] == "RUNNING", f"the run {run} runs")
    return max(marked(f"PREFECT__FLOW_RUN_ID={run}"))


@pytest.mark.soak
def test_unrelated_experiments_do_not_wait_for_each_other(prefect: Server, tmp_path: Path) -> None:
    stores = [{"config": SMALL | {"cycles": 0, "store": str(tmp_path / name)}} for name in "ab"]
    first = start(prefect, "experiment/alflow", stores[0])
    process = process_of(prefect, first)
    os.kill(process, signal.SIGSTOP)
    assert end(prefect, start(prefect, "experiment/alflow", stores[1]))["state_name"] == "Completed"
    assert prefect.ask(f"/flow_runs/{first}")["state_name"] == "Running"
    os.kill(process, signal.SIGCONT)
    assert end(prefect, first)["state_name"] == "Completed"


def test_a_single_cycle_runs_by_itself(prefect: Server, tmp_path: Path) -> None:
    settings = {"config": SMALL | {"store": str(tmp_path)}, "strategy": "margin"}
    run = end(prefect, start(prefect, "cycle/alflow-cycle", settings))
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
    assert "cycle 3 needs the query of cycle 1, which is not in" in alflow(prefect, "retry", *cycle, "3").output
    assert "is done, and all of it is in" in alflow(prefect, "retry", *cycle, "0").output
    assert (
        "there is no cycle 99; those of this experiment go from 0 to 3" in alflow(prefect, "retry", *cycle, "99").output
    )
    assert "there is no seed 7" in alflow(prefect, "retry", *cycle[:2], "--seed", "7", "--cycle", "1").output
    assert "unknown strategy 'entropy'" in alflow(prefect, "retry", "--strategy", "entropy", *cycle[2:], "1").output
    assert "cannot write" in alflow(prefect, "retry", *cycle, "1").output
    fault.rmdir()
    run = latest(prefect)
    (failed,) = cycles(prefect, run["id"]).values()
    assert "is done" in alflow(prefect, "retry", failed["id"]).output, "a cycle by the id of its own run"
    ended = alflow(prefect, "retry")
    assert ended.exit_code == 0, ended.output
    assert "AULC" in ended.output
    assert "Completed" not in ended.output
    assert experiment(store).metrics.equals(whole)
    assert alflow(prefect, "run", *OPTIONS, "--store", "here").exit_code == 0
    again = alflow(prefect, "retry", run["name"])
    assert "1 earlier run has this name as well; this began on" in again.output
    assert "is Completed: what the store still has is not done again" in again.output
    (folder,) = (store / "experiments").iterdir()
    by_folder = alflow(prefect, "retry", folder.name)
    assert by_folder.exit_code == 0, by_folder.output
    assert str(folder) in by_folder.output


@pytest.mark.soak
def test_a_run_of_another_machine_is_retried_if_one_says_that_it_is_dead(prefect: Server, tmp_path: Path) -> None:
    arguments = ["run", *OPTIONS, "--cycles", "12", "--query-size", "5", "--store", str(tmp_path)]
    command = [sys.executable, "-c", "from flows.cli import main; main()", *arguments]
    process = subprocess.Popen(command, env=prefect.environment, stdout=subprocess.DEVNULL)
    wait_until(lambda: len(written(tmp_path)) >= 25, "much of it is done", every=0.02)
    process.kill()
    process.wait()
    run = latest(prefect)
    prefect.send("PATCH", f"/flow_runs/{run['id']}/labels", {"alflow.process": "elsewhere-0 1 1"})
    said = alflow(prefect, "retry").output
    assert "its process is one of the machine elsewhere-0; wait for its end, or say `--dead`" in said
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    tmp_path.touch()
    assert "cannot write to the store" in alflow(prefect, "retry", "--dead").output
    tmp_path.unlink()
    moved.rename(tmp_path)
    ended = alflow(prefect, "retry")
    assert ended.exit_code == 0, ended.output
    assert len(experiment(tmp_path).metrics) == 2 * 13
    assert {part["state_type"] for part in cycles(prefect, run["id"]).values()} <= {"COMPLETED", "CRASHED"}


def test_alflow_retry_says_what_it_cannot_find(prefect: Server) -> None:
    assert "knows no run 'nonesuch' of an experiment" in alflow(prefect, "retry", "nonesuch").output
    assert "Give `--strategy` and `--seed` as well" in alflow(prefect, "retry", "--cycle", "1").output
    assert "which cycle? Give `--cycle` as well" in alflow(prefect, "retry", "--strategy", "margin").output


@pytest.mark.parametrize(
    "file", ["prefect.yaml", "docs/deploy/docker.yaml", "docs/deploy/kubernetes.yaml", "examples/prefect/nightly.yaml"]
)
def test_a_cycle_s_deployment_is_found_by_the_name_of_its_experiment_s(file: str) -> None:
    made = yaml.safe_load(Path(file).read_text())["deployments"]
    experiment, cycle = (one["name"] for one in made)
    assert cycle == f"{experiment}-cycle"


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_templates_for_containers_deploy(prefect: Server, kind: str) -> None:
    deploy(prefect, Path(f"docs/deploy/{kind}.yaml"), pool=f"alflow-{kind}", kind=kind)
    for name in (f"experiment/{kind}", f"cycle/{kind}-cycle"):
        found = deployment(prefect, name)
        assert found["work_pool_name"] == f"alflow-{kind}"
        assert found["pull_steps"][0]["prefect.deployments.steps.set_working_directory"]["directory"] == "/opt/alflow"
