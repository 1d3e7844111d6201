"""Look at the pool: compute what a strategy needs to know of it, and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from al_core.classifiers import Context, Model, TransformerModel, classifier_of
from al_core.committee import member, size
from al_core.config import ClassifierConfig, CommitteeConfig
from al_core.corpus import Corpus
from al_core.encoders.forward import TOGETHER
from al_core.encoders.pinned import Encoder
from al_core.encoders.surprisal import some_tokens, surprisal
from al_core.features import Features, Tokens, embed_all, tokenise
from al_core.features.vectors import vectors
from al_core.learner import score_pool
from al_core.seeding import stream
from al_core.strategies.base import Pool, Retrain, Strategy

NOTHING: Mapping[str, Any] = {}


VECTORS = frozenset({"embeddings", "labelled_embeddings"})
"""Needs that are met from the vectors of all rows."""


@dataclass(frozen=True)
class Situation:
    """Where a cycle stands when it is to choose from the pool.

    Parameters: labelled : rows of the labelled texts
                pool : rows of the others
                model : trained on the labelled ones
                encoder : of the features, or that was fine-tuned; None for TF-IDF
                vectors : of all rows, where they do not change with the model, or it has not learned anything yet
                surprisal : of all rows, where a strategy needs it
                seed : of the experiment
    """

    corpus: Corpus
    features: Features
    labelled: np.ndarray
    pool: np.ndarray
    model: Model | None
    classifier: ClassifierConfig
    committee: CommitteeConfig
    encoder: Encoder | None
    seed: int
    vectors: np.ndarray | None = None
    surprisal: np.ndarray | None = None

    @property
    def n_classes(self) -> int:
        """How many classes the corpus has."""
        return len(self.corpus.classes)


def look(strategy: Strategy, at: Situation, known: Mapping[str, Any] = NOTHING) -> Pool:
    """Return the pool with what the strategy needs.

    Parameters: known : what of it has been computed before
    """
    needed = {need: known[need] if need in known else COMPUTE[need](at) for need in sorted(strategy.needs)}
    return Pool(at.pool, multilabel=at.corpus.multilabel, **needed)


def texts(at: Situation) -> tuple[str, ...]:
    """Return the pool's texts."""
    return tuple(at.corpus.texts[row] for row in at.pool)


def proba(at: Situation) -> np.ndarray:
    """Return the pool's class probabilities (n, c)."""
    return _proba(at, at.pool)


def committee(at: Situation) -> np.ndarray:
    """Return the pool's class probabilities by each member of a committee (m, n, c)."""
    return np.stack([member_proba(at, number) for number in range(size(at.committee))])


def member_proba(at: Situation, number: int) -> np.ndarray:
    """Train one member of a committee; return the pool's class probabilities by it (n, c)."""
    rows = np.sort(at.labelled)
    fitted = member(
        number, at.features[rows], at.corpus.codes[rows], at.classifier, at.committee, Context(at.encoder, at.seed)
    )
    return score_pool(fitted, at.features, at.pool, at.n_classes)


def dropout(at: Situation) -> np.ndarray:
    """Return the pool's class probabilities by passes with dropout (t, n, c)."""
    return np.concatenate([dropout_piece(at, number) for number in range(pieces(len(at.pool)))], axis=1)


def dropout_piece(at: Situation, number: int) -> np.ndarray:
    """Return the same of one piece of the pool."""
    assert isinstance(at.model, TransformerModel), "checked with the configuration"
    seed = int(stream(at.seed, "dropout", len(at.labelled), number).integers(2**31))
    return at.model.dropout_proba(_piece(at, at.pool, number), at.n_classes, at.committee.dropout_passes, seed)


def embeddings(at: Situation) -> np.ndarray:
    """Return vectors of the pool's texts (n, d)."""
    return _vectors(at, at.pool)


def vectors_before(features: Features, train: np.ndarray, encoder: Encoder | None) -> np.ndarray | None:
    """Return vectors of all texts before anything has been learned: for a transformer, by the encoder as it comes."""
    if not isinstance(features, Tokens):
        return vectors(features, train)
    assert encoder, "that it is to be made of"
    return embed_all(features, encoder)


def surprisal_of(texts: tuple[str, ...], features: Features, encoder: Encoder | None) -> np.ndarray:
    """Return how unexpected the tokens of all texts are (n, t)."""
    assert encoder, "checked with the configuration"
    tokens = features if isinstance(features, Tokens) else tokenise(texts, encoder.folder, encoder.config.max_length)
    return surprisal(tokens, encoder)


def surprisals(at: Situation) -> np.ndarray:
    """Return how unexpected some tokens of the pool's texts are (n, t)."""
    assert at.surprisal is not None, "of all rows, before the first cycle"
    return some_tokens(at.surprisal, at.seed)[at.pool]


def retrain(at: Situation) -> Retrain:
    """Return what trains the classifier with one label more, and gives the probabilities of other rows."""

    def with_one_more(row: int, code: Any, rows: np.ndarray) -> np.ndarray:
        labelled = np.append(np.sort(at.labelled), row)
        codes = np.concatenate([at.corpus.codes[labelled[:-1]], np.asarray(code)[None]])
        train = classifier_of(at.classifier.name)
        model = train(at.features[labelled], codes, at.classifier, Context(at.encoder, at.seed))
        return model.predict_proba(at.features[rows], at.n_classes)

    return with_one_more


def labelled_codes(at: Situation) -> np.ndarray:
    """Return the classes of the labelled texts (l,), or (l, c)."""
    codes: np.ndarray = at.corpus.codes[np.sort(at.labelled)]
    return codes


def labelled_proba(at: Situation) -> np.ndarray:
    """Return the class probabilities of the labelled texts (l, c)."""
    return _proba(at, np.sort(at.labelled))


def _proba(at: Situation, rows: np.ndarray) -> np.ndarray:
    assert at.model, "needed for this"
    return score_pool(at.model, at.features, rows, at.n_classes)


def labelled_embeddings(at: Situation) -> np.ndarray:
    """Return vectors of the labelled texts (l, d)."""
    return _vectors(at, np.sort(at.labelled))


def _vectors(at: Situation, rows: np.ndarray) -> np.ndarray:
    if at.vectors is not None:
        return at.vectors[rows]
    return np.concatenate([hidden_piece(at, rows, number) for number in range(pieces(len(rows)))])


def hidden_piece(at: Situation, rows: np.ndarray, number: int) -> np.ndarray:
    """Return what a fine-tuned transformer makes of one piece of the rows, before its last layer (n, d)."""
    assert isinstance(at.model, TransformerModel), "others have vectors of their features"
    return at.model.hidden(_piece(at, rows, number))


def pieces(n: int) -> int:
    """Return into how many pieces of a fixed size rows are cut: which texts share a batch shows in the last bits."""
    return max(1, -(-n // TOGETHER))


def _piece(at: Situation, rows: np.ndarray, number: int) -> Tokens:
    assert isinstance(at.features, Tokens)
    return at.features[rows[number * TOGETHER : (number + 1) * TOGETHER]]


COMPUTE: dict[str, Callable[[Situation], Any]] = {
    "texts": texts,
    "proba": proba,
    "embeddings": embeddings,
    "committee": committee,
    "dropout": dropout,
    "surprisal": surprisals,
    "retrain": retrain,
    "labelled_codes": labelled_codes,
    "labelled_proba": labelled_proba,
    "labelled_embeddings": labelled_embeddings,
}
