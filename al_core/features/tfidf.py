"""Features: texts as sparse TF-IDF vectors, fitted on the training texts alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from al_core.config import FeaturesConfig
from al_core.letters import MARKS, ZERO_WIDTH, without_spaces

WORD = rf"(?u)\w+(?:(?![\0-\u02ff])(?<!\d)[{MARKS}]+\w*)*|[^\w\s{ZERO_WIDTH}]"
"""A word with the marks of its letters (not those of digits, which make emoji of them), or a character that is neither
letter nor digit; zero-width marks are nothing. Up to U+02FF there are no marks, so that English words end quickly."""
CHARACTERS = 1, 3
"""How many characters are counted together, within words or what has no spaces inside."""
MANY = 0.2
"""Share of texts without spaces between their words from which on characters are counted."""


def analyzer_for(texts: Sequence[str]) -> str:
    """Return what to count in texts, where nothing is said: words, or characters if many put no spaces between words.

    >>> analyzer_for(["rain today"]), analyzer_for(["今天下雨"])
    ('word', 'char')
    """
    return "char" if without_spaces(texts) >= MANY else "word"


def featurise(texts: tuple[str, ...], train: np.ndarray, config: FeaturesConfig) -> csr_matrix:
    """Return the TF-IDF vectors of all texts; vocabulary and weights come from the training rows only.

    Parameters: train : rows to fit on
                config : an analyzer of `auto` goes by the training texts
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
    vectorizer.set_params(min_df=min(config.min_texts, len(texts)), **_counted(texts, config))
    try:
        return vectorizer, vectorizer.fit_transform(texts)
    except ValueError:  # no word is in so many texts
        return vectorizer, vectorizer.set_params(min_df=1).fit_transform(texts)


def _counted(texts: list[str], config: FeaturesConfig) -> dict[str, Any]:
    """Return what a vectoriser counts, as its parameters."""
    analyzer = analyzer_for(texts) if config.analyzer == "auto" else config.analyzer
    if analyzer == "char":
        return {"analyzer": "char_wb", "ngram_range": CHARACTERS}
    stop_words = None if config.stop_words == "none" else config.stop_words
    return {"token_pattern": WORD, "ngram_range": (1, config.ngrams), "stop_words": stop_words}


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
