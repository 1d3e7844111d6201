"""A page of somebody else's, open in a browser on this machine, can do nothing to a server that alflow starts."""

import http.server
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import servers
from flows.serving.guard import objection

pytestmark = [pytest.mark.server, pytest.mark.slow]

CHROMIUM = shutil.which("chromium")
ATTACKS = {
    "JSON": """
        await fetch(runs, {method: "POST", headers: {"Content-Type": "application/json"}, body})
    """,
    "bytes of no type, which needs no preflight": """
        await fetch(runs, {method: "POST", mode: "no-cors", body: new TextEncoder().encode(body)})
    """,
    "text/plain, which needs none either": """
        await fetch(runs, {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body})
    """,
    "a beacon": """
        navigator.sendBeacon(runs, new Blob([body]))
    """,
    "a form": """
        const frame = document.body.appendChild(document.createElement("iframe"))
        frame.name = "hidden"
        const form = document.body.appendChild(document.createElement("form"))
        Object.assign(form, {method: "POST", enctype: "text/plain", action: runs, target: "hidden"})
        const field = form.appendChild(document.createElement("input"))
        Object.assign(field, {name: body.slice(0, -1) + ', "x": "', value: '"}'})
        form.submit()
    """,
}
"""How a page may try to post a flow run."""

READING = "const answer = await fetch(api + '/flows/filter', {method: 'POST', body: '{}'}); return await answer.text()"
LISTENING = """
    const socket = new WebSocket(api.replace("http", "ws") + "/events/in")
    return await new Promise(done => { socket.onopen = () => done("open"); socket.onerror = () => done("refused") })
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    with servers.server(tmp_path_factory.mktemp("guarded")) as running:
        yield running


@pytest.fixture(scope="module")
def page_elsewhere() -> Iterator[int]:
    """Serve an empty page on another port, which is its value."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_port
        serving.shutdown()


class _Empty(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium, in which the name evil.example leads to this machine."""
    if CHROMIUM is None:
        pytest.skip("no `chromium` here; `apt install chromium`")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments += ["--host-resolver-rules=MAP evil.example 127.0.0.1"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@contextmanager
def page_at(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page()
    page.goto(address)
    yield page
    page.close()


def attempt(page: Any, attack: str, api: str, flow: str) -> Any:
    """Let a page do something to the API; a refusal may come as an error."""
    body = f'{{"flow_id": "{flow}", "name": "attacked"}}'
    runs = "const runs = api + '/flow_runs/'"
    script = f"async ([api, body]) => {{ {runs}; try {{ {attack} }} catch (error) {{ return String(error) }} }}"
    return page.evaluate(script, [api, body])


def all_refused(server: servers.Server, origin: str) -> None:
    """Wait until the server has said of each attack of a page that it refused it; some are sent without waiting."""
    for _ in range(1200):
        refused = (server.home / "server.log").read_text().split("refused ")
        if sum("/api/flow_runs/" in one and f"'{origin}'" in one for one in refused) >= len(ATTACKS):
            return
        time.sleep(0.05)
    pytest.fail(f"not all attacks of {origin} were refused")


def attacked(server: servers.Server) -> int:
    """Return how many flow runs attacks have made."""
    count: int = server.ask("/flow_runs/count", {"flow_runs": {"name": {"any_": ["attacked"]}}})
    return count


def a_flow(server: servers.Server) -> str:
    flow: str = server.ask("/flows/", {"name": "a-flow"})["id"]
    return flow


@pytest.mark.soak
def test_prefect_as_it_comes_lets_a_page_post_a_run(browser: Any, page_elsewhere: int, tmp_path: Path) -> None:
    with servers.server(tmp_path, as_it_comes=True) as open_to_all:
        flow = a_flow(open_to_all)
        with page_at(browser, f"http://127.0.0.1:{page_elsewhere}/") as page:
            for attack in ATTACKS.values():
                attempt(page, attack, open_to_all.url, flow)
        assert attacked(open_to_all) >= 2, "the first two at least work, or what follows shows nothing"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.example"])
def test_a_page_of_another_address_can_do_nothing(
    browser: Any, page_elsewhere: int, guarded: servers.Server, host: str
) -> None:
    flow = a_flow(guarded)
    with page_at(browser, f"http://{host}:{page_elsewhere}/") as page:
        for attack in ATTACKS.values():
            attempt(page, attack, guarded.url, flow)
        assert attempt(page, READING, guarded.url, flow) == "TypeError: Failed to fetch"
        assert attempt(page, LISTENING, guarded.url, flow) == "refused"
        all_refused(guarded, f"http://{host}:{page_elsewhere}")
    assert attacked(guarded) == 0


def test_a_name_that_leads_here_gets_nothing(browser: Any, guarded: servers.Server) -> None:
    page = browser.new_page()
    rebound = f"http://evil.example:{guarded.port}"
    answer = page.goto(f"{rebound}/")
    assert answer.status == 403
    assert "'evil.example:" in answer.text()
    for attack in ATTACKS.values():  # from the page that the refusal is: its origin is the server's own address
        attempt(page, attack, f"{rebound}/api", a_flow(guarded))
    assert "evil.example" in attempt(page, READING, f"{rebound}/api", "")
    assert attempt(page, LISTENING, f"{rebound}/api", "") == "refused"
    assert attacked(guarded) == 0
    page.close()


@pytest.mark.parametrize(("path", "host"), [("/runs", "localhost"), ("/v2/runs", "127.0.0.1")])
def test_both_uis_work(browser: Any, guarded: servers.Server, host: str, path: str) -> None:
    page = browser.new_page()
    refused: list[str] = []
    page.on("response", lambda response: refused.append(response.url) if response.status == 403 else None)
    flow = a_flow(guarded)
    guarded.ask("/flow_runs/", {"flow_id": flow, "name": "wanted", "state": {"type": "SCHEDULED"}})
    page.goto(f"http://{host}:{guarded.port}{path}")
    page.get_by_text("wanted").first.wait_for()
    assert "Runs" in page.title()
    assert refused == []
    page.close()


def test_a_link_from_elsewhere_opens_the_ui(browser: Any, page_elsewhere: int, guarded: servers.Server) -> None:
    with page_at(browser, f"http://localhost:{page_elsewhere}/") as page:
        page.evaluate(f"document.body.innerHTML = '<a href=\"http://127.0.0.1:{guarded.port}/runs\">a run</a>'")
        page.get_by_text("a run").click()
        page.wait_for_url(f"http://127.0.0.1:{guarded.port}/**")
        page.get_by_text("Flow runs").first.wait_for()


def test_it_may_have_another_name_if_the_user_says_so(tmp_path: Path) -> None:
    with servers.server(tmp_path, {"ALFLOW_ALLOWED_HOSTS": "team.example, other.example"}) as running:
        for host, status in {"team.example": 200, "other.example:80": 200, "evil.example": 403, "[": 403}.items():
            assert status_of(running, Host=host) == status
        assert status_of(running, Host="team.example", Origin="https://team.example") == 200
        assert status_of(running, Host="team.example", Origin="null") == 403


def status_of(server: servers.Server, **headers: str) -> int:
    request = urllib.request.Request(f"{server.url}/health", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_settings_of_the_project_arrive(guarded: servers.Server) -> None:
    settings = guarded.ask("/admin/settings")["server"]
    vacuum = settings["services"]["db_vacuum"]
    assert sorted(vacuum["enabled"]) == ["events", "flow_runs", "orphans"]
    assert vacuum["retention_period"] in ("P90D", 90 * 24 * 3600)
    assert settings["events"]["retention_period"] == "P7D"
    assert settings["api"]["port"] == guarded.port


@pytest.mark.parametrize("hosts", [[], [b"localhost", b"evil.example"]], ids=["none", "two"])
def test_a_request_has_to_be_for_one_host(hosts: list[bytes]) -> None:
    headers = [(b"host", host) for host in hosts] + [(b"origin", b"http://localhost")]
    assert "the request is for the host" in str(objection({"headers": headers, "method": "GET"}))
