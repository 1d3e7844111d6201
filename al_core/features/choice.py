"""What `auto` settings come to here, and whether an encoder is needed."""

from pathlib import Path
from typing import Any

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.corpus import Corpus
from al_core.encoders import weights
from al_core.encoders.device import device, fastest_precision
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.features.tfidf import analyzer_for


def in_effect(config: ExperimentConfig) -> ExperimentConfig:
    """Return the configuration with `auto` features and precision replaced by what they come to here.

    Raises:     ConfigError for features that the classifier cannot use, an encoder that is not to be had, or a device
                that is not there
    """
    config = _with(config, "features", kind=_features(config))
    if encoder_of(config) and config.encoder.precision == "auto":
        return _with(config, "encoder", precision=fastest_precision(device(config.encoder)))
    return config


def suited(config: ExperimentConfig, corpus: Corpus) -> ExperimentConfig:
    """Return a configuration in effect with an analyzer of `auto` replaced by what suits the texts to learn from.

    Raises:     ConfigError for stop words where characters are what suits
    """
    if not counts_words(config) or config.features.analyzer != "auto":
        return config
    analyzer = analyzer_for(corpus.texts[: len(corpus) - corpus.n_test])
    if analyzer == "char" and config.features.stop_words != "none":
        raise ConfigError(
            f"features.stop_words: {config.features.stop_words!r} leaves out words, and these texts put no spaces "
            "between theirs; take `features.stop_words: none`, or `features.analyzer: word`"
        )
    return _with(config, "features", analyzer=analyzer)


def counts_words(config: ExperimentConfig) -> bool:
    """Return whether a configuration in effect has features of TF-IDF, of words or of characters."""
    return config.features.kind in ("tfidf", "joined")


def about_analyzer(asked: ExperimentConfig, settled: ExperimentConfig) -> str:
    """Say that characters are counted, where that was not asked for; else nothing.

    Parameters: asked, settled : a configuration before and after `suited`
    """
    if asked.features.analyzer != "auto" or settled.features.analyzer != "char":
        return ""
    return (
        "Many texts are of a script that puts no spaces between words, so TF-IDF counts runs of characters; for words, "
        "`features.analyzer: word`."
    )


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
    tfidf = "TF-IDF of characters" if config.features.analyzer == "char" else "TF-IDF"
    if kind == "tfidf":
        return tfidf
    what = {"auto": "tokens", "embeddings": "embeddings", "joined": f"embeddings and {tfidf}"}[kind]
    return f"{what} ({Path(encoder.name).name}, {device(encoder).type}, {encoder.precision})"


def _with(config: ExperimentConfig, section: str, **settings: Any) -> ExperimentConfig:
    return config.model_copy(update={section: getattr(config, section).model_copy(update=settings)})
