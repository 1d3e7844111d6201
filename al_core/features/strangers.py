"""Strangers: texts that share no feature with those that are learned from, and of which TF-IDF tells nothing."""

from collections.abc import Mapping

import numpy as np

from al_core.features import Features
from al_core.features.joined import Joined
from al_core.features.tokens import Tokens

MANY = 0.2
"""Share of the texts from which on it is said."""


def strangers(features: Features, train: np.ndarray) -> np.ndarray | None:
    """Return which texts share no feature of TF-IDF with another text to learn from: (n,) bool; None without TF-IDF.

    Parameters: train : rows that TF-IDF was fitted on
    >>> from scipy.sparse import csr_matrix
    >>> features = csr_matrix(np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]]))
    >>> strangers(features, np.arange(4)).tolist()
    [False, False, True, True, False, True]
    """
    if isinstance(features, Tokens):
        return None
    tfidf = features.sparse if isinstance(features, Joined) else features
    if not tfidf.shape[1]:
        return None
    texts_with = np.bincount(tfidf[train].indices, minlength=tfidf.shape[1])
    own = np.zeros(tfidf.shape[0], dtype=np.int64)
    own[train] = 1
    row = np.repeat(np.arange(tfidf.shape[0]), np.diff(tfidf.indptr))
    shared = texts_with[tfidf.indices] > own[row]
    return np.bincount(row[shared], minlength=tfidf.shape[0]) == 0


def shares(features: Features, train: np.ndarray, parts: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return of some parts, by name, the share of strangers; nothing without TF-IDF."""
    strange = strangers(features, train)
    return {} if strange is None else {name: float(strange[rows].mean()) for name, rows in parts.items() if len(rows)}


def about_strangers(of_parts: Mapping[str, float], characters: bool = False, embedded: bool = False) -> list[str]:
    """Say of which parts many texts are strangers, and what to do.

    Parameters: characters : whether characters are counted, and not words
                embedded : whether there are embeddings as well
    >>> about_strangers({"training": 0.1})
    []
    >>> print(*about_strangers({"test": 0.5}))
    50 % of the test texts share no word with another text to learn from, so a model of TF-IDF knows nothing of them: \
take `features.analyzer: char`, which counts runs of characters; `features.kind: joined`, which reads embeddings as \
well; or more texts.
    """
    many = [f"{100 * share:.0f} % of the {name} texts" for name, share in of_parts.items() if share >= MANY]
    if not many:
        return []
    knows = "only their embeddings tell of them" if embedded else "a model of TF-IDF knows nothing of them"
    what = "run of characters" if characters else "word"
    return [
        f"{' and '.join(many)} share no {what} with another text to learn from, so {knows}: take "
        f"{_advice(characters, embedded)}."
    ]


def _advice(characters: bool, embedded: bool) -> str:
    said = [
        *([] if characters else ["`features.analyzer: char`, which counts runs of characters"]),
        *([] if embedded else ["`features.kind: joined`, which reads embeddings as well"]),
        "more texts",
    ]
    return "; ".join([*said[:-1], f"or {said[-1]}" if len(said) > 1 else said[-1]])
