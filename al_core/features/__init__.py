"""Features: what classifiers see of a text. All kinds are rows that can be picked: `features[rows]`."""

from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

from al_core.config import ExperimentConfig
from al_core.encoders.embed import embed
from al_core.encoders.forward import TOGETHER
from al_core.encoders.pinned import Encoder
from al_core.features import tfidf
from al_core.features.joined import Joined
from al_core.features.tokens import Tokens, tokenise

__all__ = ["Features", "Joined", "Tokens", "embed_all", "featurise", "tokenise"]

Features: TypeAlias = csr_matrix | Joined | Tokens
"""TF-IDF vectors; embeddings, alone or beside TF-IDF; or tokens, for a transformer that is fine-tuned."""


def featurise(texts: tuple[str, ...], train: np.ndarray, config: ExperimentConfig, encoder: Encoder | None) -> Features:
    """Return the features of all texts.

    Parameters: train : rows that TF-IDF is fitted on
                config : whose features are not `auto`, unless the classifier is a transformer
    """
    if encoder is None:
        return tfidf.featurise(texts, train, config.features)
    tokens = tokenise(texts, encoder.folder, encoder.config.max_length)
    if config.classifier.name == "transformer":
        return tokens
    dense = embed_all(tokens, encoder)
    if config.features.kind == "embeddings":
        return Joined.alone(dense)
    return Joined.beside(dense, tfidf.featurise(texts, train, config.features))


def embed_all(tokens: Tokens, encoder: Encoder) -> np.ndarray:
    """Return the embeddings (n, d) of all texts, a piece at a time."""
    rows = np.arange(len(tokens))
    pieces = [rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER)]
    return np.concatenate([embed(tokens[piece], encoder) for piece in pieces])
