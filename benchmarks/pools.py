"""What each strategy takes for a query of 100 from pools of a thousand to a million texts: seconds and memory.

    python benchmarks/pools.py --keep pools.jsonl --image docs/images/pools.png
    python benchmarks/pools.py --sizes 10000 --only margin badge --peers-python .peers/bin/python

Probabilities of 10 classes, 384-dimensional float32 embeddings of length 1 around 100 directions, 500 labelled texts;
wrappers are around margin. Each strategy and size has a process of its own, one thread, and 600 seconds. Seconds are
the processor's, the least of up to twenty runs within five seconds, after one on a thousand texts, so without imports.
Memory is the process's peak, so with the pool's tables. With a Python in which peers are installed (pip install -e
'.[peers]' hnswlib) they are asked for the same of 10,000 texts. `expected_error_reduction` retrains nearest centroids,
which takes no time: with a real model that is what takes it. What is in the file `--keep` is not run again.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from al_core.strategies import STRATEGIES, WRAPPERS
from benchmarks.peers import PEERS
from benchmarks.servers import ROOT

SIZES = (1_000, 10_000, 100_000, 1_000_000)
BESIDE_PEERS = 10_000
LIMIT = 600

Key = tuple[str, int, str]
Taken = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", nargs="+", help="some of the strategies")
    parser.add_argument("--peers-python", help="a Python with small-text, scikit-activeml and modAL")
    parser.add_argument("--keep", type=Path, default=Path("pools.jsonl"))
    parser.add_argument("--image", type=Path)
    options = parser.parse_args()
    chosen = [name for name in names() if not options.only or name in options.only]
    done = {tuple(row["key"]): row for row in map(json.loads, _lines(options.keep))}
    with options.keep.open("a") as file:
        for key, row in runs(chosen, options.sizes, options.peers_python, done):
            done[key] = row
            print(json.dumps(row), file=file, flush=True)
            print(*key, row, file=sys.stderr)
    print(*table(chosen, options.sizes, done), sep="\n")
    if options.peers_python:
        print("", *beside_peers(chosen, done), sep="\n")
    if options.image:
        draw(chosen, options.sizes, done, options.image)


def names() -> list[str]:
    wrapped = [f"{name}({','.join(['margin'] * len(one.inner))})" for name, one in WRAPPERS.items()]
    return [*sorted(STRATEGIES), *sorted(wrapped)]


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def runs(chosen: list[str], sizes: list[int], python: str | None, done: dict) -> Iterator[tuple[Key, dict]]:
    """Run what is not done, from the smallest pool, each drawn once."""
    for size in sorted({*sizes, *([BESIDE_PEERS] if python else [])}):
        tasks = [(name, size, "alflow") for name in chosen]
        if python and size == BESIDE_PEERS:
            tasks += [(name, size, peer) for name in chosen for peer in PEERS if name in PEERS[peer]]
        missing = [key for key in tasks if key not in done]
        if not missing:
            continue
        with TemporaryDirectory() as folder:
            run([sys.executable, "draw", folder, str(size)])
            for key in missing:
                name, _, by = key
                here = [sys.executable] if by == "alflow" else [str(python)]
                said = run([*here, "ask", folder, str(size), name, *([] if by == "alflow" else [by])])
                yield key, {"key": key, **json.loads(said.splitlines()[-1])}


def run(arguments: list[str]) -> str:
    """Return what a process says, or why it says nothing."""
    python, *rest = arguments
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [python, "-m", "benchmarks.pool_runs", *rest]
    try:
        said = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=LIMIT + 60)
    except subprocess.TimeoutExpired:
        return json.dumps({"no": f"> {LIMIT}"})
    return said.stdout if said.returncode == 0 else json.dumps({"no": "fails"})


def table(chosen: list[str], sizes: list[int], done: dict) -> Iterator[str]:
    """Yield a row a strategy, with seconds and MiB for each size, and how many texts it looked at, if not at all."""
    yield "| strategy | " + " | ".join(f"{size:,}: s | MiB" for size in sizes) + " | looks at |"
    yield "|---|" + "--:|--:|" * len(sizes) + "--:|"
    for name in chosen:
        rows = [done.get((name, size, "alflow"), {}) for size in sizes]
        fewer = [f"{row['among']:,}" for row, size in zip(rows, sizes, strict=True) if row.get("among", size) < size]
        yield f"| {name} | {' | '.join(map(_cell, rows))} | {fewer[-1] if fewer else 'all'} |"


def _cell(row: Taken) -> str:
    return f"{_seconds(row)} | {row['peak']:,.0f}" if "seconds" in row else f"{_seconds(row)} | "


def _seconds(row: Taken) -> str:
    if "seconds" not in row:
        return str(row.get("no", ""))
    if row["seconds"] < 1e-4:
        return "< 0.0001"
    return f"{row['seconds']:.1f}" if row["seconds"] >= 1 else f"{row['seconds']:.2g}"


def beside_peers(chosen: list[str], done: dict) -> Iterator[str]:
    yield f"| {BESIDE_PEERS:,} texts | alflow: s | {' | '.join(f'{peer}: s | × alflow' for peer in PEERS)} |"
    yield "|---|--:|" + "--:|--:|" * len(PEERS)
    for name in chosen:
        if any(name in known for known in PEERS.values()):
            mine = done[name, BESIDE_PEERS, "alflow"]
            cells = [_beside(done.get((name, BESIDE_PEERS, peer)), mine) for peer in PEERS]
            yield f"| {name} | {_seconds(mine)} | {' | '.join(cells)} |"


def _beside(theirs: Taken | None, mine: Taken) -> str:
    if theirs is None:
        return " | "
    return (
        f"{_seconds(theirs)} | {theirs['seconds'] / mine['seconds']:.1f}"
        if "seconds" in theirs
        else f"{_seconds(theirs)} | "
    )


def draw(chosen: list[str], sizes: list[int], done: dict, path: Path) -> None:
    """Draw a panel a strategy: its seconds by the size of the pool, with all the others in grey behind."""
    import matplotlib.pyplot as plt

    columns = min(6, len(chosen))
    figure, axes = plt.subplots(
        -(-len(chosen) // columns), columns, figsize=(13, 2.1 * -(-len(chosen) // columns)), sharex=True, sharey=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    lines = {name: _line(name, sizes, done) for name in chosen}
    for axis, name in zip(axes.flat, chosen, strict=False):
        for line in lines.values():
            axis.loglog(*line, color="0.88", linewidth=0.8)
        axis.loglog(*lines[name], color="C0", marker="o", markersize=3)
        axis.set_title(name, fontsize=9)
    for axis in axes.flat[len(chosen) :]:
        axis.set_visible(False)
    figure.supxlabel("texts in the pool")
    figure.supylabel("seconds for a query of 100")
    figure.savefig(path, dpi=80)


def _line(name: str, sizes: list[int], done: dict) -> tuple[list[int], list[float]]:
    there = [size for size in sizes if "seconds" in done.get((name, size, "alflow"), {})]
    return there, [done[name, size, "alflow"]["seconds"] for size in there]


if __name__ == "__main__":
    main()
