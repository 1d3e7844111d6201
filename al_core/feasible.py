"""Feasible: whether an experiment can be done with this data, these features and these strategies."""

from dataclasses import replace
from functools import partial

import numpy as np

from al_core.config import BEFORE_A_MODEL, BY_FILE, ExperimentConfig
from al_core.contracts.cases import a_case
from al_core.contracts.histories import a_history, several_labels
from al_core.contracts.pools import a_pool, only
from al_core.contracts.pools import several_labels as labels_of_several
from al_core.corpus import Corpus
from al_core.datasets.split import check_experiment
from al_core.encoders.pinned import Encoder
from al_core.encoders.surprisal import check_language_model
from al_core.errors import ConfigError, check_all
from al_core.estimators import CLASSIFIER_NAMES, maker_of
from al_core.initialisation import check_given, digest_of, needs_of
from al_core.stopping import rule_of, stops_at
from al_core.strategies import Strategy, ask, strategy_of, when_labelled
from al_core.strategies.streaming import stream


def check_feasible(
    config: ExperimentConfig,
    corpus: Corpus,
    encoder: Encoder | None,
    groups: np.ndarray | None = None,
    left_out: str = "",
) -> None:
    """Refuse what an experiment cannot start with, all of it at once.

    Parameters: groups : of near-duplicates, where the split keeps them together
                left_out : what became of the rows that the corpus was built from, if some were left out
    Raises:     DataError for labels that do not do, ConfigError for sizes, files, strategies and rules that do not
    """
    check_all(
        partial(check_experiment, corpus, config, groups, left_out),
        partial(digest_of, config.seed_set),
        partial(check_strategies, config, corpus, encoder),
    )
    check_given(corpus, config, groups)


def check_strategies(config: ExperimentConfig, corpus: Corpus, encoder: Encoder | None) -> None:
    """Refuse strategies and stopping rules that cannot have what they need, and classifiers that cannot be trained.

    Raises:     ConfigError that says what they need, and what to choose for it
    """
    first = [config.seed_set.initialisation] if needs_of(config.seed_set) else []
    check_all(
        partial(try_classifier, config.classifier.name, config),
        *(partial(_try, rule, corpus) for rule in config.stopping.rules),
        partial(_check_audit, config),
        *(partial(check_strategy, strategy_of(name), config, corpus, encoder) for name in [*first, *config.strategies]),
        partial(_check_cold_start, config),
    )


def _check_audit(config: ExperimentConfig) -> None:
    """Refuse rules that measure the model on an audit set where there is none."""
    audited = [name for name in config.stopping.rules if rule_of(name).needs & {"audit_proba", "audit_codes"}]
    if audited and not config.stopping.audit_set:
        raise ConfigError(
            f"{audited[0]} measures the model on an audit set; say of how many texts: `stopping.audit_set: 100`"
        )


def _check_cold_start(config: ExperimentConfig) -> None:
    """Refuse what cannot begin without any label, where there is none at first."""
    if config.seed_set.size:
        return
    if config.cycles == 0:
        raise ConfigError("with a seed set of size 0 and no cycles, no text is ever labelled: raise either of them")
    if config.seed_set.initialisation in BY_FILE:
        raise ConfigError(
            f"seed_set.size: of {BY_FILE[config.seed_set.initialisation]} a size of 0 takes nothing; say how many texts"
        )
    for name in config.strategies:
        missing = when_labelled(strategy_of(name), 0).needs - BEFORE_A_MODEL
        if missing:
            raise ConfigError(
                f"{name} needs a trained model (for {', '.join(sorted(missing))}), and with a seed set of size 0 there "
                f"is none in cycle 0: let another begin, such as switch(typiclust,{name},after={config.query_size}), "
                "or have a seed set"
            )


def check_strategy(strategy: Strategy, config: ExperimentConfig, corpus: Corpus, encoder: Encoder | None) -> None:
    """Refuse a strategy that cannot have what it needs.

    Raises:     ConfigError
    """
    name, classifier = strategy.name, config.classifier.name
    for inner in strategy.inner:
        check_strategy(inner, config, corpus, encoder)
    _try_strategy(strategy, corpus)
    if strategy.function is stream and not strategy.inner[0].scores:
        raise ConfigError(f"{name}: stream goes around a strategy that scores single texts, such as margin")
    if "dropout" in strategy.needs and classifier != "transformer":
        raise ConfigError(f"{name} needs a network with dropout: `classifier.name: transformer`, not {classifier}")
    if "retrain" in strategy.needs and classifier == "transformer":
        raise ConfigError(f"{name} trains a model for each text it considers; a transformer takes too long")
    if "committee" in strategy.needs:
        _check_committee(name, config)
    if "surprisal" in strategy.needs:
        if encoder is None:
            raise ConfigError(
                f"{name} needs an encoder: `features.kind: joined` or `features.kind: embeddings`, or a transformer"
            )
        check_language_model(encoder)
    if corpus.multilabel and strategy.labels == "one":
        raise ConfigError(
            f"{name} is for texts with one label each, and here a text can have several; take cvirs, or random"
        )
    if not corpus.multilabel and strategy.labels == "several":
        raise ConfigError(
            f"{name} is for texts with several labels, and here each has one; take margin, or say what stands between "
            "the labels of a text: `data.label_separator`"
        )
    if strategy.classes not in (None, len(corpus.classes)):
        raise ConfigError(
            f"{name} is for {strategy.classes} classes, and the data has {len(corpus.classes)}; take margin"
        )


def _check_committee(name: str, config: ExperimentConfig) -> None:
    by, classifier, named = config.committee.by, config.classifier.name, config.committee.classifiers
    if by == "seed" and not _by_seed(classifier):
        raise ConfigError(f"{name}: {classifier} is the same with every seed; take `committee.by: bootstrap`")
    if by == "classifiers" and any((one == "transformer") != (classifier == "transformer") for one in named):
        raise ConfigError(f"{name}: a committee of {', '.join(named)} cannot share the features of {classifier}")
    if by == "classifiers" and "naive_bayes" in named and config.features.kind != "tfidf":
        raise ConfigError(
            f"{name}: naive_bayes counts words and cannot use {config.features.kind!r}; take `features.kind: tfidf`"
        )
    if by == "classifiers":
        for one in named:
            try_classifier(one, config)


def _by_seed(classifier: str) -> bool:
    """Return whether other seeds make other models."""
    return classifier == "transformer" or (classifier not in CLASSIFIER_NAMES and maker_of(classifier).by_seed)


def _try_strategy(strategy: Strategy, corpus: Corpus) -> None:
    """Ask a strategy of the user's own once, so that it does not fail after all that comes before a query."""
    if strategy.function.__module__.startswith("al_core.") or strategy.inner:
        return
    n = min(60, len(corpus))
    pool = replace(a_pool(n, max(2, len(corpus.classes))), texts=corpus.texts[:n])
    pool = only(labels_of_several(pool) if corpus.multilabel and strategy.labels != "one" else pool, strategy.needs)
    try:
        ask(strategy, pool, 3, np.random.default_rng(0))
    except Exception as error:
        raise ConfigError(f"the strategy {strategy.name} fails on {n} texts: {error}") from error


def try_classifier(name: str, config: ExperimentConfig) -> None:
    """Train a classifier of the user's own once, so that it does not fail after all that comes before training.

    Raises:     ConfigError
    """
    if name in CLASSIFIER_NAMES:
        return
    case = a_case(name, embeddings=config.features.kind == "embeddings")
    try:
        case.proba(case.model)
    except ConfigError:
        raise
    except Exception as error:
        hint = (
            "" if case.reads == "embeddings" else "; for one that reads no sparse matrices, `features.kind: embeddings`"
        )
        raise ConfigError(f"the classifier {name} fails on 40 short texts as {case.reads}: {error}{hint}") from error


def _try(rule: str, corpus: Corpus) -> None:
    """Ask a stopping rule once, so that it does not fail at the end of the experiment."""
    n_classes = 2 if corpus.multilabel else len(corpus.classes)
    history = a_history(n_classes=n_classes)
    try:
        stops_at(rule_of(rule), several_labels(history) if corpus.multilabel else history)
    except Exception as error:
        raise ConfigError(f"the stopping rule {rule} fails with {n_classes} classes: {error}") from error
