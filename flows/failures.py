"""What failed in an experiment: as an artifact in Prefect, with links, and as the error that the run ends with."""

from collections.abc import Mapping
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.utilities.urls import url_for

from flows.cells import CellError
from tasks.files import Place


def report_failures(failed: Mapping[str, Exception]) -> None:
    """List in Prefect what failed and why, with a link to each cycle's own run; nothing if nothing did."""
    if failed:
        create_table_artifact(
            [_row(name, error) for name, error in failed.items()],
            key="failed",
            description="What failed. Mend the cause, then press Retry on this run: only what is missing is done.",
        )


def _row(name: str, error: Exception) -> dict[str, Any]:
    if not isinstance(error, CellError):
        return {"what": name, "cycle": "", "why": str(error), "run": ""}
    link = f"[{error.run.name}]({url_for(error.run)})" if error.run else ""
    return {"what": name, "cycle": error.cycle, "why": error.cause, "run": link}


def nothing_finished(failed: Mapping[str, Exception]) -> RuntimeError:
    """Return the error of an experiment in which every pair of strategy and seed failed."""
    name, cause = next(iter(failed.items()))
    return RuntimeError(f"no strategy finished; the first that failed, {name}: {cause}")


def some_failed(failed: Mapping[str, Exception], folder: Place) -> RuntimeError:
    """Return the error of an experiment of which a part is done and published."""
    causes = "; ".join(f"{name}: {cause}" for name, cause in failed.items())
    return RuntimeError(f"failed: {causes}. The others are in {folder}. Retry, or run again, to do what is missing")
