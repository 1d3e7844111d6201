"""Features: what classifiers see of a text. All kinds are rows that can be picked: `features[rows]`."""

from collections.abc import Callable
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

__all__ = ["Embed", "Features", "Joined", "Tokens", "embed_all", "embed_texts", "featurise", "tokenise"]

Features: TypeAlias = csr_matrix | Joined | Tokens
"""TF-IDF vectors; embeddings, alone or beside TF-IDF; or tokens, for a transformer that is fine-tuned."""

Embed: TypeAlias = Callable[[tuple[str, ...], Encoder], np.ndarray]
"""From texts to their embeddings (n, d)."""


def featurise(
    texts: tuple[str, ...],
    train: np.ndarray,
    config: ExperimentConfig,
    encoder: Encoder | None,
    embed: Embed | None = None,
) -> Features:
    """Return the features of all texts.

    Parameters: train : rows that TF-IDF is fitted on
                config : whose features are not `auto`, unless the classifier is a transformer
                embed : gives the embeddings of a piece, such as one that keeps them; `embed_texts` if left out
    """
    if encoder is None:
        return tfidf.featurise(texts, train, config.features)
    if config.classifier.name == "transformer":
        return tokenise(texts, encoder.folder, encoder.config.max_length)
    pieces = [texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER)]
    dense = np.concatenate([(embed or embed_texts)(piece, encoder) for piece in pieces])
    if config.features.kind == "embeddings":
        return Joined.alone(dense)
    return Joined.beside(dense, tfidf.featurise(texts, train, config.features))


def embed_texts(texts: tuple[str, ...], encoder: Encoder) -> np.ndarray:
    """Return the embeddings (n, d) of texts, which are one piece of work."""
    return embed(tokenise(texts, encoder.folder, encoder.config.max_length), encoder)


def embed_all(tokens: Tokens, encoder: Encoder) -> np.ndarray:
    """Return the embeddings (n, d) of all texts, a piece at a time."""
    rows = np.arange(len(tokens))
    pieces = [rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER)]
    return np.concatenate([embed(tokens[piece], encoder) for piece in pieces])
