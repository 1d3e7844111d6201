"""Rank: which of many unlabelled texts to have labelled next, by those that have a label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from al_core.asking import Asking
from al_core.classifiers import Model
from al_core.config import BEFORE_A_MODEL, DEFAULTS, ExperimentConfig
from al_core.corpus import Corpus, check_corpus
from al_core.datasets.split import Split
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError, DataError
from al_core.feasible import check_strategy, try_classifier
from al_core.features import Embed, Features, featurise
from al_core.features.choice import about_features, encoder_of, in_effect, suited
from al_core.features.vectors import vectors
from al_core.learner import train
from al_core.look import VECTORS, Situation, look, surprisal_of, vectors_before
from al_core.query import Query, select_query
from al_core.strategies import Strategy, strategy_of, when_labelled
from al_core.validation import validated

NONE = np.empty(0, dtype=np.int64)
WITHOUT_A_MODEL = "kmeans"
"""The strategy while there is nothing that a model could be trained on."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """The texts to have labelled next, best first.

    Parameters: positions : (k,) in the texts that were given
                scores : (k,) higher = sooner; None where the strategy gives none
                proba : (k, c) class probabilities; None where the strategy asked for none
                classes : (c,) names, sorted
                strategy : the one that was asked, as configurations name it
    """

    positions: np.ndarray
    scores: np.ndarray | None
    proba: np.ndarray | None
    classes: tuple[str, ...]
    strategy: str


def rank(
    texts: Sequence[str],
    labels: Sequence[Any],
    strategy: str | None = None,
    count: int = 50,
    *,
    config: ExperimentConfig | Mapping[str, Any] = DEFAULTS,
    seed: int = 0,
) -> Ranking:
    """Return which of the unlabelled texts to have labelled next, best first.

    A classifier is trained on the texts that have a label, and the strategy chooses among the others; of texts that
    are there several times, and not labelled yet, one.

    Parameters: texts : (n,) strings: a list, an array, a column of a DataFrame
                labels : (n,) a name or number each; None, NaN or "" where there is none; a tuple, list or set of names
                    where a text can have several
                strategy : by name or expression; if left out, margin, and until two classes have a label kmeans
                count : how many
                config : the classifier, features, encoder and committee, as an ExperimentConfig or a dictionary; its
                    other settings are of no matter
                seed : of all that is random
    Raises:     DataError for texts or labels that do not do, ConfigError for a strategy that cannot be asked
    >>> texts = ["win cash now", "see you soon", "cash prize to win", "are you home soon", "you win the prize of cash"]
    >>> words = {"features": {"kind": "tfidf", "min_texts": 1}}
    >>> ranking = rank(texts, ["spam", "ham", None, None, None], count=2, config=words)
    >>> ranking.positions.tolist(), ranking.strategy
    ([4, 2], 'margin')
    """
    wanted = validated(Asking, {"count": count, "seed": seed} | ({"strategy": strategy} if strategy else {}))
    corpus = Corpus.of(texts, labels)
    pool = _unlabelled(corpus)
    learner = Learner.of(corpus, config, wanted.seed)
    asked = strategy_for(strategy and wanted.strategy, corpus)
    query = learner.ask(asked, pool, wanted.count)
    return Ranking(query.rows, query.scores, query.proba, corpus.classes, asked.name)


def _unlabelled(corpus: Corpus) -> np.ndarray:
    """Return the rows whose texts have no label, the first of each.

    Raises:     DataError if there are none
    """
    seen = {text for text, known in zip(corpus.texts, corpus.labelled.tolist(), strict=True) if known}
    first = {text: row for row, text in reversed(list(enumerate(corpus.texts))) if text not in seen}
    if not first:
        raise DataError(f"all {len(corpus)} texts have a label; there is none to ask for")
    return np.sort(np.array(list(first.values()), dtype=np.int64))


def strategy_for(name: str | None, corpus: Corpus) -> Strategy:
    """Return the strategy to ask: the one that is named; else one that needs a model only where there can be one."""
    labelled = int(corpus.labelled.sum())
    usual = "cvirs" if corpus.multilabel else "margin"
    return when_labelled(strategy_of(name or (usual if len(corpus.classes) > 1 else WITHOUT_A_MODEL)), labelled)


@dataclass(frozen=True, eq=False, repr=False)
class Learner:
    """What learns from a corpus: its features, and the settings of the classifier."""

    corpus: Corpus
    config: ExperimentConfig
    encoder: Encoder | None
    seed: int
    embed: Embed | None = None
    test: np.ndarray = field(default_factory=lambda: NONE)

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        config: ExperimentConfig | Mapping[str, Any] = DEFAULTS,
        seed: int = 0,
        embed: Embed | None = None,
        test: np.ndarray = NONE,
    ) -> "Learner":
        """Return the learner of a corpus.

        Parameters: embed : gives embeddings, such as one that keeps them
                    test : labelled rows that are not learned from
        Raises:     ConfigError for settings that do not go together
        """
        check_corpus(corpus)
        config = suited(in_effect(validated(ExperimentConfig, config)), corpus)
        try_classifier(config.classifier.name, config)
        return cls(corpus, config, encoder_of(config), seed, embed, test)

    def __repr__(self) -> str:
        return f"Learner({self.corpus!r}, {self.config.classifier.name} on {about_features(self.config)})"

    @cached_property
    def features(self) -> Features:
        """The features of all texts, labelled or not: computed when they are first wanted, which can take long."""
        return featurise(self.corpus.texts, np.arange(len(self.corpus)), self.config, self.encoder, self.embed)

    @property
    def labelled(self) -> np.ndarray:
        """Rows of the labelled texts that are learned from, ascending."""
        return np.setdiff1d(np.flatnonzero(self.corpus.labelled), self.test, assume_unique=True)

    def model(self, rows: np.ndarray) -> Model:
        """Train on these rows."""
        parts = Split(rows, NONE)
        return train(self.corpus, self.features, rows, self.config.classifier, parts, self.seed, self.encoder)

    def strange(self, rows: np.ndarray) -> np.ndarray:
        """Return which of these texts have no word of a labelled one: (k,) bool; none where more than words count."""
        if not isinstance(self.features, csr_matrix):
            return np.zeros(len(rows), dtype=bool)
        known = np.zeros(self.features.shape[1], dtype=bool)
        known[self.features[self.labelled].indices] = True
        return np.asarray(self.features[rows] @ known == 0)

    def ask(self, strategy: Strategy, pool: np.ndarray, count: int) -> Query:
        """Let a strategy choose among the rows of a pool.

        Raises:     ConfigError if it cannot: for want of a model, of an encoder, of classes
        """
        check_strategy(strategy, self.config, self.corpus, self.encoder)
        self._check_classes(strategy)
        at = Situation(
            self.corpus, self.features, self.labelled, pool, self._model_for(strategy),
            self.config.classifier, self.config.committee, self.encoder, self.seed, self._vectors(strategy),
            surprisal_of(self.corpus.texts, self.features, self.encoder) if "surprisal" in strategy.needs else None,
        )  # fmt: skip
        return select_query(strategy, look(strategy, at), count, self.seed, len(self.labelled))

    def _needs_model(self, strategy: Strategy) -> bool:
        embeds = self.config.classifier.name == "transformer" and strategy.needs & VECTORS and len(self.labelled)
        return bool(embeds) or not strategy.needs <= BEFORE_A_MODEL

    def _check_classes(self, strategy: Strategy) -> None:
        """Refuse a strategy that needs a model where there are not two classes to tell apart.

        Raises:     ConfigError
        """
        classes = self.corpus.classes
        if self._needs_model(strategy) and len(classes) < 2:
            said = f"all labelled texts are {classes[0]!r}" if classes else "no text has a label"
            raise ConfigError(
                f"{said}, and {strategy.name} needs a model, which needs two classes; until there are two, ask "
                f"{WITHOUT_A_MODEL}, which needs none"
            )

    def _model_for(self, strategy: Strategy) -> Model | None:
        """Return a model of all that is labelled, if the strategy needs one."""
        return self.model(self.labelled) if self._needs_model(strategy) else None

    def _vectors(self, strategy: Strategy) -> np.ndarray | None:
        """Return the vectors of all texts where they do not change with the model, or nothing has been learned."""
        if not strategy.needs & VECTORS:
            return None
        everything = np.arange(len(self.corpus))
        if len(self.labelled):
            return vectors(self.features, everything)
        return vectors_before(self.features, everything, self.encoder)
