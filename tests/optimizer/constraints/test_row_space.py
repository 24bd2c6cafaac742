"""Rows that say something new, against the ranks of dense matrices."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from optimizer.constraints.row_space import are_outside, independent_rows


def rows_of_rank(rng, rank, count, cells):
    """Integer rows, so that a rank is not a matter of rounding."""
    base = rng.integers(-2, 3, (rank, cells))
    return csr_array((rng.integers(-2, 3, (count, rank)) @ base).astype(np.float64))


@pytest.mark.parametrize("seed", range(20))
def test_each_row_that_raises_the_rank_is_kept(seed) -> None:
    rng = np.random.default_rng(seed)
    matrix = rows_of_rank(rng, 3, 9, 6)
    dense = matrix.toarray()
    ranks = [0, *(np.linalg.matrix_rank(dense[: row + 1]) for row in range(9))]
    assert independent_rows(matrix).tolist() == np.flatnonzero(np.diff(ranks)).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_a_row_is_outside_where_it_raises_the_rank(seed) -> None:
    rng = np.random.default_rng(seed)
    known, dense = rows_of_rank(rng, 3, 3, 6), rows_of_rank(rng, 6, 8, 6).toarray()
    dense[2] = known.toarray().T @ [2, -1, 0]
    matrix, known = csr_array(dense), known[independent_rows(known)]
    expected = [
        np.linalg.matrix_rank(np.vstack([known.toarray(), row])) > known.shape[0] for row in dense
    ]
    assert are_outside(matrix, known).tolist() == expected
    assert not expected[2]


def test_many_rows_are_taken_in_blocks() -> None:
    rng = np.random.default_rng(1)
    matrix = rows_of_rank(rng, 5, 1000, 40)
    kept = independent_rows(matrix)
    assert np.linalg.matrix_rank(matrix.toarray()[kept]) == kept.size == 5
    assert not are_outside(matrix, matrix[kept]).any()


def test_nothing_known_and_no_cell_to_move() -> None:
    matrix = csr_array(np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 1e-12]]))
    nothing = csr_array((0, 2), dtype=np.float64)
    assert are_outside(matrix, nothing).tolist() == [False, True, False]
    assert independent_rows(matrix[:, :0]).tolist() == []
    assert are_outside(matrix[:, :0], nothing[:, :0]).tolist() == [False, False, False]
