"""What `auto` settings come to here, and whether an encoder is needed."""

from pathlib import Path
from typing import Any

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.encoders import weights
from al_core.encoders.device import device, fastest_precision
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError


def in_effect(config: ExperimentConfig) -> ExperimentConfig:
    """Return the configuration with `auto` features and precision replaced by what they come to here.

    Raises:     ConfigError for features that the classifier cannot use, an encoder that is not to be had, or a device
                that is not there
    """
    config = _with(config, "features", kind=_features(config))
    if encoder_of(config) and config.encoder.precision == "auto":
        return _with(config, "encoder", precision=fastest_precision(device(config.encoder)))
    return config


def encoder_of(config: ExperimentConfig) -> Encoder | None:
    """Return the encoder that a configuration needs, with its weights found; None if it needs none.

    Raises:     ConfigError if the weights are not to be had
    """
    needs = config.classifier.name == "transformer" or config.features.kind in ("embeddings", "joined")
    return Encoder.of(config.encoder) if needs else None


def _features(config: ExperimentConfig) -> str:
    kind = config.features.kind
    if config.classifier.name == "transformer":
        return "auto"
    if config.classifier.name == "naive_bayes":
        if kind in ("embeddings", "joined"):
            raise ConfigError(f"features.kind: naive_bayes counts words and cannot use {kind!r}; take tfidf")
        return "tfidf"
    if kind != "auto":
        return kind
    if config.encoder.name != DEFAULTS.encoder.name:
        weights.find(config.encoder.name)  # who names one wants it, and hears why it is not to be had
        return "joined"
    return "joined" if weights.is_here(config.encoder.name) else "tfidf"


def about_features(config: ExperimentConfig) -> str:
    """Say what the classifier of a configuration in effect reads.

    >>> about_features(ExperimentConfig(features={"kind": "tfidf"}))
    'TF-IDF'
    """
    kind, encoder = config.features.kind, config.encoder
    if kind == "tfidf":
        return "TF-IDF"
    what = {"auto": "tokens", "embeddings": "embeddings", "joined": "embeddings and TF-IDF"}[kind]
    return f"{what} ({Path(encoder.name).name}, {device(encoder).type}, {encoder.precision})"


def _with(config: ExperimentConfig, section: str, **settings: Any) -> ExperimentConfig:
    return config.model_copy(update={section: getattr(config, section).model_copy(update=settings)})
