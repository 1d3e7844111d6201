"""The active-learning loop in plain Python. The Prefect flow calls the same functions and gives the same results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from al_core.asking import Asking
from al_core.classifiers import Model
from al_core.config import ExperimentConfig
from al_core.corpus import Corpus, check_corpus
from al_core.datasets.near import groups
from al_core.datasets.split import Split, split
from al_core.errors import DataError
from al_core.feasible import check_feasible
from al_core.features import Features, featurise
from al_core.features.choice import encoder_of, in_effect, suited
from al_core.features.vectors import vectors
from al_core.initialisation import needs_before_labels, seed_set
from al_core.learner import evaluate_model, train
from al_core.look import VECTORS, Situation, look, surprisal_of, vectors_before
from al_core.metrics import Metrics
from al_core.query import Query, select_query
from al_core.stopping import Reading
from al_core.stopping.marks import needs_of as needs_of_rules
from al_core.stopping.readings import take_reading
from al_core.strategies import strategy_of, when_labelled
from al_core.validation import validated


@dataclass(frozen=True)
class CycleResult:
    """One cycle: what the model reached, what was asked for next (None in the last), and what stopping rules see."""

    cycle: int
    metrics: Metrics
    query: Query | None
    reading: Reading | None = None


def simulate(
    corpus: Corpus,
    config: ExperimentConfig | Mapping[str, Any],
    strategy: str,
    seed: int = 0,
    features: Features | None = None,
) -> Iterator[CycleResult]:
    """Run one strategy with one seed, cycle by cycle, the queries answered by the labels already known.

    Cycle 0 trains on the seed set; cycle k on the seed set and k queries. A seed set may be empty: cycle 0 then has a
    model that knows nothing. It ends after `config.cycles` queries, or when the pool is empty.

    Parameters: corpus : by `build_corpus` from a file, or by `Corpus.of` from lists
                config : an ExperimentConfig, or a dictionary; its strategies and seeds are of no matter
                strategy : by name or expression
                features : of this seed, if they have been computed before
    Raises:     DataError or ConfigError, before any cycle, for what cannot be done
    >>> corpus = Corpus.of([f"{word} number {n}" for n in range(30) for word in ("parcel", "bill")], ["x", "y"] * 30)
    >>> config = {"cycles": 2, "query_size": 5, "seed_set": {"size": 4}, "features": {"kind": "tfidf"}}
    >>> [cycle.metrics.labels for cycle in simulate(corpus, config, "margin")]
    [4, 9, 14]
    """
    check_corpus(corpus)
    repeated = len(corpus) - len(set(corpus.texts))
    if repeated:
        raise DataError(
            f"{repeated:,} texts repeat others, and would be both learned from and tested on; take each once: "
            "`corpus.distinct()`"
        )
    if features is not None and not isinstance(features, Features):
        raise DataError(f"features are those of `al_core.features.featurise`, and not a {type(features).__name__}")
    wanted = validated(Asking, {"strategy": strategy, "seed": seed})
    config = in_effect(validated(ExperimentConfig, config).model_copy(update={"strategies": (wanted.strategy,)}))
    together = groups(corpus.texts) if config.data.split == "grouped" else None
    check_feasible(config, corpus, encoder_of(config), together)
    config = suited(config, corpus)
    parts = split(corpus, config.data.test_size, wanted.seed, config.stopping.audit_set, together)
    return _cycles(corpus, config, parts, wanted.strategy, wanted.seed, features)


def _cycles(
    corpus: Corpus, config: ExperimentConfig, parts: Split, strategy: str, seed: int, features: Features | None
) -> Iterator[CycleResult]:
    encoder = encoder_of(config)
    if features is None:
        features = featurise(corpus.texts, parts.train, config, encoder)
    asked = strategy_of(strategy)
    first = needs_before_labels(config.seed_set, [asked])
    dense = vectors(features, parts.train) if asked.needs & VECTORS else None
    needs_surprisal = "surprisal" in asked.needs | first
    surprise = surprisal_of(corpus.texts, features, encoder) if needs_surprisal else None
    before = vectors_before(features, parts.train, encoder) if first & VECTORS else None
    labelled = seed_set(corpus, parts, config.seed_set, seed, before, surprise)
    for cycle in range(config.cycles + 1):
        model = train(corpus, features, labelled, config.classifier, parts, seed, encoder)
        metrics = evaluate_model(model, corpus, features, labelled, parts)
        pool = parts.pool(labelled)
        reading = partial(_reading, config, model, corpus, features, parts, labelled, seed)
        if cycle == config.cycles or len(pool) == 0:
            yield CycleResult(cycle, metrics, None, reading(None))
            return
        at = Situation(
            corpus, features, labelled, pool, model, config.classifier, config.committee, encoder, seed,
            dense if len(labelled) else before, surprise,
        )  # fmt: skip
        turn = when_labelled(asked, len(labelled))
        query = select_query(turn, look(turn, at), config.query_size, seed, cycle)
        yield CycleResult(cycle, metrics, query, reading(query.rows))
        labelled = np.concatenate([labelled, query.rows])


def _reading(
    config: ExperimentConfig,
    model: Model,
    corpus: Corpus,
    features: Features,
    parts: Split,
    labelled: np.ndarray,
    seed: int,
    asked: np.ndarray | None,
) -> Reading | None:
    """Return what the stopping rules look at; None if there are none."""
    stopping = config.stopping
    if not stopping.rules:
        return None
    needs = needs_of_rules(stopping.rules)
    return take_reading(model, corpus, features, parts, labelled, needs, stopping.stop_set, seed, asked)
