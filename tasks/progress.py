"""Progress: how many cycles are done, as a log line each and as an artifact that grows in Prefect."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from prefect import get_run_logger
from prefect.artifacts import create_progress_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate

from al_core.metrics import Metrics
from tasks.publish import Cycle
from tasks.store import Store
