"""What a person does in the pages of Prefect's two UIs, V1 at `/` and V2 at `/v2`, by what they read there."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Response, expect, sync_playwright

from benchmarks.servers import Server, wait_until

OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds until something that does not appear is given up; nothing is said about how long it may take."""
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
WRAPPER = {"V1": "schema-form-property", "V2": "group"}
"""The class of the element around a setting: its label, its description, its menu, its input and its error."""
TAKES_NOTE = "async () => { for (let i = 0; i < 20; i++) await new Promise(done => setTimeout(done, 15)) }"
"""In turns with the timers of V1, which hands what is typed from section to section after 10 ms each."""
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
        page = browser.new_page(viewport={"width": 1200, "height": 1400}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield page


def end(server: Server, run: str, attempt: int = 1) -> Any:
    """Wait until a run has ended for the n-th time."""

    def ended() -> Any:
        found = server.ask(f"/flow_runs/{run}")
        return found if found["state_type"] in FINAL and found["run_count"] >= attempt else None

    return wait_until(ended, f"the run {run} has ended", every=0.25)


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

    def switch_schedule(self, name: str) -> None:
        """Press the switch of a deployment's schedule."""
        self.open_deployment(name)
        with self.page.expect_response(lambda answer: "/schedules/" in answer.url) as answer:
            self.page.get_by_role("switch").filter(visible=True).first.click()
        assert answer.value.ok, answer.value.text()

    def copy(self, run: str) -> "Form":
        """Open the form for a new run with what an earlier one had, by the menu of its page."""
        self.go(f"/runs/flow-run/{run}")
        menu = self.page.locator('.p-icon-button-menu button, button:has-text("Open menu")')
        menu.filter(visible=True).first.click()
        self.page.get_by_text("Copy to new run").click()
        expect(self.page.get_by_role("button", name="Submit")).to_be_visible()
        return Form(self.page, self.version)

    def retry(self, run: str) -> Any:
        """Press the button that does a run again, wait for its end, and return it."""
        before = self.server.ask(f"/flow_runs/{run}")["run_count"]
        self.go(f"/runs/flow-run/{run}")
        if self.version == "V1":
            self.page.get_by_role("button", name="Retry").filter(visible=True).first.click()
        else:
            self.page.get_by_role("button", name="Open menu").first.click()
            self.page.get_by_role("menuitem", name="Retry").click()
        sure = self.page.locator('.p-modal, [role="alertdialog"]').get_by_role("button", name="Retry")
        with self.page.expect_response(lambda answer: answer.url.endswith("/set_state")) as answer:
            sure.click()
        assert answer.value.ok, answer.value.text()
        return self.end(run, before + 1)

    def end(self, run: str, attempt: int = 1) -> Any:
        """Leave the page, which draws all the time, and wait until a run has ended for the n-th time."""
        self.page.goto("about:blank")
        return end(self.server, run, attempt)

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
        """Fill a field in, or clear it, and let the page take note before anything else happens, as a person would."""
        self.box(title).fill(str(value))
        self.page.evaluate(TAKES_NOTE)

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
        self.page.evaluate(TAKES_NOTE)
        self.setting(title).locator(".p-code-input__textarea" if self.version == "V1" else ".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(json.dumps(value))
        self.page.evaluate(TAKES_NOTE)

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
        """Submit the form; the id of the run is the value."""
        with self.page.expect_response(_makes_a_run) as answer:
            self.press_submit()
        assert answer.value.ok, answer.value.text()
        return str(answer.value.json()["id"])


def _makes_a_run(response: Response) -> bool:
    return response.url.endswith("/create_flow_run")
