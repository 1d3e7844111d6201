"""The learner: train a classifier on labelled rows, evaluate it, and let it score the pool."""

import numpy as np
from scipy.sparse import csr_matrix

from al_core.classifiers import CLASSIFIERS, LinearModel
from al_core.config import ClassifierConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.memory import within_memory
from al_core.metrics import Metrics, evaluate


def train(corpus: Corpus, features: csr_matrix, labelled: np.ndarray, config: ClassifierConfig) -> LinearModel:
    """Fit the classifier on the labelled rows; their order does not matter."""
    rows = np.sort(labelled)
    return CLASSIFIERS[config.name](features[rows], corpus.codes[rows], config)


def evaluate_model(
    model: LinearModel, corpus: Corpus, features: csr_matrix, labelled: np.ndarray, parts: Split
) -> Metrics:
    """Evaluate the model on the labelled rows and on the test set."""
    rows = np.sort(labelled)
    n_classes = len(corpus.classes)
    return evaluate(
        model.predict_proba(features[rows], n_classes),
        corpus.codes[rows],
        model.predict_proba(features[parts.test], n_classes),
        corpus.codes[parts.test],
    )


def score_pool(model: LinearModel, features: csr_matrix, pool: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the class probabilities of the pool's rows."""
    return within_memory(lambda rows: model.predict_proba(features[rows], n_classes), pool)
