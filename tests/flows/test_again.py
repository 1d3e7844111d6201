"""A request that finds the database busy is done again by the server itself."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from flows.serving import again
from flows.serving.guard import App, Message, Receive, Send


def busy(times: int, then: Callable[[Request], Awaitable[PlainTextResponse]]) -> App:
    """Make an application that answers 503 so many times, as Prefect's does: it reads the body, answers, and raises."""
    left = times

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal left
        body = await Request(scope, receive).body()
        if left:
            left -= 1
            await PlainTextResponse("Service Unavailable", 503)(scope, receive, send)
            raise OSError("database is locked")
        answer = await then(Request(scope, receive))
        answer.body = body
        answer.headers["content-length"] = str(len(body))
        await answer(scope, receive, send)

    return application


def ask(application: App, body: bytes = b"{}") -> httpx.Response:
    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(again.Again(application))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/api/flow_runs/", content=body)

    return asyncio.run(post())


async def echo(_: Request) -> PlainTextResponse:
    return PlainTextResponse("", 201)


@pytest.mark.parametrize("times", [0, 1, 5])
def test_the_answer_is_the_first_that_is_not_503_and_the_body_comes_whole_each_time(times: int) -> None:
    said = ask(busy(times, echo), b"x" * 200_000)
    assert (said.status_code, said.content) == (201, b"x" * 200_000)


def test_a_database_that_stays_busy_is_said_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "PATIENCE", 0.5)
    with pytest.raises(OSError, match="locked"):
        ask(busy(10**9, echo))


def test_what_nobody_waits_for_any_more_is_not_done_again() -> None:
    messages = [{"type": "http.request", "body": b"{}"}, {"type": "http.disconnect"}]
    answers: list[Message] = []
    times: list[None] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    async def always_busy(scope: Message, receive: Receive, send: Send) -> None:
        times.append(None)
        await receive()
        await PlainTextResponse("Service Unavailable", 503)(scope, receive, send)

    asyncio.run(again.Again(always_busy)({"type": "http", "method": "POST"}, receive, send))
    assert (len(times), answers) == (1, [])


def test_what_fails_for_another_reason_is_not_done_again() -> None:
    times = []

    async def broken(_: Request) -> PlainTextResponse:
        times.append(1)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ask(busy(0, broken))
    assert len(times) == 1
