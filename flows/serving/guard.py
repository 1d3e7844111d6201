"""Keep web pages of others from using a Prefect server, which has no login and does what any request says.

A browser sends requests for every page that is open in it: to other ports of this machine, and to names that a page's
owner lets lead here. It says so in `Host`, `Origin` and `Sec-Fetch-Site`, which pages cannot change; what is not from
the server's own pages, or from a program, is refused.
"""

import logging
import os
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any
from urllib.parse import urlsplit

ALLOWED_HOSTS = "ALFLOW_ALLOWED_HOSTS"
"""The environment variable with the names, separated by commas, under which others may reach the server as well."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
log = logging.getLogger("alflow.guard")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """An ASGI application that passes on to another what no foreign page has sent, and answers 403 to the rest."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a connection, or refuse it."""
        wrong = None if scope["type"] == "lifespan" else objection(scope)
        if wrong is None:
            await self.app(scope, receive, send)
            return
        log.warning("refused %s %s: %s", scope.get("method", scope["type"]), scope["path"], wrong)
        await (_refuse_websocket if scope["type"] == "websocket" else _refuse)(wrong, send)


def objection(scope: Message) -> str | None:
    """Return what is wrong with a request, the value seen and what to do; None if nothing is."""
    return _host(scope) or _origin(scope) or _site(scope)


def _host(scope: Message) -> str | None:
    """Refuse a name that leads here but is not this machine's: its page would be of the server's own origin."""
    hosts = list(_values(scope, "host"))
    allowed = {*LOOPBACK, *(name.strip().lower() for name in os.environ.get(ALLOWED_HOSTS, "").split(",") if name)}
    if len(hosts) == 1 and _name(hosts[0]) in allowed:
        return None
    return (
        f"the request is for the host {', '.join(hosts)!r}, and this Prefect server answers to {', '.join(LOOPBACK)} "
        f"only; open it by one of these, or start it with {ALLOWED_HOSTS}=NAME to let it have another name"
    )


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _origin(scope: Message) -> str | None:
    """Refuse what a page of another address sends; programs name no origin."""
    (host,) = _values(scope, "host")
    for origin in _values(scope, "origin"):
        if urlsplit(origin).netloc.lower() != host.lower():
            return (
                f"the request comes from a page of {origin!r}, and only pages of {host!r} may use this Prefect server; "
                "use its own UI, or a program that sends no Origin header"
            )
    return None


def _site(scope: Message) -> str | None:
    """Refuse what a browser says another site has brought about, except a link to a page of the UI."""
    for site in _values(scope, "sec-fetch-site"):
        if site not in ("same-origin", "none") and not _is_link(scope):
            return (
                f"another site's page sent this request (Sec-Fetch-Site: {site}), which only the Prefect server's own "
                "UI may do; open the address in the browser itself"
            )
    return None


def _is_link(scope: Message) -> bool:
    """Return whether somebody follows a link, from a chat or a mail, to a page that shows in a tab of its own."""
    fetch = [list(_values(scope, f"sec-fetch-{what}")) for what in ("mode", "dest")]
    return scope.get("method") == "GET" and fetch == [["navigate"], ["document"]]


def _values(scope: Message, name: str) -> Iterator[str]:
    return (value.decode("latin-1") for key, value in scope["headers"] if key == name.encode())


async def _refuse(wrong: str, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": f"alflow: {wrong}\n".encode()})


async def _refuse_websocket(wrong: str, send: Send) -> None:
    """Close it before it is open, which the browser sees as 403."""
    await send({"type": "websocket.close", "code": 1008, "reason": wrong})
