"""What scaling out costs and gains: bytes a text, texts a second, seconds a task by engine; for docs/scale.md.

python benchmarks/scale.py [--data hatespeech --path labeled_data.csv] [--texts 1000000] [--engines local dask ray]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from prefect import flow
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings

from al_core.config import DataConfig, ExperimentConfig, FeaturesConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.presets import resolve
from al_core.seeding import stream
from benchmarks.servers import server
from flows.prepare import Prepared, check, prepare
from tasks.models import Learning
from tasks.runner import stages_run_as
from tasks.score_pool import score_pool
from tasks.stage import stage
from tasks.store import Store, _recent
from tasks.tables import load_corpus, load_features, load_split
from tasks.train import train

TASKS = 40


@stage("nothing")
def nothing(store: Store, number: int) -> pa.Table:
    return pa.table({"number": [number]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="sample")
    parser.add_argument("--path")
    parser.add_argument("--texts", type=int, help="make so many texts of the halves of the data's")
    parser.add_argument("--engines", nargs="+", default=["local", "dask", "ray"])
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = DataConfig(source=options.data, path=options.path)
        if options.texts:
            data = DataConfig(source=str(many(data, options.texts, Path(folder) / "many.parquet")))
        config = ExperimentConfig(data=data, store=folder, features=FeaturesConfig(kind="tfidf"))
        store, prepared, learning = learned(config)
        for line in (*sizes(store, prepared), *speed(store, learning)):
            print(line)
        with (
            server(Path(folder) / "prefect") as prefect,
            temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_LOGGING_LEVEL: "ERROR"}),
        ):
            for engine in options.engines:
                print(overhead(config.model_copy(update={"runner": engine, "workers": options.workers}), store))


def many(data: DataConfig, texts: int, file: Path) -> Path:
    """Write a corpus of so many different texts: half of one, half of another, and a number."""
    corpus, _ = build_corpus(resolve(data))
    words = [text.split() for text in corpus.texts]
    first, second = stream(0, "scale").integers(len(words), size=(2, texts))
    made = [
        " ".join([*words[one][: len(words[one]) // 2 + 1], *words[other][len(words[other]) // 2 :], str(n)])
        for n, (one, other) in enumerate(zip(first, second, strict=True))
    ]
    pd.DataFrame({"text": made, "label": [corpus.labels[one] for one in first]}).to_parquet(file, index=False)
    return file


def learned(config: ExperimentConfig) -> tuple[Store, Prepared, Learning]:
    store, corpus = check(config)
    prepared = prepare(store, config, corpus, 0)
    return store, prepared, prepared.learning(config, (prepared.seed_set,), 0)


def sizes(store: Store, prepared: Prepared) -> Iterator[str]:
    texts = prepared.corpus.rows
    for name, ref in (("corpus", prepared.corpus), ("features", prepared.features[0])):
        stored, in_memory = (Path(store.root) / ref.path).stat().st_size, store.load(ref).nbytes
        about = f"{stored / texts:.0f} bytes a text in the store, {in_memory / texts:.0f} in memory"
        yield f"{name} of {texts:,} texts: {about}; made in {store.seconds(ref):.0f} s"


def speed(store: Store, learning: Learning) -> Iterator[str]:
    """Score the pool twice: as a worker that has read nothing yet, and as one that has."""
    model, pool = train(store, "model", learning), learning.split.rows
    _recent.clear()
    for reader in (load_corpus, load_features, load_split):
        reader.cache_clear()
    for about in ("that has read nothing yet", "again"):
        start = time.perf_counter()
        refs = score_pool(store, f"pool {about}", model, learning, shard_size=pool)
        seconds = time.perf_counter() - start
        rows = sum(ref.rows for ref in refs)
        yield f"score in one process {about}: {rows / seconds:,.0f} texts a second ({rows:,} in {seconds:.2f} s)"
        if about != "again":
            written = sum((Path(store.root) / ref.path).stat().st_size for ref in refs)
            classes = len(load_corpus(store, learning.corpus).classes)
            yield f"probabilities of {classes} classes: {written / rows:.0f} bytes a text"


def overhead(config: ExperimentConfig, store: Store) -> str:
    """Time tasks that do nothing, side by side, once the workers are warm."""
    rounds: list[float] = []

    @flow(name=f"overhead-{config.runner}")
    def many() -> None:
        with stages_run_as(config):
            for number in range(3):
                start = time.perf_counter()
                nothing.each(store, f"nothing-{config.runner}", *({"number": number * TASKS + n} for n in range(TASKS)))
                rounds.append(time.perf_counter() - start)

    many()
    return f"{config.runner}, {config.workers} workers: {1000 * float(np.median(rounds[1:])) / TASKS:.0f} ms a task"


if __name__ == "__main__":
    sys.exit(main())
