"""The learner: train a classifier on labelled rows, evaluate it, and let it score the pool."""

from dataclasses import replace

import numpy as np

from al_core.calibration import fit_temperature, out_of_fold
from al_core.classifiers import Context, Model, Untrained, classifier_of
from al_core.config import ClassifierConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.encoders.forward import TOGETHER
from al_core.encoders.pinned import Encoder
from al_core.features import Features, Tokens
from al_core.memory import within_memory
from al_core.metrics import Metrics, evaluate
from al_core.seeding import stream


def train(
    corpus: Corpus,
    features: Features,
    labelled: np.ndarray,
    config: ClassifierConfig,
    parts: Split,
    seed: int = 0,
    encoder: Encoder | None = None,
) -> Model:
    """Fit the classifier on the labelled rows; their order does not matter. Of none, nothing is learned.

    Parameters: parts : of whose test set some texts show how the training of a transformer goes
                seed, encoder : for classifiers that need one
    """
    if len(labelled) == 0:
        return Untrained()
    rows = np.sort(labelled)
    codes = corpus.codes[rows]
    context = Context(
        encoder, seed, _watched(corpus, features, parts, config, seed) if config.name == "transformer" else None
    )
    model = classifier_of(config.name)(features[rows], codes, config, context)
    if config.calibration == "none":
        return model
    return model.softened(_temperature(features, rows, codes, config, context))


def _watched(
    corpus: Corpus, features: Features, parts: Split, config: ClassifierConfig, seed: int
) -> tuple[Features, np.ndarray] | None:
    """Return the test texts by which a training is watched."""
    size = min(config.fine_tuning.epoch_test_texts, len(parts.test))
    rows = np.sort(stream(seed, "watch").choice(parts.test, size, replace=False))
    return (features[rows], corpus.codes[rows]) if size else None


def _temperature(
    features: Features, rows: np.ndarray, codes: np.ndarray, config: ClassifierConfig, context: Context
) -> float:
    """Return the temperature at which models trained on most of the labelled rows are right about the others."""
    unwatched = replace(context, test=None)
    proba, held_out = out_of_fold(
        lambda kept: classifier_of(config.name)(features[rows[kept]], codes[kept], config, unwatched),
        lambda model, out: model.predict_proba(features[rows[out]], int(codes.max()) + 1),
        codes,
        folds=3 if config.name == "transformer" else 5,
    )
    return fit_temperature(proba, codes[held_out])


def evaluate_model(model: Model, corpus: Corpus, features: Features, labelled: np.ndarray, parts: Split) -> Metrics:
    """Evaluate the model on the labelled rows and on the test set."""
    rows = np.sort(labelled)
    n_classes = len(corpus.classes)
    return evaluate(
        model.predict_proba(features[rows], n_classes),
        corpus.codes[rows],
        model.predict_proba(features[parts.test], n_classes),
        corpus.codes[parts.test],
    )


def score_pool(model: Model, features: Features, pool: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the class probabilities of the pool's rows."""

    def score(rows: np.ndarray) -> np.ndarray:
        return model.predict_proba(features[rows], n_classes)

    if not isinstance(features, Tokens):
        return within_memory(score, pool)
    parts = [score(pool[start : start + TOGETHER]) for start in range(0, len(pool), TOGETHER)]
    return np.concatenate(parts) if parts else score(pool)
