"""Wait for the Prefect server that the settings name."""

from typing import TYPE_CHECKING

import click

from al_core.errors import AlflowError
from flows.serving.patience import patience, patiently

if TYPE_CHECKING:
    from httpx import Response

WITHOUT = "do without: `unset PREFECT_API_URL`, and `prefect config unset PREFECT_API_URL` if your profile has it"


def await_named(url: str) -> None:
    """Wait for a server that is there but slow to answer, and say so.

    Raises:     AlflowError if nothing listens there, or what does is no Prefect server, or refuses
    """
    for _ in patiently("the Prefect server to answer", f"it is at {url}, and seems busy", _say):
        answer = _asked(url)
        if answer is not None:
            _check(url, answer)
            return
    raise AlflowError(f"the Prefect server at {url} did not answer in {patience():.0f} s; see its log, or {WITHOUT}")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _asked(url: str) -> "Response | None":
    """Return what a server answers; None if it is too busy for that."""
    from httpx import HTTPStatusError, TimeoutException, TransportError
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    try:
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}), get_client(sync_client=True) as client:
            return client.hello()
    except HTTPStatusError as error:
        return None if error.response.status_code >= 500 else error.response
    except TimeoutException:
        return None
    except TransportError as error:
        raise AlflowError(
            f"no Prefect server answers at {url} ({error}); start it, as by `alflow up`, or {WITHOUT}"
        ) from error


def _check(url: str, answer: "Response") -> None:
    """Refuse a server that refuses, or that is not Prefect's."""
    if answer.status_code in (401, 403):
        raise AlflowError(
            f"the Prefect server at {url} refuses ({answer.status_code}): {answer.text.strip()[:500]}; if it has a "
            "password, set PREFECT_API_AUTH_STRING (Prefect Cloud: PREFECT_API_KEY)"
        )
    if answer.status_code != 200 or "json" not in answer.headers.get("content-type", ""):
        raise AlflowError(
            f"what answers at {url} is not the API of Prefect ({answer.status_code}, "
            f"{answer.headers.get('content-type')}); PREFECT_API_URL ends in `/api`, such as http://127.0.0.1:4200/api"
        )
