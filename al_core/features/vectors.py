"""Vectors: a dense vector of each text, by which strategies tell which texts are alike."""

import numpy as np
from scipy.sparse import csr_matrix

from al_core.blas import one_blas_thread
from al_core.features.joined import Joined
from al_core.features.tokens import Tokens

DIMENSIONS = 100
"""Of what TF-IDF is reduced to, as is usual for latent semantic analysis."""


def vectors(features: csr_matrix | Joined | Tokens, train: np.ndarray) -> np.ndarray | None:
    """Return vectors of all texts that do not change as the model learns; None where only the model gives any.

    They are the embeddings where there are some; of TF-IDF alone, its latent semantic analysis.

    Parameters: train : rows that the latter is fitted on
    Returns:    (n, d) float32, rows of unit length, or zero where a text has none of the words
    References: Deerwester et al. (1990), Indexing by Latent Semantic Analysis
    """
    if isinstance(features, Tokens):
        return None
    return features.dense if isinstance(features, Joined) else _reduced(features, train)


def _reduced(tfidf: csr_matrix, train: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    one_blas_thread()
    if tfidf.shape[1] <= DIMENSIONS or len(train) <= DIMENSIONS:
        dense = tfidf.toarray()
    else:
        dense = TruncatedSVD(DIMENSIONS, random_state=0).fit(tfidf[train]).transform(tfidf)
    return normalize(dense).astype(np.float32)
