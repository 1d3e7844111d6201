"""What failed in an experiment: as an artifact in Prefect, with links, and as the error that the run ends with."""

from collections.abc import Mapping

from httpx import HTTPError
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.exceptions import PrefectException
from prefect.utilities.urls import url_for

from al_core.plain import markdown
from flows.cells import CellError
from tasks.files import Place


def report_failures(failed: Mapping[str, Exception]) -> None:
    """List in Prefect what failed and why, with a link to each cycle's own run; nothing if nothing did.

    A server that does not take the list does not keep what is done from being published.
    """
    if not failed:
        return
    text = "\n\n".join(["## What failed", *map(_about, failed, failed.values()), _ADVICE])
    try:
        create_markdown_artifact(text, key="failed", description=f"{len(failed)} failed; what, why, and what to do")
    except (HTTPError, PrefectException) as problem:
        get_run_logger().warning("what failed cannot be listed: %s", problem)


_ADVICE = "Mend the cause, then press **Retry** on the experiment's run: only what is missing is done."


def _about(name: str, error: Exception) -> str:
    run = error.run if isinstance(error, CellError) else None
    title = f"[{markdown(run.name)}]({url_for(run)})" if run else markdown(name)
    cause = error.cause if isinstance(error, CellError) else str(error)
    quoted = "\n".join(f"> {markdown(line)}  " for line in cause.splitlines())
    return f"### {title}\n\n{quoted}"


def nothing_finished(failed: Mapping[str, Exception]) -> RuntimeError:
    """Return the error of an experiment in which every pair of strategy and seed failed."""
    name, cause = next(iter(failed.items()))
    return RuntimeError(f"no strategy finished; the first that failed, {name}: {cause}")


def some_failed(failed: Mapping[str, Exception], folder: Place) -> RuntimeError:
    """Return the error of an experiment of which a part is done and published."""
    causes = "; ".join(f"{name}: {cause}" for name, cause in failed.items())
    return RuntimeError(f"failed: {causes}. The others are in {folder}. Retry, or run again, to do what is missing")
