"""Scoring with too little memory: smaller pieces, the same result."""

import numpy as np
import pytest

from al_core import learner
from al_core.config import DEFAULTS
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.features.tfidf import featurise
from al_core.initialisation import seed_set
from al_core.memory import within_memory


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return build_corpus(DEFAULTS.data)[0]


def test_the_pool_is_scored_the_same_in_pieces_of_any_size(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = split(corpus, 0.2, 0)
    features = featurise(corpus.texts, parts.train, DEFAULTS.features)
    labelled = seed_set(corpus, parts, DEFAULTS.seed_set, 0)
    model = learner.train(corpus, features, labelled, DEFAULTS.classifier, parts)
    pool, classes = parts.pool(labelled), len(corpus.classes)
    whole = learner.score_pool(model, features, pool, classes)
    predict = type(model).predict_proba

    def with_little_memory(self, texts, n_classes):  # type: ignore[no-untyped-def]
        if texts.shape[0] > 100:
            raise MemoryError
        return predict(self, texts, n_classes)

    monkeypatch.setattr(type(model), "predict_proba", with_little_memory)
    assert np.array_equal(learner.score_pool(model, features, pool, classes), whole)


def test_a_single_row_that_is_too_much_is_an_error() -> None:
    def never(rows: np.ndarray) -> np.ndarray:
        raise MemoryError("too much")

    with pytest.raises(MemoryError, match="too much"):
        within_memory(never, np.arange(3))
