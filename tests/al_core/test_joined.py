"""Embeddings beside TF-IDF behave as one matrix, and a row's scores depend on nothing but the row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse

from al_core.features import Joined


def a_matrix(n, d, f, seed=0):
    rng = np.random.default_rng(seed)
    return Joined(rng.normal(size=(n, d)).astype(np.float32), random_sparse(n, f, 0.3, format="csr", rng=rng))


sizes = st.tuples(st.integers(0, 12), st.integers(1, 9), st.integers(0, 9), st.integers(0, 5))


@given(sizes)
def test_it_is_the_matrix_of_both_side_by_side(size):
    joined = a_matrix(*size)
    whole = np.hstack([joined.dense.astype(np.float64), joined.sparse.toarray()])
    assert joined.shape == whole.shape
    np.testing.assert_array_equal(joined.csr().toarray(), whole)
    weights = np.random.default_rng(1).normal(size=(whole.shape[1], 3))
    np.testing.assert_allclose(joined @ weights, whole @ weights, atol=1e-12)


@given(sizes, st.data())
def test_picked_rows_are_those_rows_in_that_order(size, data):
    joined = a_matrix(*size)
    rows = np.array(data.draw(st.lists(st.integers(0, size[0] - 1))) if size[0] else [], dtype=np.int64)
    np.testing.assert_array_equal(joined[rows].csr().toarray(), joined.csr().toarray()[rows])


@given(st.integers(1, 40), st.integers(1, 400), st.integers(1, 30), st.integers(0, 5), st.data())
def test_what_a_row_gives_does_not_depend_on_the_rows_around_it(n, d, n_classes, seed, data):
    joined = a_matrix(n, d, 20, seed)
    weights = np.random.default_rng(seed).normal(size=(d + 20, n_classes))
    rows = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1)))
    assert (joined[rows] @ weights).tobytes() == (joined @ weights)[rows].tobytes()


@pytest.mark.parametrize("n", [8191, 8192, 8193])
def test_many_rows_are_multiplied_a_part_at_a_time_with_the_same_result(n):
    joined = a_matrix(n, 3, 2)
    weights = np.random.default_rng(1).normal(size=(5, 2))
    np.testing.assert_allclose(joined @ weights, joined.csr() @ weights, atol=1e-12)


def test_embeddings_alone_have_nothing_beside_them():
    dense = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    alone = Joined.alone(dense)
    assert alone.shape == (4, 3)
    np.testing.assert_array_equal(alone.csr().toarray(), dense.astype(np.float64))
    weights = np.ones((3, 2))
    np.testing.assert_allclose(alone @ weights, dense.astype(np.float64) @ weights, atol=1e-12)


def test_its_matrix_is_one_that_scikit_learn_takes():
    matrix = a_matrix(3, 2, 4).csr()
    assert isinstance(matrix, csr_matrix)
    assert matrix.dtype == np.float64
