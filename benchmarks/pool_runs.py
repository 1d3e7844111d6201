"""Draw a pool into a folder, or ask one strategy for 100 of it and print what that took as JSON; for pools.py.

python -m benchmarks.pool_runs draw FOLDER SIZE
python -m benchmarks.pool_runs ask FOLDER SIZE STRATEGY [small-text | scikit-activeml | modAL]
"""

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from al_core.strategies import Pool, Strategy, ask, strategy_of
from al_core.strategies.base import Retrain
from benchmarks.peers import PEERS

CLASSES, DIMENSIONS, CLUSTERS, LABELLED, K = 10, 384, 100, 500, 100
MEMBERS, PASSES, TOKENS = 5, 10, 64
BLOCK = 50_000


def draw(folder: Path, n: int) -> None:
    """Write the tables of a pool; embeddings are of length 1, around as many directions as there are clusters."""
    random = np.random.default_rng(n)
    middles = random.normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)
    total = n + LABELLED
    embeddings = np.lib.format.open_memmap(folder / "embeddings.npy", "w+", np.float32, (total, DIMENSIONS))
    for start in range(0, total, BLOCK):
        size = min(BLOCK, total - start)
        points = random.standard_normal((size, DIMENSIONS), np.float32) + middles[random.integers(CLUSTERS, size=size)]
        embeddings[start : start + size] = points / np.linalg.norm(points, axis=1)[:, None]
    np.save(folder / "proba.npy", random.dirichlet(np.full(CLASSES, 0.5), total))
    np.save(folder / "committee.npy", random.dirichlet(np.full(CLASSES, 0.5), (MEMBERS, n)))
    np.save(folder / "dropout.npy", random.dirichlet(np.full(CLASSES, 0.5), (PASSES, n)))
    np.save(folder / "surprisal.npy", random.exponential(size=(n, TOKENS)).astype(np.float32))
    np.save(folder / "labelled_codes.npy", np.arange(LABELLED) % CLASSES)


def load(folder: Path, n: int, needs: frozenset[str], strategy: Strategy) -> Pool:
    """Return the pool with no more of its tables than are needed, since memory is measured.

    For several labels a text, each class is as likely as the root of its probability, and has the labelled texts of
    which that is above one half.
    """
    pool = Pool(np.arange(n), labelled_codes=np.load(folder / "labelled_codes.npy"))
    for name in ("embeddings", "proba"):
        if {name, f"labelled_{name}"} & needs or ("retrain" in needs and name == "embeddings"):
            table = np.load(folder / f"{name}.npy")
            pool = replace(pool, **{name: table[:n], f"labelled_{name}": table[n:]})
    for name in {"committee", "dropout", "surprisal"} & needs:
        pool = replace(pool, **{name: np.load(folder / f"{name}.npy")})
    if strategy.labels == "several":
        assert pool.proba is not None
        assert pool.labelled_proba is not None
        has = (pool.labelled_proba > 0.25).astype(np.int64)
        pool = replace(pool, proba=np.sqrt(pool.proba), labelled_codes=has, multilabel=True)
    if "retrain" in needs:
        pool = replace(pool, retrain=by_centroids(pool))
    if strategy.classes == 2:
        assert pool.proba is not None
        pool = replace(pool, proba=np.column_stack([pool.proba[:, 0], 1 - pool.proba[:, 0]]))
    return pool


def by_centroids(pool: Pool) -> Retrain:
    """Return a model that is trained in no time: a class is as likely as its centroid is near."""
    embeddings, known, codes = pool.embeddings, pool.labelled_embeddings, pool.labelled_codes
    assert embeddings is not None
    assert known is not None
    assert codes is not None
    has = np.eye(CLASSES, dtype=np.int64)[codes] if codes.ndim == 1 else codes
    sums, counts = has.T @ known, has.sum(axis=0)

    def retrain(row: int, code: Any, rows: np.ndarray) -> np.ndarray:
        one = (np.arange(CLASSES) == code if np.ndim(code) == 0 else code)[:, None]
        centroids = (sums + one * embeddings[row]) / (counts[:, None] + one)
        likely = np.exp(embeddings[rows] @ centroids.T, dtype=np.float64)
        return likely / likely.sum(axis=1, keepdims=True)

    return retrain


def asked(folder: Path, n: int, name: str, by: str | None) -> dict:
    """Return the processor's seconds, the least of up to twenty runs within five, and the peak memory in MiB."""
    strategy = strategy_of(name)
    needs = strategy.needs | ({"proba", "embeddings"} if by else set())
    pool = load(folder, n, frozenset(needs), strategy)
    among: list[int] = []

    def ours(part: Pool, k: int) -> None:
        among.append(ask(strategy, part, k, np.random.default_rng(0)).among)

    run = PEERS[by][name] if by else ours
    few = np.arange(min(n, 1000))
    run(pool[few], 10)  # imports
    seconds = times(lambda: run(pool, K))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": min(seconds), "peak": peak, "among": among[-1] if among else n}


def times(run: Callable[[], object]) -> list[float]:
    seconds: list[float] = []
    while len(seconds) < 20 and sum(seconds) < 5:
        start = process_time()
        run()
        seconds.append(process_time() - start)
    return seconds


if __name__ == "__main__":
    what, folder, size, *rest = sys.argv[1:]
    if what == "draw":
        draw(Path(folder), int(size))
    else:
        print(json.dumps(asked(Path(folder), int(size), rest[0], rest[1] if len(rest) > 1 else None)))
