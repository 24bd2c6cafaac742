r"""Each draw's own plan climbed to its own maximum, all draws at once.

Projected gradient:  x <- P(x + step * slope),  with one step size for each draw, which grows after
a gain and shrinks after a loss, which is taken back. P is the projection on the feasible plans,

    min |x - y|^2 / 2   over   low <= B x <= high,      B = the cells and the rows of the limits,

by the splitting of Stellato et al. (OSQP, 2020): x solves (I + r B'B) x = y + B'(r z - w), then
z = B x + w / r clipped to the limits and w = w + r (B x - z); the matrix is shared by all draws.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.sparse import diags_array, eye_array, vstack

from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.curves.draw_tables import CurveTables
from optimizer.response import FloatArray
from optimizer.watch import Watch

_STEPS = 60
_ROUNDS = 80
_LONGER, _SHORTER = 1.6, 0.35
_MOST_NUMBERS = 2_000_000
"""Draws times cells and rows that are projected at once, 16 MB in each array."""

_DENSE = 20_000
"""Numbers of an operator up to which dense products are the faster ones."""


@dataclass(frozen=True, eq=False)
class Projection:
    """The projection on the feasible plans  low <= operator x <= high.

    x (cell,) is in multiples of `unit`, currency.  operator: (cell + row, cell).
    solve: (cell, cell), the inverse of I + operator' operator.
    """

    operator: SparseMatrix
    low: FloatArray
    high: FloatArray
    solve: FloatArray
    unit: float

    @classmethod
    def of(cls, system: LinearSystem) -> Self:
        """The projection on the plans of a system that is known to be feasible."""
        matrix, low, high = system.rows
        cells, unit = system.lower.size, system.scale / system.lower.size
        size = np.sqrt((matrix * matrix).sum(axis=1))
        size = np.where(size > 0, size, 1.0)
        operator = vstack([eye_array(cells), diags_array(1.0 / size) @ matrix], "csr")
        return cls(
            operator=operator,
            low=np.concatenate([system.lower, low / size]) / unit,
            high=np.concatenate([system.upper, high / size]) / unit,
            solve=np.linalg.inv(np.eye(cells) + (operator.T @ operator).toarray()),
            unit=unit,
        )

    @cached_property
    def _factors(self) -> tuple[SparseMatrix | FloatArray, SparseMatrix | FloatArray]:
        """The operator's transpose and the operator, as dense arrays where they are small."""
        if self.operator.shape[0] * self.operator.shape[1] > _DENSE:
            return self.operator.T.tocsr(), self.operator
        back: FloatArray = self.operator.toarray()
        return back.T, back

    def project(self, points: FloatArray) -> FloatArray:
        """(draw, cell): the feasible plans nearest to points (draw, cell); bounds hold exactly."""
        block = max(1, _MOST_NUMBERS // self.low.size)
        starts = range(0, len(points), block)
        return np.concatenate([self._project(points[start : start + block]) for start in starts])

    def _project(self, points: FloatArray) -> FloatArray:
        y, (forth, back) = points / self.unit, self._factors
        z = np.clip(y @ forth, self.low, self.high)
        w = np.zeros_like(z)
        for _ in range(_ROUNDS):
            x = (y + (z - w) @ back) @ self.solve
            reach = x @ forth
            z = np.clip(reach + w, self.low, self.high)
            w += reach - z
        cells = points.shape[1]
        return np.asarray(np.clip(x, self.low[:cells], self.high[:cells]) * self.unit)


def climb_each_draw(
    curves: CurveTables, projection: Projection, start: FloatArray, watch: Watch
) -> tuple[FloatArray, FloatArray]:
    """The gain (draw,) and plan (draw, cell) at the end of each draw's climb.

    start: (draw, cell), currency.  watch: asked before each step.
    """
    plan = projection.project(start)
    gain, slope = curves.at_plans(plan)
    size = np.abs(slope).max(axis=1)
    step = projection.unit * 0.5 / np.where(size > 0, size, 1.0)
    for _ in range(_STEPS):
        if watch.is_over():
            break
        tried = projection.project(plan + step[:, None] * slope)
        reached, steepness = curves.at_plans(tried)
        better = reached > gain
        plan = np.where(better[:, None], tried, plan)
        slope = np.where(better[:, None], steepness, slope)
        gain = np.where(better, reached, gain)
        step = step * np.where(better, _LONGER, _SHORTER)
    return gain, plan
