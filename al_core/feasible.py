"""Feasible: whether strategies can be asked, and one's own classifier trained, with these features and classes."""

from al_core.config import ExperimentConfig
from al_core.contracts.cases import a_case
from al_core.contracts.histories import a_history
from al_core.encoders.pinned import Encoder
from al_core.encoders.surprisal import check_language_model
from al_core.errors import ConfigError
from al_core.estimators import CLASSIFIER_NAMES, maker_of
from al_core.initialisation import needs_of
from al_core.stopping import rule_of, stops_at
from al_core.strategies import Strategy, strategy_of
from al_core.strategies.streaming import stream


def check_strategies(config: ExperimentConfig, n_classes: int, encoder: Encoder | None) -> None:
    """Refuse strategies and stopping rules that cannot have what they need, and classifiers that cannot be trained.

    Raises:     ConfigError that says what they need, and what to choose for it
    """
    _try_classifier(config.classifier.name, config)
    for rule in config.stopping.rules:
        _try(rule, n_classes)
    audited = [name for name in config.stopping.rules if rule_of(name).needs & {"audit_proba", "audit_codes"}]
    if audited and not config.stopping.audit_set:
        raise ConfigError(f"{audited[0]} measures the model on an audit set; say of how many texts: `--audit-set 100`")
    first = [config.seed_set.initialisation] if needs_of(config.seed_set) else []
    for name in [*first, *config.strategies]:
        _check(strategy_of(name), config, n_classes, encoder)


def _check(strategy: Strategy, config: ExperimentConfig, n_classes: int, encoder: Encoder | None) -> None:
    name, classifier = strategy.name, config.classifier.name
    for inner in strategy.inner:
        _check(inner, config, n_classes, encoder)
    if strategy.function is stream and not strategy.inner[0].scores:
        raise ConfigError(f"{name}: stream goes around a strategy that scores single texts, such as margin")
    if "dropout" in strategy.needs and classifier != "transformer":
        raise ConfigError(f"{name} needs a network with dropout: `--classifier transformer`, not {classifier}")
    if "retrain" in strategy.needs and classifier == "transformer":
        raise ConfigError(f"{name} trains a model for each text and class it considers; a transformer takes too long")
    if "committee" in strategy.needs:
        _check_committee(name, config)
    if "surprisal" in strategy.needs:
        if encoder is None:
            raise ConfigError(f"{name} needs an encoder: `--features joined` or `embeddings`, or a transformer")
        check_language_model(encoder)
    if strategy.classes not in (None, n_classes):
        raise ConfigError(f"{name} is for {strategy.classes} classes, and the data has {n_classes}; take margin")


def _check_committee(name: str, config: ExperimentConfig) -> None:
    by, classifier, named = config.committee.by, config.classifier.name, config.committee.classifiers
    if by == "seed" and not _by_seed(classifier):
        raise ConfigError(f"{name}: {classifier} is the same with every seed; take `--committee-by bootstrap`")
    if by == "classifiers" and any((one == "transformer") != (classifier == "transformer") for one in named):
        raise ConfigError(f"{name}: a committee of {', '.join(named)} cannot share the features of {classifier}")
    if by == "classifiers" and "naive_bayes" in named and config.features.kind != "tfidf":
        raise ConfigError(f"{name}: naive_bayes counts words and cannot use {config.features.kind!r}; choose tfidf")
    if by == "classifiers":
        for one in named:
            _try_classifier(one, config)


def _by_seed(classifier: str) -> bool:
    """Return whether other seeds make other models."""
    return classifier == "transformer" or (classifier not in CLASSIFIER_NAMES and maker_of(classifier).by_seed)


def _try_classifier(name: str, config: ExperimentConfig) -> None:
    """Train a classifier of the user's own once, so that it does not fail after all that comes before training."""
    if name in CLASSIFIER_NAMES:
        return
    case = a_case(name, embeddings=config.features.kind == "embeddings")
    try:
        case.proba(case.model)
    except ConfigError:
        raise
    except Exception as error:
        hint = "" if case.reads == "embeddings" else "; for one that reads no sparse matrices, `--features embeddings`"
        raise ConfigError(f"the classifier {name} fails on 40 short texts as {case.reads}: {error}{hint}") from error


def _try(rule: str, n_classes: int) -> None:
    """Ask a stopping rule once, so that it does not fail at the end of the experiment."""
    try:
        stops_at(rule_of(rule), a_history(n_classes=n_classes))
    except Exception as error:
        raise ConfigError(f"the stopping rule {rule} fails with {n_classes} classes: {error}") from error
