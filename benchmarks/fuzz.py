"""Fuzz what reads files of others: each input is a file that is right, altered at random.

    python benchmarks/fuzz.py --minutes 10                  # of each kind; `make soak` does that
    python benchmarks/fuzz.py --minutes 1 manifest ids

A reader may read an altered file or refuse it with one of the project's errors. Anything else is a fault: another
exception, more than ten seconds of the processor, more memory than the limit. Inputs that bring one about are written
to tests/fuzz/KIND, where `make test` reads them again.
"""

import argparse
import re
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

from al_core.errors import AlflowError
from benchmarks.fuzz_changes import altered
from benchmarks.fuzz_kinds import KINDS, Kind, kind

KEPT = Path(__file__).parents[1] / "tests" / "fuzz"
SECONDS = 10
"""Of processor time; twelve times as many by the clock, for what only waits."""
MEMORY = 3 * 2**30
"""Bytes of address space beyond what the program itself takes."""


class TooLong(BaseException):
    """A reader took too long; it is no Exception, so that none passes over it."""


@contextmanager
def within_limits() -> Iterator[None]:
    """Raise TooLong, or MemoryError, inside what takes too much."""

    def late(*_: object) -> None:
        raise TooLong

    before = [(number, signal.signal(number, late)) for number in (signal.SIGPROF, signal.SIGALRM)]
    limit = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, limit[1]))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, 12 * SECONDS)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_AS, limit)


def fault_of(kind: Kind, name: str, content: bytes) -> str | None:
    """Return what a reader should not have done with a file; None if it read or refused it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            with within_limits():
                kind.read(file)
        except AlflowError as error:
            return None if str(error) else "an error that says nothing"
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
    return None


def rounds(kind: Kind, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of altered files, for ever."""
    draw = Random(seed)
    names = sorted(kind.seeds)
    while True:
        name = draw.choice(names)
        yield name, altered(name, kind.seeds[name], draw)


def fuzz(name: str, kind: Kind, minutes: float, seed: int) -> int:
    """Fuzz a kind for a while; return how many faults there were."""
    end, tried, faults = monotonic() + 60 * minutes, 0, {}
    for file, content in rounds(kind, seed):
        if monotonic() > end:
            break
        tried += 1
        said = fault_of(kind, file, content)
        which = re.sub(r"\d+", "0", said or "")[:60]
        if said and which not in faults:
            faults[which] = keep(name, file, content)
            print(f"{name}: {said[:200]} ({faults[which]})", flush=True)
    print(f"{name}: {tried:,} files, {len(faults)} kinds of fault", flush=True)
    return len(faults)


def keep(kind: str, name: str, content: bytes) -> Path:
    """Write an input where the tests find it."""
    file = KEPT / kind / f"{sha256(content).hexdigest()[:8]}-{name}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    faults = [fuzz(name, kind(name), args.minutes, args.seed) for name in args.kinds or KINDS]
    sys.exit(1 if sum(faults) else 0)


if __name__ == "__main__":
    main()
