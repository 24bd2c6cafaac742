"""A limit's left side as the few cells that it names; many of them as one sparse matrix.

A dense row for each limit would take memory for limits times cells, and most of it would be zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from optimizer.response import FloatArray, IndexArray

type SparseMatrix = csr_array[np.float64, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class SparseRow:
    """A weighted sum of spend; cells that it does not name count 0.

    cells: (term,), rising positions.  values: (term,), none of them 0.
    """

    cells: IndexArray
    values: FloatArray

    @classmethod
    def of(cls, coefficients: FloatArray) -> Self:
        """The row with these coefficients (cell,)."""
        cells = np.flatnonzero(coefficients)
        return cls(cells, coefficients[cells])

    @classmethod
    def sum_of(cls, members: IndexArray) -> Self:
        """The sum of the cells at these rising positions."""
        return cls(members, np.ones(members.size))

    def at(self, spend: FloatArray) -> float:
        """The sum for spend (cell,)."""
        return float(self.values @ spend[self.cells])

    def dense(self, cells: int) -> FloatArray:
        """The coefficients (cell,) of all `cells`."""
        coefficients = np.zeros(cells)
        coefficients[self.cells] = self.values
        return coefficients


def stack_rows(rows: Sequence[SparseRow], cells: int) -> SparseMatrix:
    """(row, cell): the rows below each other."""
    if not rows:
        return csr_array((0, cells), dtype=np.float64)
    ends = np.cumsum([0, *(row.cells.size for row in rows)])
    where = np.concatenate([row.cells for row in rows])
    values = np.concatenate([row.values for row in rows])
    return csr_array((values, where, ends), shape=(len(rows), cells))
