"""Measure what Prefect costs a cycle: by kind of server, by how many cycles are in flight, before and after tuning.

    python benchmarks/overhead.py

A cycle is a trained model, on the embedded sample. "As it comes" is Prefect without the project's settings, each cycle
a plain call of its flow; "a run a cycle" is the project with `cycle_runs: all`; "tuned" is the project as it is. The
cost is the time in which a cycle is done, less that of the same stages without Prefect, which compute and keep as much.
Each measurement has processes, a store and a Prefect home of its own, and servers on free loopback ports; PostgreSQL is
that of Debian's package `postgresql`. Linux only.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.postgresql import postgresql
from benchmarks.servers import ROOT, server
from flows.cli.run import PREFECT_DEFAULTS

SERVERS = {"temporary": "temporary server", "sqlite": "server on SQLite", "postgresql": "server on PostgreSQL"}
BEFORE, BETWEEN, AFTER = "as it comes", "a run a cycle", "tuned"
Measured = dict[str, float]
"""Seconds a cycle: `all`, and the processor seconds of the `client` and of the Prefect `server`."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cycles", type=int, default=96, help="how many in a measurement, of all pairs together")
    options.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    options.add_argument("--settings", nargs="+", choices=[BEFORE, BETWEEN, AFTER], default=[BEFORE, BETWEEN, AFTER])
    options.add_argument("--in-flight", nargs="+", type=int, default=[1, 8, 32])
    options.add_argument("--timeout", type=float, default=180, help="give a measurement up after so many seconds")
    args = options.parse_args()
    if any((many > 1 and many % 2) or args.cycles % many or args.cycles < 2 * many for many in args.in_flight):
        options.error("in flight: 1, or an even number that --cycles is a multiple of, at least twice as large")
    loops = [measure("plain loop", AFTER, many, args) for many in args.in_flight]
    bare = [measure("without Prefect", AFTER, many, args) for many in args.in_flight]
    flows = {
        (kind, settings): [measure(kind, settings, many, args) for many in args.in_flight]
        for kind in args.servers
        for settings in args.settings
    }
    print(cost(bare, loops, flows, args), processor(flows, args), sep="\n\n")


def measure(kind: str, settings: str, in_flight: int, args: argparse.Namespace) -> Measured | None:
    """Start the server and run the cycles in a process of its own; None if that took too long."""
    with ExitStack() as stack:
        # Prefect reads prefect.toml in the folder it runs in, so "as it comes" runs in another.
        folder = ROOT if settings != BEFORE else Path(stack.enter_context(TemporaryDirectory()))
        environment = bare_environment(stack.enter_context(TemporaryDirectory()))
        if settings != BEFORE:
            environment |= PREFECT_DEFAULTS
        command = [sys.executable, "-m", "benchmarks.cycles", kind, settings, str(in_flight), str(args.cycles)]
        if kind == "postgresql":
            environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = stack.enter_context(postgresql())
        if kind in ("sqlite", "postgresql"):
            running = stack.enter_context(
                server(Path(environment["PREFECT_HOME"]), environment, folder, as_it_comes=settings == BEFORE)
            )
            assert running.process
            environment["PREFECT_API_URL"], process = running.url, running.process.pid
            started = processor_seconds(process)
        measured = run(command, folder, environment, args.timeout)
        if measured and "PREFECT_API_URL" in environment:
            measured["server"] = (processor_seconds(process) - started) / args.cycles
    said = {name: f"{1000 * value:.0f}" for name, value in measured.items()} if measured else "given up"
    print(f"{kind}, {settings}, {in_flight} in flight: {said}", file=sys.stderr, flush=True)
    return measured


def bare_environment(home: str) -> dict[str, str]:
    """Return this process's environment without Prefect's settings, but nothing is reported to its makers."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    path = os.pathsep.join([str(ROOT), *filter(None, [mine.get("PYTHONPATH")])])
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    return mine | quiet | {"PYTHONPATH": path, "PREFECT_HOME": home}


def run(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> Measured | None:
    with group(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            return None
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode}: {errors.decode()[-3000:]}")
    measured: Measured = json.loads(output.splitlines()[-1])
    return measured


@contextmanager
def group(command: list[str], **how: object) -> Iterator[subprocess.Popen]:
    """Start a process, and end it with all that it started: Prefect's temporary server is its child."""
    process = subprocess.Popen(command, start_new_session=True, **how)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def processor_seconds(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def cost(
    bare: list[Measured | None],
    loops: list[Measured | None],
    flows: dict[tuple[str, str], list[Measured | None]],
    args: argparse.Namespace,
) -> str:
    lines = header("ms a cycle that Prefect costs", args)
    for (kind, settings), several in flows.items():
        cells = [
            f"{1000 * (flow['all'] - stages['all']):.0f}"
            if flow and stages
            else f"> {1000 * args.timeout / args.cycles:.0f}"
            for flow, stages in zip(several, bare, strict=True)
        ]
        lines.append(row(SERVERS[kind], settings, cells))
    for title, several in (("the stages without Prefect", bare), ("the plain loop", loops)):
        lines.append(row(f"for comparison: {title}", "", [f"{1000 * one['all']:.0f}" for one in several if one]))
    return "\n".join(lines)


def processor(flows: dict[tuple[str, str], list[Measured | None]], args: argparse.Namespace) -> str:
    lines = header("processor ms a cycle: client + Prefect server", args)
    for (kind, settings), several in flows.items():
        cells = [
            f"{1000 * one['client']:.0f} + {1000 * one['server']:.0f}" if one and "server" in one else ""
            for one in several
        ]
        if any(cells):
            lines.append(row(SERVERS[kind], settings, cells))
    return "\n".join(lines)


def header(title: str, args: argparse.Namespace) -> list[str]:
    columns = [f"{many} in flight" for many in args.in_flight]
    return [row(title, "settings", columns), "|---|---|" + "--:|" * len(columns)]


def row(*cells: str | list[str]) -> str:
    flat = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
    return f"| {' | '.join(flat)} |"


if __name__ == "__main__":
    main()
