"""Predict with an exported folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from al_core.classifiers.own import matrix
from al_core.datasets.build import raw_texts
from al_core.datasets.cleaning import clean
from al_core.encoders.pinned import Encoder
from al_core.errors import DataError
from al_core.export import linear, skops_file, written
from al_core.export.about import NAME, About
from al_core.features import Joined, embed_all, tokenise
from al_core.foreign import reading
from al_core.letters import says_something
from al_core.logits import probabilities
from al_core.metrics import predicted

Predict = Callable[[tuple[str, ...]], np.ndarray]
"""Takes cleaned texts and returns their class probabilities (n, c)."""


@dataclass(frozen=True)
class Predictor:
    """An exported model, loaded."""

    about: About
    predict_proba: Predict

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Load an exported folder.

        Raises:     DataError for a folder that is none, or is damaged
        """
        about = About.read(folder)
        return cls(about, _linear(folder, about) if about.of_sklearn else _fine_tuned(folder, about))

    def labelled(self, rows: pd.DataFrame, text_column: str | None = None) -> pd.DataFrame:
        """Return the rows with `label`, `confidence` and `p_CLASS` for each class.

        Where texts can have several labels, they are joined as they were in training, and the confidence is that of the
        least sure of them.

        An empty text, as cleaned, or one of which nothing is visible, has none of them: what a model says of nothing is
        no prediction. A column of the rows that has the name of an added one is kept as `input_NAME`.

        Raises:     DataError for a column that is not there, naming the nearest
        """
        texts = [clean(text, self.about.cleaning) for text in raw_texts(rows, text_column or self.about.text_column)]
        added = predictions(self.about.classes, texts, self.predict_proba, self.about.label_separator)
        return pd.concat([_renamed(rows, added.columns), added.set_index(rows.index)], axis=1)


def predictions(
    classes: Sequence[str], texts: list[str], predict: Predict, separator: str | None = None
) -> pd.DataFrame:
    """Return label, confidence and probabilities of texts; nothing for the empty ones.

    Parameters: separator : what to put between the labels of a text if it can have several; alone, it says none

    >>> predictions(["ham", "spam"], ["win", " "], lambda texts: np.array([[0.25, 0.75]]))
      label  confidence  p_ham  p_spam
    0  spam        0.75   0.25    0.75
    1  <NA>         NaN    NaN     NaN
    """
    filled = np.array([says_something(text) for text in texts], dtype=bool)
    proba = np.full((len(texts), len(classes)), np.nan)
    if filled.any():
        said = predict(tuple(text for text, there in zip(texts, filled, strict=True) if there))
        if said.shape[1:] != (len(classes),):
            raise DataError(f"the model tells {said.shape[-1]} classes apart, and {NAME} names {len(classes)}")
        if not (np.isfinite(said).all() and (said >= 0).all() and (said <= 1 + 1e-6).all()):
            raise DataError("the model gives what are no probabilities; its weights are damaged, export it again")
        proba[filled] = said
    names = np.full(len(texts), None, dtype=object)
    names[filled] = labels_of(proba[filled], classes, separator)
    columns = {f"p_{name}": proba[:, position] for position, name in enumerate(classes)}
    confidence = proba.max(axis=1) if separator is None else np.maximum(proba, 1 - proba).min(axis=1)
    return pd.DataFrame({"label": pd.array(names, dtype="string"), "confidence": confidence, **columns})


def labels_of(proba: np.ndarray, classes: Sequence[str], separator: str | None) -> list[str]:
    """Return the likeliest class of each text; or, joined, those that are likelier than not.

    >>> labels_of(np.array([[0.9, 0.8], [0.1, 0.2]]), ["cold", "wet"], "|")
    ['cold|wet', '|']
    """
    said = predicted(proba, classes, multilabel=separator is not None)
    return said if separator is None else [separator.join(several) or separator for several in said]


def _renamed(rows: pd.DataFrame, added: pd.Index) -> pd.DataFrame:
    new = {name: f"input_{name}" for name in rows.columns if name in added}
    taken = [name for name in new.values() if name in rows.columns]
    if taken:
        raise DataError(f"the columns {taken[0].removeprefix('input_')!r} and {taken[0]!r} are both there; rename one")
    return rows.rename(columns=new)


def _linear(folder: Path, about: About) -> Predict:
    model = skops_file.read(folder / linear.FILE)
    damaged = partial(reading, repr(str(folder)), "it does not fit together; export the model again")
    with damaged():
        words, classifier = written.parts(model, about)
    if about.encoder is None:
        return damaged()(lambda texts: np.asarray(model.predict_proba(texts)))
    encoder = Encoder.of(about.encoder)

    @damaged()
    def predict(texts: tuple[str, ...]) -> np.ndarray:
        dense = embed_all(tokenise(texts, encoder.folder, encoder.config.max_length), encoder)
        features = Joined.alone(dense) if words is None else Joined.beside(dense, words.transform(texts).tocsr())
        return np.asarray(classifier.predict_proba(features.csr() if about.kind == "linear" else matrix(features)))

    return predict


def _fine_tuned(folder: Path, about: About) -> Predict:
    from al_core.encoders.device import device
    from al_core.encoders.forward import forward_each
    from al_core.export import transformer

    assert about.encoder
    config, where = Encoder.of(about.encoder).config, device(about.encoder)
    network = transformer.read(Path(config.name), about).to(where)

    @reading(repr(str(folder)), "it does not fit together; export the model again")
    def predict(texts: tuple[str, ...]) -> np.ndarray:
        tokens = tokenise(texts, Path(config.name), config.max_length)
        return probabilities(forward_each(network, tokens, config, where), multilabel=about.label_separator is not None)

    return predict
