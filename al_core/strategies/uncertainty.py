"""Uncertainty sampling: texts whose class the model is least sure of.

[lewis1994] Lewis & Gale, A sequential algorithm for training text classifiers, SIGIR 1994.
[scheffer2001] Scheffer, Decomain & Wrobel, Active hidden Markov models for information extraction, IDA 2001.
[dagan1995] Dagan & Engelson, Committee-based sampling for training probabilistic classifiers, ICML 1995.
[tong2001] Tong & Koller, Support vector machine active learning with applications to text classification, JMLR 2001.
[houlsby2011] Houlsby et al., Bayesian active learning for classification and preference learning, arXiv:1112.5745.
[gal2017] Gal, Islam & Ghahramani, Deep Bayesian active learning with image data, ICML 2017.
"""

import numpy as np

from al_core.strategies.base import strategy


@strategy(cost="n c", source="Lewis & Gale 1994")
def least_confidence(proba: np.ndarray) -> np.ndarray:
    """Score each text by how unlikely its likeliest class is.

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, 1 - 1/c]; higher = query sooner
    References: [lewis1994]
    >>> least_confidence(np.array([[0.5, 0.5], [0.75, 0.25]]))
    array([0.5 , 0.25])
    """
    return 1 - proba.max(axis=1)


@strategy(cost="n c", source="Scheffer et al. 2001")
def margin(proba: np.ndarray) -> np.ndarray:
    """Score each text by how nearly its two likeliest classes tie (breaking ties).

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, 1]; higher = query sooner
    References: [scheffer2001]
    >>> margin(np.array([[0.5, 0.5], [0.75, 0.25]]))
    array([1. , 0.5])
    """
    if proba.shape[1] < 2:
        return np.zeros(len(proba))
    top = np.partition(proba, -2, axis=1)[:, -2:]
    return 1 - (top[:, 1] - top[:, 0])


@strategy(cost="n c", source="Dagan & Engelson 1995")
def entropy(proba: np.ndarray) -> np.ndarray:
    """Score each text by the entropy of its class probabilities.

    Parameters: proba : (n, c) float, rows sum to 1
    Returns:    (n,) float in [0, ln c]; higher = query sooner
    References: [dagan1995]
    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4)
    array([ 0.6931, -0.    ])
    """
    return -(proba * np.log(np.where(proba > 0, proba, 1))).sum(axis=-1)


@strategy(cost="n", source="Tong & Koller 2001", classes=2)
def closest_to_boundary(proba: np.ndarray) -> np.ndarray:
    """Score each text by how near it is to the decision boundary between two classes.

    For a linear model the logit is the distance to the hyperplane, times the length of its normal.

    Parameters: proba : (n, 2) float, rows sum to 1
    Returns:    (n,) float, at most 0: minus the absolute logit; higher = query sooner
    Raises:     ValueError for more or fewer than two classes
    References: [tong2001]
    >>> closest_to_boundary(np.array([[0.5, 0.5], [0.8, 0.2]])).round(4)
    array([-0.    , -1.3863])
    """
    if proba.shape[1] != 2:
        raise ValueError(f"closest_to_boundary is for two classes, not {proba.shape[1]}; margin is for any number")
    with np.errstate(divide="ignore"):
        return -np.abs(np.log(proba[:, 0]) - np.log(proba[:, 1]))


@strategy(cost="n t c", source="Houlsby et al. 2011; Gal et al. 2017")
def bald(dropout: np.ndarray) -> np.ndarray:
    """Score each text by what its label would tell of the model: where passes with dropout are sure, and disagree.

    Parameters: dropout : (t, n, c) float, class probabilities by t passes with other units left out
    Returns:    (n,) float in [0, ln c]: the mutual information of label and model; higher = query sooner
    References: [houlsby2011], [gal2017]
    >>> agree, differ = [[0.5, 0.5]] * 2, [[1.0, 0.0], [0.0, 1.0]]
    >>> bald(np.array([agree, differ]).transpose(1, 0, 2)).round(4).tolist()
    [0.0, 0.6931]
    """
    return np.maximum(entropy(dropout.mean(axis=0)) - entropy(dropout).mean(axis=0), 0)
