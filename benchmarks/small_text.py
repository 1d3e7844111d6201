"""Compare alflow with small-text on one experiment: margin on the hate-speech tweets, 20 queries of 100 labels.

    pip install -e '.[peers]'
    python benchmarks/small_text.py --path labeled_data.csv

Every contestant runs in a process of its own, in turn, `--repeats` times. Linux only (peak memory).
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.servers import ROOT, server

PLAIN, FLOW, SAME_SOLVER = "alflow, plain loop", "alflow, Prefect flow", "small-text, newton-cg"
OTHERS = ("small-text, lbfgs", "small-text, lbfgs, BLAS threads as installed")
ORDER = (PLAIN, FLOW, SAME_SOLVER, *OTHERS)
VERSIONS = ("alflow", "prefect", "small-text", "scikit-learn", "numpy", "scipy")
Measured = dict[str, Any]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--path", type=Path, default=Path("../shared/data/hatespeech/labeled_data.csv"))
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--repeats", type=int, default=3)
    args = options.parse_args()
    runs: dict[str, list[Measured]] = {name: [] for name in ORDER}
    for repeat in range(args.repeats):
        for name in ORDER:
            runs[name].append(measure(name, args.path.resolve(), args.seeds))
            print(f"repeat {repeat}: {name}: {seconds(runs[name][-1]):.2f} s", file=sys.stderr)
    check(runs)
    print(table(runs), f"\n{remarks(runs)}", sep="\n")


def measure(name: str, path: Path, seeds: int) -> Measured:
    command = [sys.executable, "-m", "benchmarks.contestants", name, str(path), str(seeds)]
    if name != FLOW:
        return run(command, dict(os.environ))
    with TemporaryDirectory() as home, server(Path(home)) as prefect:
        assert prefect.process
        quiet = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING"}
        return run(command, prefect.environment | quiet) | {"server": peak_of(prefect.process)}


def run(command: list[str], environment: dict[str, str]) -> Measured:
    said = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    measured: Measured = json.loads(said.stdout.splitlines()[-1])
    return measured


def peak_of(process: subprocess.Popen) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def seconds(measured: Measured) -> float:
    """Return the seconds from the raw file to the last metrics."""
    return max(at for *_, at in measured["records"])


def per_cycle(measured: Measured) -> float:
    """Return the milliseconds from one cycle's metrics to the next's, so without preparing the data."""
    times: dict[int, list[float]] = {}
    for seed, *_, at in measured["records"]:
        times.setdefault(seed, []).append(at)
    return 1000 * median((max(one) - min(one)) / (len(one) - 1) for one in times.values())


def finals(measured: Measured) -> list[tuple[float, float]]:
    """Return the last cycle's accuracy and macro-F1 of each seed."""
    last = {seed: (accuracy, macro_f1) for seed, _, accuracy, macro_f1, _ in measured["records"]}
    return list(last.values())


def check(runs: dict[str, list[Measured]]) -> None:
    plain, flow, same_solver = runs[PLAIN][0], runs[FLOW][0], runs[SAME_SOLVER][0]
    assert [one[:4] for one in flow["records"]] == [one[:4] for one in plain["records"]], "the flow is not the loop"
    ends = [(mine, theirs) for (_, mine), (_, theirs) in zip(finals(plain), finals(same_solver), strict=True)]
    for seed, (mine, theirs) in enumerate(ends):
        print(f"seed {seed}: final macro-F1 {mine:.4f} by {PLAIN}, {theirs:.4f} by {SAME_SOLVER}")
    mine, theirs = map(fmean, zip(*ends, strict=True))
    assert abs(mine - theirs) < 0.01, f"the same experiment should reach the same, not {mine:.4f} and {theirs:.4f}"


def table(runs: dict[str, list[Measured]]) -> str:
    base = {of: middle(runs[PLAIN], of) for of in (seconds, peak)}
    lines = [
        "| | seconds, median (range) | × plain loop | ms a cycle | peak MiB | × plain loop | accuracy | macro-F1 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, several in runs.items():
        took, used = middle(several, seconds), middle(several, peak)
        fastest, slowest = min(map(seconds, several)), max(map(seconds, several))
        accuracy, macro_f1 = map(fmean, zip(*finals(several[0]), strict=True))
        lines.append(
            f"| {name} | {took:.2f} ({fastest:.2f} to {slowest:.2f}) | {took / base[seconds]:.2f} "
            f"| {middle(several, per_cycle):.0f} | {used:.0f} | {used / base[peak]:.2f} "
            f"| {accuracy:.3f} | {macro_f1:.3f} |"
        )
    return "\n".join(lines)


def remarks(runs: dict[str, list[Measured]]) -> str:
    models = len(runs[PLAIN][0]["records"])
    more = (middle(runs[FLOW], seconds) - middle(runs[PLAIN], seconds)) / models
    end, used = (middle(runs[FLOW], itemgetter(name)) for name in ("end", "server"))
    return (
        f"From the raw file to the last metrics, {models} models, {len(runs[PLAIN])} repeats; accuracy and macro-F1 of "
        f"the last model, mean over seeds.\nOrchestration: {more:.3f} s a model. Not in the table: the flow has "
        f"written its tables and report after {end:.2f} s; the Prefect server takes {used:.0f} MiB.\n"
        f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in VERSIONS)}; "
        f"{os.cpu_count()} cores."
    )


def peak(measured: Measured) -> float:
    return float(measured["peak"])


def middle(several: list[Measured], of: Callable[[Measured], float]) -> float:
    return median(of(one) for one in several)


if __name__ == "__main__":
    main()
