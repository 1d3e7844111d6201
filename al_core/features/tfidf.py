"""Features: texts as sparse TF-IDF vectors, fitted on the training texts alone."""

from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from al_core.config import FeaturesConfig


def featurise(texts: tuple[str, ...], train: np.ndarray, config: FeaturesConfig) -> csr_matrix:
    """Return the TF-IDF vectors of all texts; vocabulary and weights come from the training rows only.

    Parameters: train : rows to fit on
    Returns:    (n, f) float64, rows of unit length (zero for a text without a known word); if no word is in
                `min_texts` texts, every word counts
    References: sklearn.feature_extraction.text.TfidfVectorizer
    >>> featurise(("good day", "bad day", "day new"), np.array([0, 1]), FeaturesConfig(ngrams=1, min_texts=1)).shape
    (3, 3)
    """
    features: csr_matrix = fitted([texts[row] for row in train], config).transform(texts).tocsr()
    features.sort_indices()
    return features


def fitted(texts: list[str], config: FeaturesConfig) -> Any:
    """Return the scikit-learn vectoriser fitted on some texts, the training texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        ngram_range=(1, config.ngrams),
        min_df=min(config.min_texts, len(texts)),
        sublinear_tf=True,
        token_pattern=r"(?u)\b\w+\b|[^\w\s]",
    )
    try:
        return vectorizer.fit(texts)
    except ValueError:  # no word is in so many texts
        return vectorizer.set_params(min_df=1).fit(texts)


def to_table(features: csr_matrix) -> pa.Table:
    """Return a sparse matrix as a table: per text the positions and values that are not zero."""
    offsets = pa.array(features.indptr, pa.int32())
    return pa.table(
        {
            "feature": pa.ListArray.from_arrays(offsets, pa.array(features.indices, pa.int32())),
            "value": pa.ListArray.from_arrays(offsets, pa.array(features.data, pa.float64())),
        }
    ).replace_schema_metadata({"n_features": str(features.shape[1])})


def from_table(table: pa.Table) -> csr_matrix:
    """Return the sparse matrix that `to_table` wrote."""
    feature, value = (table[name].combine_chunks() for name in ("feature", "value"))
    shape = (len(table), int(table.schema.metadata[b"n_features"]))
    arrays = (np.asarray(array) for array in (value.flatten(), feature.flatten(), feature.offsets))
    return csr_matrix(tuple(arrays), shape=shape)
