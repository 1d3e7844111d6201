"""What the tests of the UIs share: one server with the deployments, one worker, one Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page

from benchmarks.servers import ROOT, Server, deploy, start_worker
from tests.browser.ui import UI, browser_page
from tests.conftest import shared


@pytest.fixture(scope="session")
def folder(prefect: Server) -> Path:
    """Return the folder that runs work in: it has the flows, and results go there."""
    return prefect.home / "deployed"


@pytest.fixture(scope="session")
def prefect() -> Server:
    """A server that has the deployments, and a worker for them; all test processes share it."""

    def prepare(one: Server) -> None:
        folder = one.home / "deployed"
        folder.mkdir()
        (folder / "flows").symlink_to(ROOT / "flows")
        deploy(one, deployments(folder, folder / "prefect.yaml"))
        start_worker(one)

    return shared("browser", prepare)


def deployments(folder: Path, file: Path, **changes: object) -> Path:
    """Write a prefect.yaml like ours whose runs work in a folder; with changes, only its first deployment, changed."""
    project = yaml.safe_load((ROOT / "prefect.yaml").read_text().replace("{{ $PWD }}", str(folder)))
    if changes:
        project["deployments"] = [project["deployments"][0] | changes]
    file.write_text(yaml.safe_dump(project))
    return file


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Open a page, which all tests of a module use in turn.

    While it is open, an event loop of Playwright's seems to run in this thread, and Prefect's functions would return
    coroutines: so it is closed before other tests run flows in this process.
    """
    with browser_page() as one:
        yield one


@pytest.fixture(params=["V1", "V2"])
def ui(request: pytest.FixtureRequest, page: Page, prefect: Server) -> UI:
    """Return one of the two UIs."""
    return UI(page, prefect, request.param)


V2_IN_SOAK = pytest.mark.parametrize("ui", ["V1", pytest.param("V2", marks=pytest.mark.soak)], indirect=True)
"""For tests of what is the same in both UIs but for the buttons."""
