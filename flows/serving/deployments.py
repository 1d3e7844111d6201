"""The work pool, the deployments of prefect.yaml and their first schedule; what somebody set on them later stays."""

import sys
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from uuid import UUID

from al_core.errors import AlflowError
from flows.pages import all_pages
from flows.serving.leash import Leash

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

POOL = "alflow"
"""The work pool that prefect.yaml names."""

EXPERIMENT = "experiment/alflow"


def deploy(client: "SyncPrefectClient", environment: Mapping[str, str]) -> None:
    """Make the deployments of prefect.yaml anew, and what else they need where it is not there yet.

    prefect.yaml has no schedules: `prefect deploy` leaves those alone then, whereas it sets those that it names back to
    what they were, and deletes others. So a new experiment gets its nightly one here, switched off. What is paused
    would go on, too.
    """
    _make_pool(client)
    before = all_pages(client.read_deployments)
    _run(["--no-prompt", "deploy", "--all"], environment)
    for one in before:
        if one.paused:
            client.pause_deployment(one.id)
    experiment = client.read_deployment_by_name(EXPERIMENT)
    if experiment.id not in {one.id for one in before}:
        _schedule(client, experiment.id)


def _make_pool(client: "SyncPrefectClient") -> None:
    """Make the work pool if there is none: one that is there may be paused, or have a limit."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


def _schedule(client: "SyncPrefectClient", deployment: UUID) -> None:
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule

    night = CronSchedule(cron="0 3 * * *", timezone="UTC")
    client.create_deployment_schedules(
        deployment, [DeploymentScheduleCreate(schedule=night, active=False, slug="nightly")]
    )


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    """Run one of Prefect's commands.

    Raises:     AlflowError with its last words if it fails
    """
    with TemporaryFile() as said:
        if Leash([sys.executable, "-m", "prefect", *command], environment, stdout=said, stderr=said).wait():
            said.seek(0)
            raise AlflowError(f"`prefect {' '.join(command)}` failed:\n{said.read().decode(errors='replace')[-4000:]}")
