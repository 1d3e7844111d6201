"""Measure how Prefect's database grows with the cycles of an experiment, and what its parts are.

    python benchmarks/database_size.py --cycles 5000

A server on SQLite of its own; strategies and seeds side by side, with a query of one text, on the embedded sample.
"""

import argparse
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.servers import ROOT, server

PAIRS = 8
COUNTED = ("flow_run", "task_run", "task_run_state", "log", "events", "event_resources", "artifact")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cycles", type=int, default=5000, help="of all pairs of strategy and seed together")
    options.add_argument("--cycle-runs", choices=["failed", "all"], default="failed")
    args = options.parse_args()
    with TemporaryDirectory() as name, server(Path(name, "prefect")) as prefect:
        before = megabytes(prefect.home)
        run(prefect.environment, Path(name, "store"), args.cycles // PAIRS - 1, args.cycle_runs)
        grown = megabytes(prefect.home) - before
        print(f"{args.cycles} cycles, cycle_runs {args.cycle_runs}: {grown:.1f} MB more than the {before:.1f} MB of an")
        print(f"empty database, {1000 * grown / args.cycles:.1f} kB a cycle; rows: {rows(prefect.home)}")


def run(environment: dict[str, str], store: Path, cycles: int, cycle_runs: str) -> None:
    sizes = ["--seeds", str(PAIRS // 2), "--cycles", str(cycles), "--query-size", "1", "--features", "tfidf"]
    command = ["run", "--strategy", "margin", "--strategy", "random", *sizes, "--cycle-runs", cycle_runs]
    subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *command, "--store", str(store)],
        cwd=ROOT, env=environment, check=True, stdout=sys.stderr,
    )  # fmt: skip


def megabytes(home: Path) -> float:
    """Return the size of the database, its log written back into it."""
    with closing(sqlite3.connect(home / "prefect.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(file.stat().st_size for file in home.glob("prefect.db*")) / 1e6


def rows(home: Path) -> str:
    with closing(sqlite3.connect(home / "prefect.db")) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


if __name__ == "__main__":
    main()
