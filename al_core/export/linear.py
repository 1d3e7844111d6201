"""A linear model, or a classifier of the user's own, as scikit-learn objects."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np

from al_core.classifiers import EstimatorModel, LinearModel
from al_core.encoders.weights import FILES
from al_core.export import skops_file
from al_core.export.learned import Learned
from al_core.features import tfidf

FILE = "model.skops"
ENCODER = "encoder"


def write(folder: Path, learned: Learned) -> None:
    """Write the model: a scikit-learn pipeline from text to class; with an encoder, that and what comes after it."""
    from sklearn.pipeline import Pipeline

    words = None if learned.encoder and learned.config.features.kind == "embeddings" else _vectoriser(learned)
    size = len(words.vocabulary_) if words else 0
    if learned.encoder is None:
        classifier = _classifier(learned, size)
        skops_file.write(folder / FILE, Pipeline([("tfidf", words), ("classifier", classifier)]))
        return
    copy_encoder(learned.encoder.folder, folder / ENCODER)
    classifier = _classifier(learned, size + _dimensions(learned.encoder.folder))
    skops_file.write(folder / FILE, {"tfidf": words, "classifier": classifier})


def unusual_types(folder: Path) -> list[str]:
    """Return the classes in an exported folder that skops has to be told to load; none if it holds a transformer."""
    file = folder / FILE
    return skops_file.unusual_types(file.read_bytes()) if file.exists() else []


def _classifier(learned: Learned, n_features: int) -> Any:
    if isinstance(learned.model, EstimatorModel):
        found = learned.model.estimator
        return _one_against_rest(found, n_features) if learned.model.multilabel else found
    assert isinstance(learned.model, LinearModel)
    return as_sklearn(learned.model, n_features, learned.classes)


def as_sklearn(model: LinearModel, n_features: int, names: tuple[str, ...]) -> Any:
    """Return a scikit-learn classifier that gives the same probabilities; of several classes a text, one for each.

    Parameters: n_features : that the model reads, whether they have a weight or not
                names : of the classes that the model has seen, two or more
    References: sklearn.linear_model.LogisticRegression; with two classes it has one row of weights, their difference;
                sklearn.multiclass.OneVsRestClassifier
    >>> model = LinearModel(np.array([0, 2]), np.array([1]), np.array([[0.5, -0.5]]), np.array([0.0, 1.0]))
    >>> as_sklearn(model, 3, ("ham", "spam")).coef_.tolist()
    [[0.0, -1.0, 0.0]]
    """
    weights = np.zeros((n_features, len(names)))
    weights[model.columns] = model.weights
    if not model.multilabel:
        return _regression(np.array(names), _rows(weights.T), _rows(model.intercept))
    yes_or_no, each = np.array([0, 1]), range(len(names))
    several = [_regression(yes_or_no, weights.T[[i]], model.intercept[[i]]) for i in each]
    return _one_against_rest(several, n_features)


def _one_against_rest(fitted: list[Any], n_features: int) -> Any:
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import LabelBinarizer

    several = OneVsRestClassifier(fitted[0])
    several.estimators_, several.n_features_in_ = fitted, n_features
    several.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(np.eye(len(fitted), dtype=np.int64))
    return several


def _regression(classes: np.ndarray, coef: np.ndarray, intercept: np.ndarray) -> Any:
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression()
    classifier.classes_, classifier.coef_, classifier.intercept_ = classes, np.ascontiguousarray(coef), intercept
    classifier.n_features_in_ = coef.shape[1]
    return classifier


def _rows(by_class: np.ndarray) -> np.ndarray:
    return by_class[1:] - by_class[:1] if len(by_class) == 2 else np.ascontiguousarray(by_class)


def _vectoriser(learned: Learned) -> Any:
    return tfidf.fitted([learned.corpus.texts[row] for row in learned.parts.train], learned.config.features)


def _dimensions(encoder: Path) -> int:
    from transformers import AutoConfig

    return int(AutoConfig.from_pretrained(encoder, local_files_only=True, trust_remote_code=False).hidden_size)


def copy_encoder(source: Path, target: Path) -> None:
    """Copy an encoder's configuration, tokeniser, weights, and what its makers say of it."""
    for pattern in (*FILES, "README.md", "LICENSE*"):
        for file in source.glob(pattern):
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            copyfile(file, place)
