"""A run's earlier attempts: their artifacts go where a new attempt makes them again."""

from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.context import SyncClientContext
from prefect.runtime import flow_run

from flows.pages import all_pages


def forget_earlier_artifacts() -> None:
    """Delete what earlier attempts at the run that is going on show in Prefect: what failed then, and their curves."""
    if flow_run.run_count == 1:
        return
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run.id]))
    with SyncClientContext.get_or_create() as clients:
        for artifact in all_pages(clients.client.read_artifacts, artifact_filter=mine):
            clients.client.delete_artifact(artifact.id)
