"""`alflow up`: all that runs deployments, on this machine, until Ctrl-C."""

import os
import re
import signal
import socket
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from al_core.errors import AlflowError
from flows.cli.run import defaults_here

if TYPE_CHECKING:
    from flows.serving.supervise import Supervisor

SIGNALS = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}


@click.command(short_help="Start server, deployments and worker.")
@click.option(
    "--port",
    default=4200,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Of the Prefect server, on 127.0.0.1.",
)
@click.option("--database", metavar="URL", help="For Prefect's records, such as postgresql://USER:PASSWORD@HOST/NAME.")
@click.option("--limit", default=2, show_default=True, type=click.IntRange(1), help="Runs at the same time.")
def up(port: int, database: str | None, limit: int) -> None:
    """Start a Prefect server, the deployments of prefect.yaml and a worker that runs them; Ctrl-C ends all of it.

    Where there is no prefect.yaml, one with alflow's deployments is made.

    What dies is started again. Ctrl-C ends the runs that are going on as well, and tells the server; the next
    `alflow up`, and Retry in its UI or `alflow retry`, go on from what is in the store.
    """
    _check(port)
    sys.exit(_run(port, _environment(port, database), limit))


def _check(port: int) -> None:
    for name in ("al_core", "flows", "tasks"):
        _check_own(name)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise AlflowError(f"port {port} is taken, maybe by another Prefect server; name a free one with `--port`")
    if not Path("prefect.yaml").is_file():
        _make_project()


def _check_own(name: str) -> None:
    """Refuse a folder with modules that Prefect's processes, which start here, would import in place of alflow's.

    Raises:     AlflowError
    """
    there = next((place for place in (Path(name), Path(f"{name}.py")) if place.exists()), None)
    if there and there.resolve() not in _ours(name):
        raise AlflowError(
            f"{str(there.resolve())!r} would be imported here in place of alflow's own {name!r}; start `alflow up` in "
            "another folder, or rename yours"
        )


def _ours(name: str) -> set[Path]:
    """Return the folder of one of alflow's packages; in a checkout, that one's."""
    found = find_spec(name)
    known = {Path(found.origin).resolve().parent} if found and found.origin else set()
    return known | ({Path(name).resolve()} if _is_checkout() else set())


def _is_checkout() -> bool:
    """Return whether this folder is a checkout of alflow, by its pyproject.toml."""
    file = Path("pyproject.toml")
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"] if file.is_file() else {}
    except (ValueError, KeyError):
        return False
    return project.get("name") == "alflow"


def _make_project() -> None:
    """Write prefect.yaml and prefect.toml for a folder that is no checkout, with alflow's deployments."""
    inside = Path(__file__).parents[1]
    source = inside if (inside / "prefect.yaml").is_file() else inside.parent
    made = re.sub(
        r"entrypoint: flows/(\w+)\.py:", r"entrypoint: flows.\1.", (source / "prefect.yaml").read_text("utf-8")
    )
    Path("prefect.yaml").write_text(made, encoding="utf-8")
    if not Path("prefect.toml").exists():
        Path("prefect.toml").write_bytes((source / "prefect.toml").read_bytes())
    click.echo(
        "Made prefect.yaml and prefect.toml here, with alflow's deployments and settings; both are yours to change."
    )


def _environment(port: int, database: str | None) -> dict[str, str]:
    ours = {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_SERVER_API_PORT": str(port), "PWD": os.getcwd()}
    often = {"PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}
    return defaults_here() | often | os.environ | ours | (_database(database) if database else {})


def _database(text: str) -> dict[str, str]:
    from flows.serving.database import check_database, database

    url = database(text)
    check_database(url)
    click.echo(f"The database is {url.render_as_string(hide_password=True)}")
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url.render_as_string(hide_password=False)}


def _run(port: int, environment: dict[str, str], limit: int) -> int:
    """Keep all of it going until a signal comes; return the exit code."""
    from flows.serving.supervise import Supervisor, quietly

    say = quietly(click.echo)
    all_of_it = Supervisor(port, environment, limit, _home() / "alflow" / f"up-{port}", say)
    for how in SIGNALS:
        signal.signal(how, _stop)  # a shell starts background jobs with SIGINT ignored
    try:
        all_of_it.begin()
        say(f"\nPrefect UI: http://127.0.0.1:{port}/deployments    Ctrl-C ends it")
        say(f"For `alflow retry` in another terminal: export PREFECT_API_URL=http://127.0.0.1:{port}/api\n")
        all_of_it.watch()
    except _Stopped as stopped:
        say("\nEnding; Ctrl-C again ends it at once")
        _end(all_of_it)
        say("Stopped. To go on: `alflow up`, and Retry in its UI or `alflow retry`; what is done is in the store.")
        return stopped.code
    except BaseException:
        _end(all_of_it)
        raise
    return 0


class _Stopped(BaseException):
    """A signal came to end it all."""

    def __init__(self, number: int) -> None:
        self.code = 0 if number == signal.SIGINT else 128 + number


def _stop(number: int, _: object) -> None:
    for how in SIGNALS:
        signal.signal(how, signal.SIG_IGN)  # until it is ending
    raise _Stopped(number)


def _end(all_of_it: "Supervisor") -> None:
    for how in SIGNALS:
        signal.signal(how, lambda *_: all_of_it.hurry())
    all_of_it.end()


def _home() -> Path:
    from prefect.settings import get_current_settings

    return get_current_settings().home
