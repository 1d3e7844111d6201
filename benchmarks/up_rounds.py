"""Disturb `alflow up` around a running experiment, round after round, and see that it goes on as if nothing had been.

    python benchmarks/up_rounds.py --rounds 20

Each round starts an experiment, waits until a random number of its results is there, and ends `up` by Ctrl-C, or kills
its server, worker or flow, or itself; then starts it again if it has ended, and presses Retry once if the run has.
Linux only. The table goes to the standard output, what happens meanwhile to the standard error.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.chaos_world import CONFIG, count, tables, whole
from benchmarks.up_world import FLOW, SERVER, WORKER, Up, an_up, until
from flows.serving.lives import lives

LONGER = CONFIG | {"cycles": 12, "query_size": 5}
ENDED = {"Completed", "Failed", "Crashed", "Cancelled"}
AS_SET = {("0 3 * * *", True), ("5 4 * * 0", True)}


def ctrl_c(up: Up) -> None:
    up.end(signal.SIGINT)


def kill_up(up: Up) -> None:
    up.end(signal.SIGKILL)


def kill_flow(up: Up) -> None:
    """Kill it, unless it has just ended."""
    for flow in up.processes(FLOW):
        with suppress(ProcessLookupError):
            os.kill(flow, signal.SIGKILL)


KINDS: dict[str, Callable[[Up], None]] = {
    "Ctrl-C": ctrl_c,
    "kill -9 of the server": lambda up: up.kill(SERVER),
    "kill -9 of the worker": lambda up: up.kill(WORKER),
    "kill -9 of the flow": kill_flow,
    "kill -9 of up": kill_up,
}


@dataclass
class Outcome:
    """What came of a round."""

    kind: str
    wrong: list[str] = field(default_factory=list)
    state: str = ""
    state_after: str = ""
    presses: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        how = f"WRONG: {'; '.join(self.wrong)}" if self.wrong else "right"
        return f"{self.kind}: {self.state}, {self.presses} presses, ended in {self.seconds:.1f} s: {how}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with TemporaryDirectory(prefix="up-rounds-") as name:
        outcomes = play_all(Path(name), args.rounds, Random(args.seed))
    print(table(outcomes))
    sys.exit(any(outcome.wrong for outcome in outcomes))


def play_all(folder: Path, rounds: int, random: Random) -> list[Outcome]:
    """Play the rounds, of each kind in turn, on one `up`."""
    with an_up(folder / "prefect") as up:
        up.start()
        up.set_schedules()
        undisturbed = folder / "undisturbed"
        assert up.end_of(up.submit(config(undisturbed)))["state_name"] == "Completed", up.said()
        outcomes = []
        for number in range(rounds):
            outcomes.append(play(up, list(KINDS)[number % len(KINDS)], undisturbed, folder / str(number), random))
            print(outcomes[-1], file=sys.stderr, flush=True)
        up.end()
        if not up.no_process_left():
            outcomes[-1].wrong.append("processes are left at the end")
    return outcomes


def config(store: Path) -> dict[str, Any]:
    return LONGER | {"store": str(store)}


def play(up: Up, kind: str, undisturbed: Path, store: Path, random: Random) -> Outcome:
    outcome = Outcome(kind)
    run = up.submit(config(store))
    enough = random.randrange(count(undisturbed) * 2 // 3)
    until(lambda: up.run(run)["state_type"] != "SCHEDULED" and count(store) >= enough, "the run does not begin")
    kept, start = whole(store), time.monotonic()
    KINDS[kind](up)
    go_on(up, run, outcome)
    outcome.seconds = time.monotonic() - start
    claims = {
        "the schedules changed": up.schedules() != AS_SET,
        "the tables differ": outcome.state_after == "Completed" and tables(store) != tables(undisturbed),
        "something was computed twice": not kept.items() <= whole(store).items(),
        f"it ended {outcome.state_after}": outcome.state_after != "Completed",
    }
    outcome.wrong += [claim for claim, holds in claims.items() if holds]
    return outcome


def go_on(up: Up, run: str, outcome: Outcome) -> None:
    """Start `up` again if it has ended, wait until nothing dead looks alive, and press Retry if the run has ended."""
    if not up.runs():
        if not up.no_process_left():
            outcome.wrong.append("processes are left")
        up.start()
    with suppress(TimeoutError):
        until(lambda: not dead_ones(up, run) and (outcome.kind == "kill -9 of the server" or ended(up, run)), "", 60)
    outcome.wrong += [f"{name} looks alive" for name in dead_ones(up, run)]
    outcome.state = up.run(run)["state_name"]
    if outcome.state in ENDED - {"Completed"}:
        up.press_retry(run)
        outcome.presses = 1
    until(lambda: ended(up, run), "the run does not end")
    outcome.state_after = up.run(run)["state_name"]


def ended(up: Up, run: str) -> bool:
    return up.run(run)["state_name"] in ENDED


def dead_ones(up: Up, run: str) -> list[str]:
    """Return the runs that are to be in a process, which is gone, and the tasks of this one, if it has ended."""
    return [one["name"] for one in up.unfinished() if not in_a_process(one)] + up.tasks_left(run)


def in_a_process(run: dict[str, Any]) -> bool:
    """Return whether the process of a run lives, or, if it has not begun or is part of another, its worker's."""
    labels = run["labels"]
    if run["parent_task_run_id"]:
        return True  # with its parent, which is looked at as well
    own = run["state_type"] != "PENDING" and labels.get("alflow.attempt") == run["run_count"]
    mark = labels["alflow.process"] if own else labels.get("prefect.worker.name", "").removeprefix("alflow ")
    return bool(mark) and bool(lives(mark))


def table(outcomes: list[Outcome]) -> str:
    head = ("kind", "rounds", "right", "presses of Retry", "seconds to the end", "Prefect says")
    lines = [f"| {' | '.join(head)} |", "|---|--:|--:|--:|--:|---|"]
    for kind in [*KINDS, "all"]:
        some = [one for one in outcomes if kind in (one.kind, "all")]
        lines += [row(kind, some)] if some else []
    return "\n".join(lines)


def row(kind: str, outcomes: list[Outcome]) -> str:
    right, presses = sum(not one.wrong for one in outcomes), sum(one.presses for one in outcomes)
    states = ", ".join(f"{state} {times}" for state, times in Counter(one.state for one in outcomes).most_common())
    seconds = median(one.seconds for one in outcomes)
    return f"| {kind} | {len(outcomes)} | {right} | {presses} | {seconds:.1f} | {states} |"


if __name__ == "__main__":
    main()
