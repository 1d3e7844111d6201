"""Prefect's server as an application: one start at a time, and a temporary one that forgets what is old."""

from asyncio import sleep

from filelock import FileLock, Timeout

from flows.serving.guard import App, Message, Receive, Send


def prefect_app(temporary: bool = False) -> App:
    """Return Prefect's server; a temporary one has no UI and only the services that a run without deployment needs."""
    from prefect.server.api.server import create_app

    if temporary:
        _forget_what_is_old()
    return create_app(final=True, ephemeral=temporary)


def _forget_what_is_old() -> None:
    """Let a temporary server delete old runs too, as the settings say; Prefect's own deletes only old events."""
    from prefect.server.services.perpetual_services import get_perpetual_services

    for service in get_perpetual_services():
        if "vacuum" in service.function.__name__:
            service.run_in_ephemeral = True


class OneStartAtATime:
    """Let servers of one PREFECT_HOME start one after the other: two that make the same new database break it."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve a connection, or start up and shut down."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        lock = await _locked()

        async def send_and_unlock(message: Message) -> None:
            await send(message)
            if message["type"].startswith("lifespan.startup."):
                lock.release()

        await self.app(scope, receive, send_and_unlock)


async def _locked() -> FileLock:
    from prefect.settings import PREFECT_HOME

    lock = FileLock(PREFECT_HOME.value() / "alflow-server.lock")
    while True:
        try:
            lock.acquire(blocking=False)
            return lock
        except Timeout:
            await sleep(0.1)
