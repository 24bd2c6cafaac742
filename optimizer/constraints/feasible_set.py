"""The feasible plans in the coordinates of the search: free cells only, in units of O(1).

Limits often leave less freedom than they seem to: minimums that add up to the budget fix their
cells, and a share that is used up is an equality. A quadratic program fails on such limits, so they
are detected first (by a point with room in every other limit) and treated as the equalities they
are. Limits that state the same amount twice, equal up to rounding, are kept once.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import eye_array, hstack, vstack

from optimizer.constraints.linear_program import LinearRows, minimise_linear, point_with_most_room
from optimizer.constraints.linear_system import TOLERANCE, LinearSystem
from optimizer.constraints.row_space import are_outside, independent_rows
from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.response import BoolArray, FloatArray, IndexArray

_NO_ROOM = 10 * TOLERANCE


@dataclass(frozen=True, eq=False)
class FeasibleSet:
    """{x : lower <= x <= upper, equalities and inequalities hold}, x (free,) of the free cells.

    spend = base + scale * x on the free cells; base (cell,) holds the spend of the others.
    free: (free,), positions of the cells that can move.  scale: currency of one unit of x.
    """

    base: FloatArray
    free: IndexArray
    scale: float
    lower: FloatArray
    upper: FloatArray
    equalities: LinearRows
    inequalities: LinearRows

    @classmethod
    def of(cls, system: LinearSystem) -> Self:
        """The scaled set of a system that is known to be feasible."""
        inner, equal, below, moves = _inner_point(system)
        free = np.flatnonzero(moves)
        equal = equal[:, free]
        equalities = equal[independent_rows(equal)]
        if equalities.shape[0] == free.size:
            free, equalities = free[:0], equalities[:0, :0]
        scale = system.scale / max(free.size, 1)
        base = np.clip(inner, system.lower, system.upper)
        base[free] = 0.0
        others = np.flatnonzero(are_outside(below.matrix[:, free], equalities))
        rows = below.matrix[others]
        return cls(
            base=base,
            free=free,
            scale=scale,
            lower=system.lower[free] / scale,
            upper=system.upper[free] / scale,
            equalities=LinearRows(equalities, equalities @ inner[free] / scale),
            inequalities=LinearRows(rows[:, free], (below.bound[others] - rows @ base) / scale),
        )

    @property
    def is_single_plan(self) -> bool:
        """Whether no cell can move, so that there is only one feasible plan."""
        return self.free.size == 0

    def spend(self, x: FloatArray) -> FloatArray:
        """(cell,), currency, of x (free,)."""
        spend = self.base.copy()
        spend[self.free] = self.scale * np.clip(x, self.lower, self.upper)
        return spend

    def coordinates(self, spend: FloatArray) -> FloatArray:
        """(free,): the scaled coordinates of spend (cell,)."""
        return np.asarray(spend[self.free] / self.scale)

    def extreme_point(self, slope: FloatArray) -> FloatArray:
        """The vertex x with the greatest slope . x; slope (free,)."""
        size = float(np.abs(slope).max(initial=0.0)) or 1.0
        return minimise_linear(
            -slope / size, self.inequalities, self.equalities, self.lower, self.upper
        )

    def nearest_point(self, x: FloatArray) -> FloatArray:
        """A feasible point with the least sum of absolute distances from x (free,)."""
        n, eye = x.size, eye_array(x.size)
        moved = hstack([eye, -eye, eye])
        equal = vstack([self.equalities.widened(2 * n).matrix, moved], "csr")
        nearest = minimise_linear(
            np.concatenate([np.zeros(n), np.ones(2 * n)]),
            self.inequalities.widened(2 * n),
            LinearRows(equal, np.concatenate([self.equalities.bound, x])),
            np.concatenate([self.lower, np.zeros(2 * n)]),
            np.concatenate([self.upper, np.full(2 * n, np.inf)]),
        )
        return nearest[:n]

    def violation(self, x: FloatArray) -> float:
        """The greatest violation by x (free,), in the scaled unit; 0 inside."""
        parts = [
            self.lower - x,
            x - self.upper,
            np.abs(self.equalities.matrix @ x - self.equalities.bound),
            self.inequalities.matrix @ x - self.inequalities.bound,
        ]
        return float(np.concatenate(parts).max(initial=0.0))


def _inner_point(
    system: LinearSystem,
) -> tuple[FloatArray, SparseMatrix, LinearRows, BoolArray]:
    """A plan (cell,), currency, with room in every limit that allows any.

    Also returned: the rows that are equalities, stated or forced; the inequalities of several cells
    that have room; and which cells (cell,) have room on both sides.
    """
    matrix, low, high = system.rows
    stated = high - low <= TOLERANCE * system.scale
    above, under = ~stated & np.isfinite(high), ~stated & np.isfinite(low)
    sums = LinearRows(
        vstack([matrix[above], -matrix[under]], "csr"), np.concatenate([high[above], -low[under]])
    )
    cells, eye = len(system.names), eye_array(len(system.names))
    inner, room = point_with_most_room(
        LinearRows(
            vstack([sums.matrix, eye, -eye], "csr"),
            np.concatenate([sums.bound, system.upper, -system.lower]) / system.scale,
        ),
        LinearRows(matrix[stated], high[stated] / system.scale),
        TOLERANCE,
    )
    forced = room <= _NO_ROOM
    of_sums, of_cells = forced[: sums.bound.size], forced[sums.bound.size :].reshape(2, cells)
    equal = vstack([matrix[stated], sums.matrix[of_sums]], "csr")
    return (
        inner * system.scale,
        equal,
        LinearRows(sums.matrix[~of_sums], sums.bound[~of_sums]),
        ~of_cells.any(axis=0),
    )
