"""What a person does in the pages of Prefect's two UIs, V1 at `/` and V2 at `/v2`, by what they read there."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect, sync_playwright

from benchmarks.servers import Server

OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds until something that does not appear is given up; nothing is said about how long it may take."""
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
WRAPPER = {"V1": "schema-form-property", "V2": "group"}
"""The class of the element around a setting: its label, its description, its menu, its input and its error."""
LISTS = {
    "V1": (".p-select-button__icon", ".p-select-option"),
    "V2": ('button[aria-haspopup="listbox"]', '[role="option"]'),
}
"""What opens a list of names, and what the names in it are."""


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open a page in a Chromium of its own."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; on Debian, `apt-get install chromium`")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium, args=OPTIONS) as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield page


@dataclass(frozen=True)
class UI:
    """One of the UIs of a server, in a page."""

    page: Page
    server: Server
    version: str

    def go(self, path: str) -> None:
        """Open a page by its address, as the start of a walk."""
        root = self.server.url.removesuffix("/api") + ("/v2" if self.version == "V2" else "")
        self.page.goto(root + path)

    def open_deployment(self, name: str) -> None:
        """Open a deployment's page, such as `experiment/alflow`."""
        self.go(f"/deployments/deployment/{self.server.ask(f'/deployments/name/{name}')['id']}")

    def end(self, run: str, attempt: int = 1) -> Any:
        """Wait until a run has ended for the n-th time."""
        while True:
            found = self.server.ask(f"/flow_runs/{run}")
            if found["state_type"] in FINAL and found["run_count"] >= attempt:
                return found
            time.sleep(0.25)

    def custom_run(self, name: str) -> "Form":
        """Open the form for a run of a deployment, by its button."""
        self.open_deployment(name)
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_text("Custom run").click()
        expect(self.page.get_by_role("button", name="Submit")).to_be_visible()
        return Form(self.page, self.version)


@dataclass(frozen=True)
class Form:
    """The form for the parameters of a run."""

    page: Page
    version: str

    def setting(self, title: str) -> Locator:
        """Return what is around the setting of this title, which stands alone or with `(Optional)`."""
        says = f'[normalize-space()="{title}" or normalize-space()="{title} (Optional)"]'
        around = f'ancestor::div[contains(concat(" ", @class, " "), " {WRAPPER[self.version]} ")][1]'
        label = "label" if self.version == "V2" else 'span[contains(@class, "schema-form-property__label")]'
        return self.page.locator(f"xpath=//{label}{says}/{around}")

    def box(self, title: str) -> Locator:
        """Return the field that one writes into."""
        return self.setting(title).locator("textarea, input").last

    def write(self, title: str, value: object) -> None:
        self.box(title).fill(str(value))

    def open(self, section: str) -> None:
        """Open a section that is closed."""
        self.setting(section).get_by_text("Change", exact=True).click()

    def choose(self, title: str, *names: str) -> None:
        """Select names of a list, or take back those that are selected."""
        opener, option = LISTS[self.version]
        self.setting(title).locator(opener).first.click(force=True)
        for name in names:
            self.page.get_by_placeholder("Search").filter(visible=True).fill(name)
            self.page.locator(option).get_by_text(name, exact=True).click()
        self.page.get_by_text("Parameters", exact=True).first.click()
        expect(self.page.locator(option)).to_have_count(0)  # while it fades, a click goes nowhere

    def write_json(self, title: str, value: Any) -> None:
        """Say in a setting's menu that it is written as JSON, and write it."""
        self.menu(title, "Use JSON input")
        editor = ".p-code-input__textarea" if self.version == "V1" else ".cm-content"
        self.setting(title).locator(editor).fill(json.dumps(value))

    def menu(self, title: str, item: str) -> None:
        self.setting(title).locator("button:has(svg)").first.click()
        self.page.get_by_role("button" if self.version == "V1" else "menuitem", name=item).click()

    def complaint(self, title: str) -> str:
        """Wait for what is said to be wrong with a setting, beside it; by the browser itself, or by the page."""
        beside = self.setting(title).locator(".p-label__message, .text-destructive")
        for _ in range(PATIENCE // 100):
            said = self.box(title).evaluate("box => box.validationMessage") or " ".join(beside.all_inner_texts())
            if said:
                return str(said)
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"nothing is said about {title}")

    def press_submit(self) -> None:
        self.page.get_by_role("button", name="Submit").click()

    def submit(self) -> str:
        """Submit the form, again if the database was busy; the id of the run is the value."""
        while True:
            with self.page.expect_response(_makes_a_run) as answer:
                self.press_submit()
            if answer.value.status != 503:
                break
        assert answer.value.ok, answer.value.text()
        return str(answer.value.json()["id"])


def _makes_a_run(response: Response) -> bool:
    return response.url.endswith("/create_flow_run")
