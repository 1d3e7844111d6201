"""Kinds of disturbance: each starts or goes on with a run, harms it at a random moment, and says what it did."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.chaos_world import ENDED, PATIENCE, World, count, until, wait
from benchmarks.servers import alive, children


class Missed(Exception):
    """The run ended before it could be disturbed."""


@dataclass(frozen=True)
class Chance:
    """What is random in a disturbance.

    Parameters: haste : below 1 makes it happen earlier, after it came too late
                harmed : grows by the results that have to be computed again
    """

    random: Random
    haste: float = 1.0
    harmed: set[str] = field(default_factory=set)

    def share(self) -> float:
        """Return after which share of a run, of a disk or of a file it happens."""
        return self.random.random() * self.haste

    def wait_for_moment(self, world: World, store: Path, ended: Callable[[], bool], every: float = 0.002) -> str:
        """Wait for a share of the results that are missing, and a moment more; now and then, of a run's seconds.

        Raises:     Missed if the run ends before
        """
        share, pause, by_time = self.share(), self.random.uniform(0, 0.3), self.random.random() < 0.3
        have, start = count(store), time.monotonic()
        results = have + int(share * (len(world.results) - have + 1))
        moment = start + share * world.seconds
        until(lambda: ended() or (time.monotonic() >= moment if by_time else count(store) >= results), PATIENCE, every)
        time.sleep(0 if by_time else pause)
        if ended():
            raise Missed
        return f"{share * world.seconds:.2f} s" if by_time else f"{results} results and {pause:.2f} s"


def kill_flow(world: World, store: Path, chance: Chance, how: signal.Signals = signal.SIGKILL) -> str:
    with world.going_on(store) as process:
        moment = chance.wait_for_moment(world, store, lambda: process.poll() is not None)
        process.send_signal(how)
        return f"after {moment}, exit code {wait(process)}"


def terminate_flow(world: World, store: Path, chance: Chance) -> str:
    return kill_flow(world, store, chance, signal.SIGTERM)


def kill_server(world: World, store: Path, chance: Chance) -> str:
    """Kill the server, half the time the run as well, and start it again some seconds later; the run may go on then."""
    with world.going_on(store) as process:
        moment = chance.wait_for_moment(world, store, lambda: process.poll() is not None)
        world.kill_server()
        both, gone = chance.random.random() < 0.5, chance.random.uniform(0, 3)
        if both:
            process.kill()
        time.sleep(gone)
        world.server.start()
        code = wait(process)
    return f"after {moment}, gone for {gone:.1f} s, {'with' if both else 'without'} the run, exit code {code}"


def kill_worker(world: World, store: Path, chance: Chance) -> str:
    """Kill the worker alone; the process of its flow run notices."""
    return _kill_below_worker(world, store, chance, lambda worker, flows: [worker])


def kill_workers_flow(world: World, store: Path, chance: Chance) -> str:
    """Kill the process of the flow run; its worker notices."""
    return _kill_below_worker(world, store, chance, lambda worker, flows: flows)


def kill_both(world: World, store: Path, chance: Chance) -> str:
    """Kill the worker and the process of its flow run, as when their machine dies; nobody is left to notice."""
    return _kill_below_worker(world, store, chance, lambda worker, flows: [worker, *flows])


def _kill_below_worker(
    world: World, store: Path, chance: Chance, victims: Callable[[int, list[int]], list[int]]
) -> str:
    until(lambda: not children(world.living_worker()), PATIENCE)
    run = world.submit(store)
    until(lambda: bool(children(world.living_worker())), PATIENCE)
    worker = world.living_worker()
    moment = chance.wait_for_moment(world, store, lambda: world.state(run) in ENDED, every=0.05)
    flows = children(worker)
    killed = victims(worker, flows)
    for victim in killed:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    until(lambda: not any(map(alive, [*killed, *flows])), PATIENCE)
    if alive(worker):
        until(lambda: world.state(run) in ENDED, 30)
    return f"after {moment}"


def fill_disk(world: World, store: Path, chance: Chance) -> str:
    """Run on a disk that has room for a share of what is missing, then make it larger."""
    if not os.path.ismount(store):
        store.mkdir()
        mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(store))
    used, total = map(occupied, (store, world.undisturbed))
    room = used + int(chance.share() * max(total - used, 0)) + 4096
    mount("-o", f"remount,size={room}", str(store))
    code, said = world.run(store), world.said(store)
    mount("-o", "remount,size=64m", str(store))
    if code == 0:
        raise Missed
    assert re.search(r"^alflow: (?s:.*)No space left", said, re.M), f"exit code {code} without a clear error: {said}"
    return f"at {room:,} bytes"


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def unmount(store: Path) -> None:
    if os.path.ismount(store):
        subprocess.run(["umount", "--lazy", store], check=True, capture_output=True)


def why_no_full_disk(folder: Path) -> str | None:
    """Return why there can be no disk to fill, if so."""
    try:
        mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        return "mounting a small tmpfs needs root, and mount(8)"
    unmount(folder)
    return None


def occupied(folder: Path) -> int:
    """Return what the files of a folder take on a disk with blocks of 4 KiB."""
    return sum(-(-file.stat().st_size // 4096) * 4096 for file in folder.rglob("*") if file.is_file())


def truncate(world: World, store: Path, chance: Chance) -> str:
    """Cut off the end of a file: of a finished store, or while a run is going on, which may fail then."""
    if chance.random.random() < 0.5:
        if not store.exists():
            shutil.copytree(world.undisturbed, store)
        return cut(store, chance)
    with world.going_on(store) as process:
        moment = chance.wait_for_moment(world, store, lambda: process.poll() is not None)
        until(lambda: count(store) > 0 or process.poll() is not None, PATIENCE)
        what = cut(store, chance)
        code, said = wait(process), world.said(store)
    assert code == 0 or re.search("^alflow: ", said, re.M), f"exit code {code} without a clear error: {said}"
    return f"{what} after {moment}, exit code {code}"


def cut(store: Path, chance: Chance) -> str:
    """Cut off the end of a random result, record or published file."""
    files = sorted(file for file in store.rglob("*") if file.is_file() and file.name[0] != "." and file.stat().st_size)
    if not files:
        raise Missed
    file = chance.random.choice(files)
    length = int(chance.random.random() * file.stat().st_size)
    os.truncate(file, length)
    name = str(file.relative_to(store))
    chance.harmed.add(name.removeprefix(".alflow/").removesuffix(".json"))
    return f"{name} cut to {length:,} bytes"


KINDS: dict[str, Callable[[World, Path, Chance], str]] = {
    "kill -9 of the flow": kill_flow,
    "SIGTERM of the flow": terminate_flow,
    "kill -9 of the server": kill_server,
    "full disk": fill_disk,
    "truncated file": truncate,
    "kill -9 of the worker": kill_worker,
    "kill -9 of the worker's flow": kill_workers_flow,
    "kill -9 of worker and flow": kill_both,
}
WITH_WORKER = (kill_worker, kill_workers_flow, kill_both)
