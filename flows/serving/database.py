"""The database that a Prefect server keeps its records in, as somebody names it."""

import asyncio
from typing import TYPE_CHECKING

from al_core.errors import AlflowError, ConfigError

if TYPE_CHECKING:
    from sqlalchemy import URL

DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}


def database(text: str) -> "URL":
    """Return the URL of a database as Prefect wants it, from one such as `postgresql://user:password@host/name`.

    Raises:     ConfigError if it is none of a database that Prefect can use
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError("--database is no URL; one is postgresql://USER:PASSWORD@HOST/NAME") from None
    if url.drivername not in DRIVERS:
        raise ConfigError(f"--database is of the kind {url.drivername!r}; Prefect knows postgresql and sqlite")
    if (secure := url.query.get("sslmode")) is not None:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": secure})
    return url.set(drivername=DRIVERS[url.drivername])


def check_database(url: "URL") -> None:
    """Refuse a database that cannot be reached, before a server tries for long.

    Raises:     AlflowError, which does not have the password
    """
    try:
        asyncio.run(_connect(url))
    except Exception as error:
        said = str(error).replace(url.password, "***") if url.password else str(error)
        raise AlflowError(
            f"the database {url.render_as_string(hide_password=True)} cannot be used ({said or type(error).__name__}); "
            "see to its address, name, user and password, and that it runs"
        ) from None


async def _connect(url: "URL") -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, connect_args={"timeout": 15})
    try:
        async with engine.connect():
            pass
    finally:
        await engine.dispose()
