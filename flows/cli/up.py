"""`alflow up`: all that runs deployments, on this machine, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import click

from al_core.errors import AlflowError
from flows.cli.run import PREFECT_DEFAULTS

POOL = "alflow"
"""The work pool that prefect.yaml names."""


@click.command(short_help="Start server, deployments and worker.")
@click.option("--port", default=4200, show_default=True, help="Of the Prefect server, on 127.0.0.1.")
def up(port: int) -> None:
    """Start a Prefect server, the deployments of prefect.yaml and a worker that runs them; Ctrl-C ends all of it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
    for how in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, lambda number, _: sys.exit(128 + number))
    try:
        _check(port)
        environment = _environment(port)
        with _server(port, environment), _worker(environment) as worker:
            click.echo(f"\nPrefect UI: http://127.0.0.1:{port}/deployments    Ctrl-C ends it\n")
            sys.exit(f"alflow: the worker ended by itself ({worker.wait()}); its last words are above")
    except KeyboardInterrupt:
        click.echo("\nStopped. What is done is in the store; `alflow retry` goes on with what was not finished.")
    except AlflowError as error:
        sys.exit(f"alflow: {error}")


def _check(port: int) -> None:
    if not Path("prefect.yaml").is_file():
        raise AlflowError("there is no prefect.yaml here; `alflow up` works in a checkout of alflow")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise AlflowError(f"port {port} is taken, maybe by another Prefect server; name a free one with `--port`")


def _environment(port: int) -> dict[str, str]:
    api = f"http://127.0.0.1:{port}/api"
    ours = {"PREFECT_API_URL": api, "PREFECT_UI_API_URL": api, "PREFECT_SERVER_API_PORT": str(port), "PWD": os.getcwd()}
    often = {"PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}
    return PREFECT_DEFAULTS | often | os.environ | ours


@contextmanager
def _server(port: int, environment: Mapping[str, str]) -> Iterator[None]:
    with TemporaryFile() as log:
        command = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
        with _running(command, environment, log) as server:
            click.echo("Starting the Prefect server")
            _wait_until_healthy(port, server, log)
            _prefect(["work-pool", "create", POOL, "--type", "process", "--overwrite"], environment)
            click.echo("Making the deployments of prefect.yaml")
            _prefect(["deploy", "--all"], environment)
            yield


@contextmanager
def _worker(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    click.echo("Starting a worker")
    with _running(["worker", "start", "--pool", POOL], environment, None) as worker:
        yield worker


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], log: IO[bytes] | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of Prefect's, away from the terminal's Ctrl-C; it and what it started end with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", *command], env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: flows may finish the cycle they are in, and say that they were ended."""
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, signal.SIG_IGN)  # once is enough
    for how in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):  # a worker may need two
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            return
        for _ in range(100):
            process.poll()
            if not _lives(process.pid):
                return
            time.sleep(0.1)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until_healthy(port: int, server: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
        if server.poll() is not None:
            break
    log.seek(0)
    raise AlflowError(f"the Prefect server did not start:\n{log.read().decode(errors='replace')[-2000:]}")


def _prefect(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AlflowError(f"`prefect {' '.join(command)}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
