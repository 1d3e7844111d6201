"""Classifiers with labelled texts to try them on."""

from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from al_core import learner
from al_core.classifiers import EstimatorModel, LinearModel, Model, TransformerModel
from al_core.config import ClassifierConfig, FeaturesConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.estimators import maker_of
from al_core.features import Features, Joined, tfidf

N_CLASSES = 4


@dataclass(frozen=True)
class Case:
    """A classifier and what it is tried on.

    Parameters: corpus : of four classes, in turns
                parts : the texts that are labelled, and others
                reads : what the features are, in words
    """

    config: ClassifierConfig
    corpus: Corpus
    features: Features = field(repr=False)
    parts: Split
    encoder: Encoder | None = None
    reads: str = "TF-IDF"

    @property
    def name(self) -> str:
        """The classifier's."""
        return self.config.name

    def trained(self, rows: np.ndarray | None = None, seed: int = 0, **settings: Any) -> Model:
        """Return the model of labelled rows, all if None, with other settings."""
        config, rows = self.config.model_copy(update=settings), self.parts.train if rows is None else rows
        return learner.train(self.corpus, self.features, rows, config, self.parts, seed, self.encoder)

    @cached_property
    def model(self) -> Model:
        """The model of all labelled rows."""
        return self.trained()

    def proba(self, model: Model, rows: np.ndarray | None = None) -> np.ndarray:
        """Return what a model says of rows, the others if None."""
        return model.predict_proba(self.features[self.parts.test if rows is None else rows], N_CLASSES)

    def of_classes(self, *codes: int) -> np.ndarray:
        """Return the labelled rows of some classes."""
        return self.parts.train[np.isin(self.corpus.codes[self.parts.train], codes)]

    def stored(self, model: Model) -> Model:
        """Return a model as another process would read it, or the same if it is one that is trained again there."""
        buffer = BytesIO()
        pq.write_table(model.to_table(), buffer)
        table = pq.read_table(BytesIO(buffer.getvalue()))
        if isinstance(model, EstimatorModel):
            return EstimatorModel.from_table(table) or model
        if not isinstance(model, TransformerModel):
            return LinearModel.from_table(table)
        assert self.encoder, "that was fine-tuned"
        return TransformerModel.from_weights(model.weights(), table, self.config, self.encoder)


def case_of(text: str) -> Case:
    """Return a classifier with features that it reads: TF-IDF, or embeddings if it takes no sparse matrices.

    Raises:     ConfigError for a name that is not known, or what makes no estimators
    """
    case = a_case(maker_of(text).name)
    try:
        case.proba(case.model)
    except ConfigError:
        raise
    except Exception:
        return a_case(text, embeddings=True)
    return case


def a_case(text: str, embeddings: bool = False) -> Case:
    """Return a classifier with sixty short texts: of each class ten that are labelled, and five others.

    >>> a_case("naive_bayes").corpus.texts[0]
    'a5 the c4'
    """
    rng = np.random.default_rng(0)
    codes, rows = np.arange(60) % N_CLASSES, np.arange(60)
    texts = [f"{'abcd'[code]}{rng.integers(6)} the {rng.choice(list('abcd'))}{rng.integers(9)}" for code in codes]
    corpus = Corpus(tuple(map(str, rows)), (*texts[:-1], "unknown"), tuple("abcd"[code] for code in codes))
    parts = Split(rows[:40], rows[40:])
    sparse = tfidf.featurise(corpus.texts, parts.train, FeaturesConfig(min_texts=1))
    config = ClassifierConfig(name=text)
    if not embeddings:
        return Case(config, corpus, sparse, parts)
    return Case(config, corpus, Joined.alone(_projected(sparse, rng)), parts, reads="embeddings")


def _projected(sparse: Any, rng: np.random.Generator) -> np.ndarray:
    """Return dense vectors that say what the sparse ones do."""
    dense = sparse @ rng.normal(size=(sparse.shape[1], 16))
    return (dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)).astype(np.float32)
