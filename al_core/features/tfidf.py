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
    from scipy.sparse import vstack
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    rest = np.delete(np.arange(len(texts)), train)
    words, of_train = _fit(CountVectorizer(dtype=np.float64), [texts[row] for row in train], config)
    counts = vstack([of_train, words.transform([texts[row] for row in rest])], "csr")  # each text is read once
    counts = counts[np.argsort(np.concatenate([train, rest]))]
    counts.sort_indices()
    features: csr_matrix = TfidfTransformer(sublinear_tf=True).fit(counts[train]).transform(counts)
    return features


def fitted(texts: list[str], config: FeaturesConfig) -> Any:
    """Return the scikit-learn vectoriser fitted on some texts, the training texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer, _ = _fit(TfidfVectorizer(sublinear_tf=True), texts, config)
    return vectorizer


def _fit(vectorizer: Any, texts: list[str], config: FeaturesConfig) -> tuple[Any, csr_matrix]:
    """Fit a vectoriser as configured; the values are it and what it makes of the texts."""
    vectorizer.set_params(
        ngram_range=(1, config.ngrams),
        min_df=min(config.min_texts, len(texts)),
        token_pattern=r"(?u)\b\w+\b|[^\w\s]",
    )
    try:
        return vectorizer, vectorizer.fit_transform(texts)
    except ValueError:  # no word is in so many texts
        return vectorizer, vectorizer.set_params(min_df=1).fit_transform(texts)


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
