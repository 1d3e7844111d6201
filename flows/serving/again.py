"""Do a request again that Prefect's server could not, as its database was busy; SQLite lets one write at a time.

The server rolls back what it had begun, answers 503 and leaves it to whoever asked to ask again. A browser does not.
It answers 503 for other troubles of its database too: those stay, and are said in the end.
"""

from asyncio import wait_for
from time import monotonic

from flows.serving.guard import App, Message, Receive, Send

PATIENCE = 30.0
"""Seconds after which the 503 is the answer; Prefect's client asks anew after 60."""
PAUSE = 0.05
"""Seconds between two times, beside what each takes."""


class Again:
    """An ASGI application that has another try again what that answers with 503."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, begun = await _whole(receive), monotonic()
        while monotonic() - begun < PATIENCE:
            if not await self._busy(scope, _replaying(body, receive), send) or await _gone(receive):
                return
        await self.app(scope, _replaying(body, receive), send)

    async def _busy(self, scope: Message, receive: Receive, send: Send) -> bool:
        """Return whether the answer is 503, which is not sent then."""
        busy = False

        async def send_unless_busy(message: Message) -> None:
            nonlocal busy
            busy = busy or message.get("status") == 503
            if not busy:
                await send(message)

        try:
            await self.app(dict(scope), receive, send_unless_busy)
        except Exception:
            if not busy:  # Starlette answers and then raises as well
                raise
        return busy


async def _gone(receive: Receive) -> bool:
    """Wait a moment; return whether whoever asked has hung up, and might ask anew."""
    try:
        return (await wait_for(receive(), PAUSE))["type"] == "http.disconnect"
    except TimeoutError:
        return False


async def _whole(receive: Receive) -> list[Message]:
    """Return all the messages of a request."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _replaying(messages: list[Message], receive: Receive) -> Receive:
    """Return what gives these messages first, and then those that come."""
    left = iter(messages)

    async def replay() -> Message:
        for message in left:
            return dict(message)
        return await receive()

    return replay
