"""`alflow retry`: an experiment's run, or that of a single cycle, once more."""

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from al_core.config import ExperimentConfig
from al_core.errors import ConfigError, known_name
from al_core.strategies.expression import in_the_store
from al_core.validation import validated
from flows.cli.ready import make_ready
from flows.cli.run import ended, prefect_defaults, run_here
from flows.serving.reach import prefect_server

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun


@click.command(short_help="Retry an experiment or a cycle.")
@click.argument("run", required=False)
@click.option("--strategy", help="Of the cycle to retry.")
@click.option("--seed", type=int, help="Of the cycle to retry.")
@click.option("--cycle", type=int, help="Retry only this cycle.")
@click.option(
    "--dead", is_flag=True, help="The run's process is dead, on another machine, although Prefect shows it as running."
)
def retry(run: str | None, strategy: str | None, seed: int | None, cycle: int | None, dead: bool) -> None:
    """Retry an experiment: only what is missing from the store is done. RUN is the name or id of its run in Prefect, or
    its name in `alflow status`; the latest if left out. The id of a cycle's own run will do as well.

    With `--strategy`, `--seed` and `--cycle`, only that cycle is done again; retry the experiment after it, to go on
    with the later cycles. Runs of a deployment are retried by a worker, others right here.
    """
    prefect_defaults()
    from prefect.client.orchestration import get_client

    try:
        if cycle is None and (strategy is not None or seed is not None):
            raise ConfigError("which cycle? Give `--cycle` as well, or neither `--strategy` nor `--seed`")
        with prefect_server(), get_client(sync_client=True) as client:
            parent = _run_of(client, run, ["experiment"] if cycle is not None else ["experiment", "cycle"])
            found = parent if cycle is None else _cycle(client, parent, strategy, seed, cycle)
            chosen = found or _new_cycle(client, parent, strategy, seed, cycle)
            if found:
                _say_what_is_unexpected(client, found, run)
                make_ready(client, chosen, dead)
            if chosen.deployment_id:
                click.echo(f"{chosen.name!r} is scheduled; a worker will run it: {_page(chosen)}")
                return
            _run_here(client.read_flow_run(chosen.id))
    except KeyboardInterrupt:
        click.echo("\nStopped. What is done is in the store: the same command goes on from there.", err=True)
        sys.exit(130)


def _run_of(client: "SyncPrefectClient", run: str | None, flows: list[str]) -> "FlowRun":
    """Find a run by its id, or that of an experiment by its name; the latest of that name, or of all."""
    wanted = _by_name_or_id(run)
    found = _flow_runs(client, flows if "id" in wanted else ["experiment"], **wanted)
    if run and not found and re.fullmatch(r".+-[0-9a-f]{8}", run):
        found = _flow_runs(client, ["experiment"], tag=run)
    if not found:
        named = f" {run!r}" if run else ""
        raise ConfigError(f"Prefect knows no run{named} of an experiment; its UI lists all, `alflow run` starts one")
    return found[0]


def _say_what_is_unexpected(client: "SyncPrefectClient", found: "FlowRun", named: str | None) -> None:
    """Say that there are others of the name, and that nothing failed."""
    assert found.state is not None
    begun = f"{found.start_time or found.created:%d %b %H:%M}"
    if named == found.name and (others := _how_many(client, named) - 1):
        click.echo(f"{others} earlier run{'s have' if others > 1 else ' has'} this name as well; this began on {begun}")
    if found.state.is_completed():
        click.echo(f"{found.name!r}, of {begun}, is Completed: what the store still has is not done again")


def _cycle(
    client: "SyncPrefectClient", parent: "FlowRun", strategy: str | None, seed: int | None, cycle: int
) -> "FlowRun | None":
    """Find the run of a cycle, if it has one of its own."""
    found = _flow_runs(client, ["cycle"], parent=parent.id, name=_name(strategy, seed, cycle))
    return found[0] if found else None


def _name(strategy: str | None, seed: int | None, cycle: int | None) -> str:
    if strategy is None or seed is None:
        raise ConfigError(f"cycle {cycle} of what? Give `--strategy` and `--seed` as well")
    return f"{in_the_store(strategy)} · seed {seed} · cycle {cycle}"


def _new_cycle(
    client: "SyncPrefectClient", parent: "FlowRun", strategy: str | None, seed: int | None, cycle: int | None
) -> "FlowRun":
    """Make a run for a cycle that has not failed, if the store lacks some of it.

    Raises:     ConfigError if the store has all of it, or not what it builds on
    """
    from flows.child import deployment_of
    from flows.cycle import found, run_cycle

    name = _name(strategy, seed, cycle)
    config = validated(ExperimentConfig, parent.parameters["config"])
    about: dict[str, Any] = {"strategy": in_the_store(strategy or ""), "seed": seed, "cycle": cycle}
    _check_exists(config, **about)
    if found(config, **about):
        raise ConfigError(
            f"{name!r} of {parent.name!r} is done, and all of it is in {config.store!r}: nothing to retry"
        )
    about |= {"config": parent.parameters["config"]}
    once = f"{parent.id} {name}"
    deployment = deployment_of(client, run_cycle, parent.deployment_id)
    if deployment:
        return client.create_flow_run_from_deployment(deployment, parameters=about, name=name, idempotency_key=once)
    return client.create_flow_run(run_cycle, parameters=about, name=name)


def _check_exists(config: ExperimentConfig, strategy: str, seed: int, cycle: int) -> None:
    """Refuse what is none of the experiment's cycles, as far as that is known without its data."""
    known_name("strategy", strategy, config.strategies)
    for name, number, last in (("seed", seed, config.seeds - 1), ("cycle", cycle, config.cycles)):
        if not 0 <= number <= last:
            raise ConfigError(f"there is no {name} {number}; those of this experiment go from 0 to {last}")


def _by_name_or_id(run: str | None) -> dict[str, Any]:
    from uuid import UUID

    if run is None:
        return {}
    try:
        return {"id": UUID(run)}
    except ValueError:
        return {"name": run}


def _flow_runs(client: "SyncPrefectClient", flows: list[str], **wanted: Any) -> list["FlowRun"]:
    """Return the flow run that has the wanted id, or the latest to start of those of a name or parent; or none."""
    from prefect.client.schemas.sorting import FlowRunSort

    return client.read_flow_runs(**_filters(flows, **wanted), sort=FlowRunSort.START_TIME_DESC, limit=1)


def _how_many(client: "SyncPrefectClient", name: str) -> int:
    """Return how many runs of experiments have begun that have a name."""
    from flows.pages import all_pages

    return len(all_pages(client.read_flow_runs, **_filters(["experiment"], name=name)))


def _filters(flows: list[str], **wanted: Any) -> dict[str, Any]:
    from prefect.client.schemas import filters

    kinds = {
        "id": ("id", filters.FlowRunFilterId),
        "name": ("name", filters.FlowRunFilterName),
        "parent": ("parent_flow_run_id", filters.FlowRunFilterParentFlowRunId),
        "tag": ("tags", filters.FlowRunFilterTags),
    }
    started = None if "id" in wanted else filters.FlowRunFilterStartTime(is_null_=False)
    conditions: dict[str, Any] = {kinds[key][0]: kinds[key][1](any_=[value]) for key, value in wanted.items()}
    return {
        "flow_filter": filters.FlowFilter(name=filters.FlowFilterName(any_=flows)),
        "flow_run_filter": filters.FlowRunFilter(**conditions, start_time=started),
    }


def _run_here(run: "FlowRun") -> None:
    """Run an experiment or a cycle again in this process."""
    from prefect.flow_engine import run_flow

    from flows.cycle import run_cycle

    if "strategy" not in run.parameters:
        run_here(validated(ExperimentConfig, run.parameters["config"]), flow_run=run)
        return
    state: Any = run_flow(run_cycle, flow_run=run, parameters=run.parameters, return_type="state")
    ended(state.result(raise_on_failure=False))
    click.echo(f"{run.name!r} is done; `alflow retry` without a cycle goes on with the later ones")


def _page(run: "FlowRun") -> str:
    from flows.cli.show import ui

    return ui(str(run.id))
