"""Which rows say something new: linear independence, by Gram and Schmidt with one repetition.

Rows are taken in blocks, so that memory is that of the orthonormal basis: rank times cells.
"""

from collections.abc import Iterator

import numpy as np

from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.response import BoolArray, FloatArray, IndexArray

_SAME = 1e-9
"""Distance from the span of other rows, in units of a coefficient, that counts as rounding."""
_BLOCK = 256


def independent_rows(matrix: SparseMatrix) -> IndexArray:
    """Positions of the rows that are linearly independent of the rows before them."""
    basis = np.empty((min(matrix.shape), matrix.shape[1]))
    kept: list[int] = []
    for start, block in _blocks(matrix):
        for position, row in enumerate(block, start):
            if len(kept) == len(basis):
                return np.array(kept, dtype=np.intp)
            rest = _outside(row[None], basis[: len(kept)])[0]
            size = float(np.linalg.norm(rest))
            if size > _SAME:
                basis[len(kept)] = rest / size
                kept.append(position)
    return np.array(kept, dtype=np.intp)


def are_outside(matrix: SparseMatrix, known: SparseMatrix) -> BoolArray:
    """(row,): whether each row of a matrix is linearly independent of the rows of `known`."""
    basis = np.linalg.qr(known.toarray().T).Q.T
    outside = np.empty(matrix.shape[0], dtype=np.bool_)
    for start, block in _blocks(matrix):
        sizes = np.linalg.norm(_outside(block, basis), axis=1)
        outside[start : start + len(block)] = sizes > _SAME
    return outside


def _blocks(matrix: SparseMatrix) -> Iterator[tuple[int, FloatArray]]:
    """Successive dense rows of a matrix, with the position of the first one."""
    for start in range(0, matrix.shape[0], _BLOCK):
        yield start, matrix[start : start + _BLOCK].toarray()


def _outside(rows: FloatArray, basis: FloatArray) -> FloatArray:
    """What is left of rows (row, cell) outside the span of an orthonormal basis (rank, cell)."""
    for _ in range(2):
        rows = rows - (rows @ basis.T) @ basis
    return rows
