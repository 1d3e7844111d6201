"""The exported folder: the model, what it says of itself, and its card."""

from pathlib import Path

from al_core.config import EncoderConfig
from al_core.datasets.presets import resolve
from al_core.estimators import CLASSIFIER_NAMES
from al_core.export import linear
from al_core.export.about import About
from al_core.export.card import card
from al_core.export.learned import Learned


def write(folder: Path, learned: Learned) -> About:
    """Write the model, `alflow.json` and the card into an empty folder.

    Raises:     ConfigError for a model that cannot be exported
    """
    about = about_of(learned)
    if about.of_sklearn:
        linear.write(folder, learned)
    else:
        from al_core.export import transformer

        transformer.write(folder, learned)
    about.write(folder)
    (folder / "README.md").write_text(card(learned, about, linear.unusual_types(folder)), encoding="utf-8")
    return about


def about_of(learned: Learned) -> About:
    """Return what the folder says of itself."""
    data, classifier = resolve(learned.config.data), learned.config.classifier
    fine_tuned = classifier.name == "transformer"
    return About(
        kind=classifier.fine_tuning.head
        if fine_tuned
        else "linear"
        if classifier.name in CLASSIFIER_NAMES
        else "estimator",
        classes=learned.classes,
        text_column=data.text_column or "text",
        cleaning=data.cleaning or (),
        label_separator=data.label_separator,
        calibration_error=round(learned.metrics.calibration_error, 4),
        encoder=_encoder(learned.config.encoder, "." if fine_tuned else linear.ENCODER) if learned.encoder else None,
    )


def _encoder(config: EncoderConfig, name: str) -> EncoderConfig:
    """Return how the encoder reads, wherever it runs."""
    return config.model_copy(update={"name": name, "device": "auto", "compile": False})
