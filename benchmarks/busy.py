"""Run `alflow run` with busy loops beside it, from an empty PREFECT_HOME: how many finish, and how soon?

    python benchmarks/busy.py --rounds 20

Each round has a Prefect home, a store and a temporary server of its own. Linux only.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.servers import ROOT, no_process_left

RUN = ["run", "--strategy", "margin", "--strategy", "random", "--seeds", "1", "--cycles", "4", "--features", "tfidf"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--loops", type=int, default=4, help="how many processes keep a core busy each")
    args = options.parse_args()
    print(f"| round, {args.loops} busy loops beside it | ended | s | last words if it failed |\n|---|---|--:|---|")
    with busy(args.loops):
        codes = [one_round(number) for number in range(1, args.rounds + 1)]
    print(f"\n{codes.count(0)} of {len(codes)} finished")
    sys.exit(any(codes))


def one_round(number: int) -> int:
    """Run once, print a row, and return the return code."""
    with TemporaryDirectory() as folder, no_process_left():
        started = time.monotonic()
        done = run(Path(folder))
        words = done.stdout.strip().splitlines()[-1] if done.returncode else ""
        ended = f"failed ({done.returncode})" if done.returncode else "finished"
        print(f"| {number} | {ended} | {time.monotonic() - started:.0f} | {words} |", flush=True)
        return done.returncode


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *RUN, "--store", str(folder / "store")],
        cwd=ROOT, env=mine | {"PREFECT_HOME": str(folder / "prefect"), "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Keep so many cores busy; the loops end with the block."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


if __name__ == "__main__":
    main()
