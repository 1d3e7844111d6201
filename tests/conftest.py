"""A real Prefect server for the tests that run flows."""

from collections.abc import Iterator

import pytest

from tests.servers import prefect_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Start a Prefect server on a free loopback port; the URL of its API is the value."""
    with prefect_server() as (url, _):
        yield url


@pytest.fixture
def prefect_api(server: str) -> Iterator[str]:
    """Let flows in this process talk to the test server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server}):
        yield server
