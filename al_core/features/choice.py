"""Which features a configuration means, and what they take."""

from al_core.config import ExperimentConfig, FeaturesConfig
from al_core.encoders import weights
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError


def in_effect(config: ExperimentConfig) -> ExperimentConfig:
    """Return the configuration with `auto` features replaced by what it comes to here: it may be other elsewhere.

    Raises:     ConfigError for features that the classifier cannot use
    """
    kind = config.features.kind
    if config.classifier.name == "transformer":
        return _with_kind(config, "auto")
    if config.classifier.name == "naive_bayes":
        if kind in ("embeddings", "joined"):
            raise ConfigError(f"features.kind: naive_bayes counts words and cannot use {kind!r}; choose tfidf")
        return _with_kind(config, "tfidf")
    if kind != "auto":
        return config
    return _with_kind(config, "joined" if weights.is_here(config.encoder.name) else "tfidf")


def encoder_of(config: ExperimentConfig) -> Encoder | None:
    """Return the encoder that a configuration needs, with its weights found; None if it needs none.

    Raises:     ConfigError if the weights are not to be had
    """
    needs = config.classifier.name == "transformer" or config.features.kind in ("embeddings", "joined")
    return Encoder.of(config.encoder) if needs else None


def _with_kind(config: ExperimentConfig, kind: str) -> ExperimentConfig:
    features = FeaturesConfig.model_validate(config.features.model_dump() | {"kind": kind})
    return config.model_copy(update={"features": features})
