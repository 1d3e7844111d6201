"""Embeddings beside TF-IDF: dense and sparse columns of the same texts."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack

_AT_ONCE = 8192
"""Rows of which the embeddings are made float64 at a time."""


TFIDF_WEIGHT = 0.5
"""Weight of TF-IDF beside embeddings; docs/models.md has what others give."""


@dataclass(frozen=True)
class Joined:
    """A matrix (n, d + f) whose first columns are dense and whose others are sparse, if there are any.

    Parameters: dense : (n, d) float32
                sparse : (n, f) float64
    >>> joined = Joined(np.ones((2, 2), np.float32), csr_matrix(np.array([[0.0, 3.0], [4.0, 0.0]])))
    >>> joined.csr().toarray().tolist()
    [[1.0, 1.0, 0.0, 3.0], [1.0, 1.0, 4.0, 0.0]]
    >>> (joined @ np.ones((4, 1))).ravel().tolist()
    [5.0, 6.0]
    """

    dense: np.ndarray
    sparse: csr_matrix

    @classmethod
    def beside(cls, dense: np.ndarray, tfidf: csr_matrix) -> "Joined":
        """Return embeddings with TF-IDF beside them, which counts half: both have rows of unit length."""
        return cls(dense, tfidf * TFIDF_WEIGHT)

    @classmethod
    def alone(cls, dense: np.ndarray) -> "Joined":
        """Return embeddings with nothing beside them."""
        return cls(dense, csr_matrix((len(dense), 0)))

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self.dense), self.dense.shape[1] + self.sparse.shape[1]

    def __getitem__(self, rows: np.ndarray) -> "Joined":
        return Joined(self.dense[rows], self.sparse[rows])

    def csr(self) -> csr_matrix:
        """Return it as one sparse matrix."""
        return hstack([csr_matrix(self.dense.astype(np.float64)), self.sparse], format="csr")

    def __matmul__(self, weights: np.ndarray) -> np.ndarray:
        """Multiply by weights (d + f, c); a row's result does not depend on the rows around it, as BLAS's would."""
        d = self.dense.shape[1]
        dense = np.ascontiguousarray(weights[:d].T, dtype=np.float64)
        product = np.empty((len(self.dense), weights.shape[1]))
        for start in range(0, len(product), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            product[part] = np.einsum("nd,cd->nc", self.dense[part].astype(np.float64), dense)
        return product + self.sparse @ weights[d:]
