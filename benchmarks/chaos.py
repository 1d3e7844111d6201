"""Disturb experiments at random, resume each, and see that it ends as if nothing had been: docs/reliability.md.

    python benchmarks/chaos.py --kills 60

What is harmed and when follows from the seed: `--seed S --only KIND` plays the rounds of one kind again. Linux only;
filling a disk needs root. The table goes to the standard output, what happens meanwhile to the standard error.
"""

import argparse
import shutil
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from benchmarks.chaos_kinds import KINDS, WITH_WORKER, Chance, Missed, unmount, why_no_full_disk
from benchmarks.chaos_world import World, new_world, tables, whole
from tasks.files import TEMPORARY

FULL_DISK = "full disk"


@dataclass(frozen=True)
class Round:
    """One experiment, disturbed once or twice and then resumed; these three values decide everything random."""

    kind: str
    number: int
    seed: int

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


@dataclass
class Outcome:
    """What came of a round: what was wrong, if anything, and how it looked and took."""

    round: Round
    happened: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    twice: bool = False
    differ: bool = False
    state: str = "no run"
    states: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        what = ", then ".join(self.happened)
        end = f"WRONG: {'; '.join(self.wrong)} (seed {self.round.seed})" if self.wrong else "right"
        return (
            f"{self.round}: {what}; Prefect says {self.state} ({self.states}); resumed in {self.seconds:.1f} s: {end}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=60, help="how many rounds")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--only", choices=KINDS, metavar="KIND", help=f"one of: {', '.join(KINDS)}")
    args = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    outcomes = play_all(plan(args.kills, args.seed, [args.only] if args.only else list(KINDS)))
    print(table(outcomes))
    sys.exit(any(outcome.wrong for outcome in outcomes))


def plan(kills: int, seed: int, kinds: list[str]) -> list[Round]:
    """Return so many rounds, of each kind in turn."""
    return [Round(kinds[n % len(kinds)], n // len(kinds), seed) for n in range(kills)]


def play_all(rounds: list[Round]) -> list[Outcome]:
    """Play the rounds, one after the other, on one server; those that cannot be are left out, with the reason."""
    with TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        no_disk = why_no_full_disk(folder)
        playable = [one for one in rounds if one.kind != FULL_DISK or not no_disk]
        if len(playable) < len(rounds):
            say(f"skipped, {len(rounds) - len(playable)} rounds of {FULL_DISK}: {no_disk}")
        with new_world(folder) as world:
            return [play(world, one) for one in playable]


def play(world: World, one: Round, haste: float = 1.0) -> Outcome:
    """Play a round; if the run ends before it can be disturbed, play it again, in more haste."""
    store = world.folder / f"{list(KINDS).index(one.kind)}-{one.number}-{haste:.2f}"
    try:
        outcome = _play(world, one, store, Chance(Random(f"{one.seed} {one.kind} {one.number}"), haste))
    except Missed:
        if haste > 0.2:
            return play(world, one, haste * 0.7)
        outcome = Outcome(one, wrong=["the run always ended before it could be disturbed"])
    except OSError as error:
        outcome = Outcome(one, wrong=[f"a file is missing, or the server did not answer: {error!r}"])
        world.kill_server()
        world.server.start()
    finally:
        unmount(store)
        shutil.rmtree(store, ignore_errors=True)
    say(outcome)
    return outcome


def _play(world: World, one: Round, store: Path, chance: Chance) -> Outcome:
    outcome, disturb = Outcome(one), KINDS[one.kind]
    kept: dict[str, int] = {}
    for _ in range(2 if chance.random.random() < 0.25 else 1):
        before = whole(store)
        try:
            outcome.happened.append(disturb(world, store, chance))
        except AssertionError as error:
            outcome.wrong.append(str(error))
        kept = whole(store)
        outcome.twice |= any(kept.get(path) != before[path] for path in before.keys() - chance.harmed)
    last = world.last_run(store)
    outcome.state = last[1] if last else "no run"
    start = time.perf_counter()
    code = world.run_by_worker(store) if disturb in WITH_WORKER else world.run(store)
    outcome.seconds = time.perf_counter() - start
    outcome.states = world.states(last[0]) if last else ""
    if code != 0:
        outcome.wrong.append(f"resuming ended with exit code {code}: {world.said(store)}")
        return outcome
    check(world, store, kept, outcome)
    return outcome


def check(world: World, store: Path, kept: dict[str, int], outcome: Outcome) -> None:
    """Compare a resumed experiment with the undisturbed one, before and after a clean-up."""
    now = whole(store)
    outcome.twice |= not kept.items() <= now.items()
    outcome.differ = tables(store) != world.tables
    leftovers = cleaned(store, dry_run=True)
    published = [name for name in leftovers if name.startswith("experiments/") and TEMPORARY not in name]
    cleaned(store)
    claims = {
        "something was computed twice": outcome.twice,
        "the tables differ": outcome.differ,
        "results are missing": now.keys() != world.results,
        "the clean-up listed what is in use": bool(leftovers & now.keys()),
        f"the clean-up listed what is published: {published}": bool(published),
        "the clean-up did harm": whole(store) != now or (not outcome.differ and tables(store) != world.tables),
        "the clean-up left something": bool(cleaned(store, dry_run=True)),
    }
    outcome.wrong += [claim for claim, holds in claims.items() if holds]


def cleaned(store: Path, dry_run: bool = False) -> set[str]:
    """Call `alflow clean` and return the files that it lists."""
    from flows.cli import main as alflow

    said = CliRunner().invoke(alflow, ["clean", "--store", str(store), *(["--dry-run"] if dry_run else [])])
    assert said.exit_code == 0, said.output
    return {line.split("  ")[-2] for line in said.output.splitlines()[:-1]}


def table(outcomes: list[Outcome]) -> str:
    head = ("kind", "rounds", "finished right", "computed twice", "tables differ", "seconds to resume", "Prefect says")
    lines = [f"| {' | '.join(head)} |", "|---|--:|--:|--:|--:|--:|---|"]
    for kind in [*KINDS, "all"]:
        some = [one for one in outcomes if kind in (one.round.kind, "all")]
        lines += [row(kind, some)] if some else []
    return "\n".join(lines)


def row(kind: str, outcomes: list[Outcome]) -> str:
    right, twice, differ = (
        sum(flags) for flags in zip(*((not one.wrong, one.twice, one.differ) for one in outcomes), strict=True)
    )
    seconds = median(one.seconds for one in outcomes)
    states = ", ".join(f"{state} {times}" for state, times in Counter(one.state for one in outcomes).most_common())
    return f"| {kind} | {len(outcomes)} | {right} | {twice} | {differ} | {seconds:.1f} | {states} |"


def say(what: object) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
