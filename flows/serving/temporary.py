"""A Prefect server for one command, guarded, on the database of PREFECT_HOME; Prefect's own is open and impatient."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

import click

from al_core.errors import AlflowError
from flows.serving.server import PortTaken, Server, free_port, start, wait_until_healthy

TEMPORARY = "ALFLOW_TEMPORARY_SERVER"
"""The environment variable with the URL of the temporary server, while there is one."""


@contextmanager
def temporary_server() -> Iterator[None]:
    """Let this process, and those that it starts, talk to a Prefect server that ends with the block.

    Raises:     AlflowError if it does not start
    """
    server = _healthy()
    server.log.unlink()  # which only a server that does not start is asked for
    try:
        with _talking_to(server.url):
            yield
    finally:
        server.end()


def _healthy() -> Server:
    """Start servers until one answers: another program may take the port meanwhile."""
    while True:
        server = start(free_port(), _log(), _environment(), temporary=True)
        try:
            wait_until_healthy(server, lambda text: click.echo(text, err=True))
            return server
        except PortTaken:
            server.log.unlink()
        except BaseException as error:
            server.process.let_go()  # it ends on its own: Ctrl-C does not wait for that
            if not isinstance(error, AlflowError):  # which names the log
                server.log.unlink()
            raise


def _log() -> Path:
    descriptor, name = mkstemp(prefix="alflow-server-", suffix=".log")
    os.close(descriptor)
    return Path(name)


def _environment() -> dict[str, str]:
    """Return the variables of a server that has this process's settings, whether from variables, profile or file."""
    from prefect.settings import PREFECT_SERVER_EPHEMERAL_ENABLED, get_current_settings

    if not PREFECT_SERVER_EPHEMERAL_ENABLED.value():
        raise AlflowError(
            "Prefect's settings name no server, and PREFECT_SERVER_EPHEMERAL_ENABLED=false forbids a temporary one; "
            "set PREFECT_API_URL to one that runs, such as http://127.0.0.1:4200/api, or allow it by "
            "`export PREFECT_SERVER_EPHEMERAL_ENABLED=true`"
        )
    return os.environ | get_current_settings().to_environment_variables(exclude_unset=True)


@contextmanager
def _talking_to(url: str) -> Iterator[None]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with _variables(PREFECT_API_URL=url, **{TEMPORARY: url}), temporary_settings({PREFECT_API_URL: url}):
        try:
            yield
        finally:
            send_what_waits()


@contextmanager
def _variables(**values: str) -> Iterator[None]:
    before = {name: os.environ.pop(name, None) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def send_what_waits() -> None:
    """Send the events and logs that wait in this process, while there is a server for them."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for waiting in (EventsWorker, APILogWorker):
        waiting.drain_all(timeout=30)
