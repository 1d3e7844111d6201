"""Trained: a model of the texts that have a label, which predicts others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from al_core.asking import Asking
from al_core.classifiers import Model
from al_core.config import DEFAULTS, ExperimentConfig
from al_core.corpus import Corpus, checked_texts
from al_core.errors import DataError
from al_core.features import Features, Joined, embed_texts, tfidf, tokenise
from al_core.metrics import predicted
from al_core.ranking import Learner
from al_core.validation import validated


@dataclass(frozen=True, eq=False, repr=False)
class Trained:
    """A model, with what it takes to read texts for it."""

    learner: Learner
    model: Model

    def __repr__(self) -> str:
        return f"Trained({self.learner.config.classifier.name}, classes {', '.join(self.classes)})"

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the probabilities."""
        return self.learner.corpus.classes

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Return the class probabilities (n, c) of texts, labelled or not.

        Raises:     DataError for a single string, and for what is not text
        """
        several = checked_texts(texts)
        if not several:
            return np.empty((0, len(self.classes)))
        return self.model.predict_proba(self._features(several), len(self.classes))

    def predict(self, texts: Sequence[str]) -> list[Any]:
        """Return the likeliest class of each text; where it can have several, a list of those likelier than not."""
        return predicted(self.predict_proba(texts), self.classes, self.learner.corpus.multilabel)

    def _features(self, texts: tuple[str, ...]) -> Features:
        encoder, config = self.learner.encoder, self.learner.config
        if encoder is None:
            return self._words.transform(texts).tocsr()
        if config.classifier.name == "transformer":
            return tokenise(texts, encoder.folder, encoder.config.max_length)
        dense = embed_texts(texts, encoder)
        if config.features.kind == "embeddings":
            return Joined.alone(dense)
        return Joined.beside(dense, self._words.transform(texts).tocsr())

    @cached_property
    def _words(self) -> Any:
        return tfidf.fitted(list(self.learner.corpus.texts), self.learner.config.features)


def train(
    texts: Sequence[str],
    labels: Sequence[Any],
    *,
    config: ExperimentConfig | Mapping[str, Any] = DEFAULTS,
    seed: int = 0,
) -> Trained:
    """Train a classifier on the texts that have a label.

    Parameters: texts, labels, config, seed : as for `rank`; words are weighed by how often all the texts have them
    Raises:     DataError for texts or labels that do not do, or if there are not two classes to tell apart
    >>> words = {"features": {"kind": "tfidf", "min_texts": 1}}
    >>> trained = train(["win cash", "see you", "cash prize"], ["spam", "ham", None], config=words)
    >>> trained.predict(["cash", "you"]), trained.classes
    (['spam', 'ham'], ('ham', 'spam'))
    """
    wanted = validated(Asking, {"seed": seed})
    learner = Learner.of(Corpus.of(texts, labels), config, wanted.seed)
    if len(learner.corpus.classes) < 2:
        seen = ", ".join(learner.corpus.classes) or "none"
        raise DataError(f"a classifier needs labels of two classes at least; there are: {seen}")
    return Trained(learner, learner.model(learner.labelled))
