"""Which strategy learns most: every one on four data sets, with the default classifier, from 25 random labels to 500.

    python benchmarks/strategies.py --data ../shared/data --keep strategies.jsonl

The encoder is all-MiniLM-L6-v2, features are its embeddings beside TF-IDF, and queries are of 25. A number is the area
under the learning curve: the mean macro-F1 on the test set over the 20 cycles, then over the seeds. What is in the file
`--keep` is not computed again. `--parallel` runs so many at once.
"""

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from statistics import fmean, stdev
from time import perf_counter

os.environ.setdefault("OMP_NUM_THREADS", "1")

from al_core.config import DataConfig
from al_core.datasets.split import split
from al_core.loop import simulate
from al_core.strategies import STRATEGIES, strategy_of
from benchmarks.defaults import data_sets
from benchmarks.models import Texts, configure

WRAPPED = (
    "switch(typiclust,margin,after=100)",
    "balance(margin)",
    "distinct(margin)",
    "anchors(margin)",
    "seals(margin)",
    "stream(margin)",
    "subsample(margin,size=1000)",
    "mix(margin,kmeans)",
)
NOT_HERE = {"alps": "MiniLM comes without the head of a language model", "bald": "the classifier has no dropout"}

Key = tuple[str, str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", help="some of the data sets")
    parser.add_argument("--keep", type=Path, default=Path("strategies.jsonl"))
    parser.add_argument("--parallel", type=int, default=1)
    arguments = parser.parse_args()
    chosen = [data for data in data_sets(arguments.data) if not arguments.only or data.source in arguments.only]
    done = {tuple(row["key"]): row for row in map(json.loads, _lines(arguments.keep))}
    tasks = [
        (data, name, seed)
        for seed in range(arguments.seeds)
        for data in chosen
        for name in names(data.source)
        if (data.source, name, seed) not in done
    ]
    with ProcessPoolExecutor(arguments.parallel) as pool, arguments.keep.open("a") as file:
        for row in pool.map(one, tasks):
            print(json.dumps(row), file=file, flush=True)
            done[tuple(row["key"])] = row
    print("\n".join(table([data.source for data in chosen], done)))


def names(source: str) -> list[str]:
    """Return the strategies that are tried on a data set."""
    two = source == "sms_spam"
    fits = [name for name, one in STRATEGIES.items() if one.labels != "several" and name not in NOT_HERE]
    plain = [name for name in fits if two or not strategy_of(name).classes]
    return sorted([*plain, *WRAPPED])


def one(task: tuple[DataConfig, str, int]) -> dict:
    data, name, seed = task
    texts = _texts(data)
    config = configure(data).model_copy(update={"cycles": 19})
    features = texts.features("joined", split(texts.corpus, config.data.test_size, seed))
    start = perf_counter()
    curve = [cycle.metrics.macro_f1 for cycle in simulate(texts.corpus, config, name, seed, features)]
    return {"key": [data.source, name, seed], "curve": curve, "seconds": perf_counter() - start}


@lru_cache(maxsize=4)
def _texts(data: DataConfig) -> Texts:
    return Texts(configure(data))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def table(sources: list[str], done: dict[Key, dict]) -> Iterator[str]:
    """Yield the rows, the best mean rank first: it is what data sets of unlike difficulty have in common."""
    areas: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for source, name, _ in sorted(done):
        if source in sources:
            runs = [fmean(row["curve"]) for key, row in done.items() if key[:2] == (source, name)]
            areas[name][source] = runs
    seconds = {name: fmean(row["seconds"] / 20 for key, row in done.items() if key[1] == name) for name in areas}
    everywhere = [name for name in areas if len(areas[name]) == len(sources)]
    rank = {name: fmean(_rank(areas, everywhere, source, name) for source in sources) for name in everywhere}
    yield f"| strategy | mean rank | mean | {' | '.join(sources)} | s a cycle |"
    yield "|---|" + "--:|" * (3 + len(sources))
    for name in [*sorted(everywhere, key=lambda name: rank[name]), *sorted(set(areas) - set(everywhere))]:
        cells = [_cell(areas[name].get(source)) for source in sources]
        mean = f"{fmean(fmean(areas[name][source]) for source in sources):.3f}" if name in rank else ""
        place = f"{rank[name]:.1f}" if name in rank else ""
        yield f"| {name} | {place} | {mean} | {' | '.join(cells)} | {seconds[name]:.2f} |"


def _rank(areas: dict[str, dict[str, list[float]]], names: list[str], source: str, name: str) -> int:
    return 1 + sum(fmean(areas[other][source]) > fmean(areas[name][source]) for other in names)


def _cell(runs: list[float] | None) -> str:
    return "" if runs is None else f"{fmean(runs):.3f} ± {stdev(runs) if len(runs) > 1 else 0:.3f}"


if __name__ == "__main__":
    main()
