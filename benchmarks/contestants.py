"""Run one contestant of small_text.py in this process, and print what it took and reached as JSON.

Every contestant imports what it needs before its clock starts, then goes from the raw file to the metrics of the last
cycle. alflow keeps BLAS to one thread; small-text is given the same, since it is faster for it.
"""

import json
import logging
import resource
import sys
from collections.abc import Callable
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import sklearn.feature_extraction.text  # al_core imports these three where it first needs them
import sklearn.linear_model
import sklearn.model_selection
from threadpoolctl import threadpool_limits

from al_core.config import ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.features.tfidf import featurise
from al_core.initialisation import seed_set
from al_core.loop import simulate
from al_core.metrics import Metrics, evaluate

Record = Callable[[int, Metrics], None]
Contestant = Callable[[ExperimentConfig, Record], None]


def plain_loop() -> Contestant:
    def run(config: ExperimentConfig, record: Record) -> None:
        corpus, _ = build_corpus(config.data)
        for seed in range(config.seeds):
            for cycle in simulate(corpus, config, "margin", seed):
                record(seed, cycle.metrics)

    return run


def flow() -> Contestant:
    import fastapi.encoders  # noqa: F401 (Prefect imports it when a flow begins)

    from flows.experiment import experiment
    from tasks.ended import told_to
    from tasks.store import Store

    def run(config: ExperimentConfig, record: Record) -> None:
        class Note(logging.Handler):
            def emit(self, said: logging.LogRecord) -> None:
                cycle = said.__dict__["cycle"]
                record(cycle.seed, Metrics.from_table(Store(config.store).load(cycle.metrics)))

        with told_to(Note()):
            experiment(config)

    return run


def small_text(blas_threads: int | None = 1, **solver: str) -> Contestant:
    from small_text import BreakingTies, PoolBasedActiveLearner, SklearnClassifierFactory, SklearnDataset

    threadpool_limits(blas_threads)

    def run(config: ExperimentConfig, record: Record) -> None:
        corpus, _ = build_corpus(config.data)
        n_classes = len(corpus.classes)
        model = sklearn.linear_model.LogisticRegression(
            C=config.classifier.regularisation, class_weight="balanced", max_iter=1000, **solver
        )
        for seed in range(config.seeds):
            parts = split(corpus, config.data.test_size, seed)
            features = featurise(corpus.texts, parts.train, config.features)
            train, test = (
                SklearnDataset(features[rows], corpus.codes[rows], target_labels=np.arange(n_classes))
                for rows in (parts.train, parts.test)
            )
            learner = PoolBasedActiveLearner(SklearnClassifierFactory(model, n_classes), BreakingTies(), train)
            labelled = np.searchsorted(parts.train, seed_set(corpus, parts, config.seed_set, seed))
            learner.initialize_data(labelled, train.y[labelled])
            for cycle in range(config.cycles + 1):
                known = train[learner.indices_labeled]
                proba = [learner.classifier.predict_proba(data) for data in (known, test)]
                record(seed, evaluate(proba[0], known.y, proba[1], test.y))
                if cycle < config.cycles:
                    learner.update(train.y[learner.query(num_samples=config.query_size)])

    return run


CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    "alflow, plain loop": plain_loop,
    "alflow, Prefect flow": flow,
    "small-text, lbfgs": small_text,
    "small-text, lbfgs, BLAS threads as installed": partial(small_text, blas_threads=None),
    "small-text, newton-cg": partial(small_text, solver="newton-cg"),
}


def main(name: str, path: str, seeds: int) -> None:
    run = CONTESTANTS[name]()
    records: list[tuple[int, int, float, float, float]] = []

    def record(seed: int, metrics: Metrics) -> None:
        records.append((seed, metrics.labels, metrics.accuracy, metrics.macro_f1, perf_counter() - start))

    with TemporaryDirectory() as store:
        config = ExperimentConfig.model_validate(
            {
                "data": {"source": "hatespeech", "path": path},
                "features": {"kind": "tfidf"},
                "seed_set": {"size": 99, "initialisation": "balanced"},
                "strategies": ("margin",), "seeds": seeds, "cycles": 20, "query_size": 100,
                "workers": 2, "store": store,
            }
        )  # fmt: skip
        start = perf_counter()
        run(config, record)
        end = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"end": end, "peak": peak, "records": sorted(records)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
