"""What a label is expected to do: to the model, or to its errors.

[settles2008] Settles, Craven & Ray, Multiple-instance active learning, NIPS 20, 2008.
[huang2016] Huang et al., Active learning for speech recognition: the power of gradients, arXiv:1612.03226.
[roy2001] Roy & McCallum, Toward optimal active learning through sampling estimation of error reduction, ICML 2001.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import Pool, Retrain, largest, strategy
from al_core.strategies.uncertainty import entropy


@strategy(cost="n (d + c)", source="Settles, Craven & Ray 2008")
def expected_gradient_length(proba: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
    """Score each text by how long its gradient of the log loss is expected to be.

    For the weights and intercepts of the last layer that is, in closed form, |(h, 1)| sum_y p_y |p - e_y|.

    Parameters: proba : (n, c) float, rows sum to 1
                embeddings : (n, d) float, h: what the last layer gets
    Returns:    (n,) float, at least 0; higher = query sooner
    References: [settles2008], [huang2016]
    >>> expected_gradient_length(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([[0.0], [9.0]])).round(4).tolist()
    [0.7071, 0.0]
    """
    squares = np.einsum("nc,nc->n", proba, proba)[:, None]
    errors = np.sqrt(np.maximum(squares - 2 * proba + 1, 0))
    inputs = np.sqrt(1 + np.einsum("nd,nd->n", embeddings, embeddings))
    return (proba * errors).sum(axis=1) * inputs


@strategy(cost="candidates c trainings", source="Roy & McCallum 2001")
def expected_error_reduction(
    proba: np.ndarray,
    retrain: Retrain,
    pool: Pool,
    k: int,
    rng: np.random.Generator,
    *,
    candidates: Annotated[int, Field(ge=1)] = 50,
    evaluated: Annotated[int, Field(ge=1)] = 500,
) -> np.ndarray:
    """Choose texts with whose labels the model is expected to be surest of the rest of the pool.

    Each candidate gets each class in turn, and the model is trained again. The log loss it then expects of itself is
    its entropy. All candidates are compared on the same texts. Exact if the pool is no larger than both settings.

    Parameters: proba : (n, c) float, rows sum to 1
                retrain : gives probabilities, had one text of the pool a certain label
                candidates : texts drawn at random, at least k, of which the best k are chosen
                evaluated : texts drawn at random, whose loss is expected
    Returns:    (k,) positions, the least expected loss first
    References: [roy2001]
    >>> learn = lambda row, code, rows: np.full((len(rows), 2), 0.5) if row == 7 else np.eye(2)[rows % 2]
    >>> pool, rng = Pool(np.array([7, 8])), np.random.default_rng(0)
    >>> expected_error_reduction(np.full((2, 2), 0.5), learn, pool, 1, rng)
    array([1])
    """
    n = len(pool)
    tried = rng.choice(n, min(n, max(candidates, k)), replace=False)
    rows = pool.rows[rng.choice(n, min(n, evaluated), replace=False)]
    scores = np.array([-_expected_loss(retrain, pool.rows[one], proba[one], rows) for one in tried])
    return tried[largest(scores, rng.permutation(len(tried)), k)]


def _expected_loss(retrain: Retrain, row: int, proba: np.ndarray, rows: np.ndarray) -> float:
    """Return the mean loss on the rows with a label for one more, which then costs nothing, weighted by its classes."""
    others = rows[rows != row]
    if not len(others):
        return 0.0
    likely = np.flatnonzero(proba)
    losses = [entropy(retrain(int(row), int(code), others)).sum() for code in likely]
    return float(proba[likely] @ losses) / len(rows)
