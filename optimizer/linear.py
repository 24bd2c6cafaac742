"""Linear programs over the feasible plans, and the scaled set that the search moves in.

The search sees only the cells that can move, in units of budget / cells, so that its variables are
O(1) whatever the currency; and no equality twice, which its quadratic programs could not bear.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import linprog, lsq_linear

from optimizer.constraints import TOLERANCE, Limit, LinearSystem
from optimizer.errors import SolverFailed
from optimizer.response import FloatArray

_TIGHT = 1e-10


@dataclass(frozen=True, eq=False)
class FeasibleSet:
    """{x : lower <= x <= upper, A_eq x = b_eq, A_ub x <= b_ub}, x (free,) the cells that move.

    spend = base + scale * x on the free cells; base (cell,) holds the spend of the others.
    """

    base: FloatArray
    free: np.ndarray[tuple[int], np.dtype[np.intp]]
    scale: float
    lower: FloatArray
    upper: FloatArray
    a_eq: FloatArray
    b_eq: FloatArray
    a_ub: FloatArray
    b_ub: FloatArray

    @classmethod
    def of(cls, system: LinearSystem) -> Self:
        """The scaled set of a system that is known to be feasible."""
        moves = system.upper - system.lower > TOLERANCE * system.scale
        free = np.flatnonzero(moves)
        scale = system.scale / max(free.size, 1)
        base = np.where(moves, 0.0, system.lower)
        matrix, low, high = system.rows
        low, high = (low - matrix @ base) / scale, (high - matrix @ base) / scale
        matrix = matrix[:, free]
        acts = np.any(matrix != 0, axis=1)
        equal = acts & (high - low <= TOLERANCE)
        above, below = acts & ~equal & np.isfinite(high), acts & ~equal & np.isfinite(low)
        keep = _independent(matrix, np.flatnonzero(equal))
        return cls(
            base=base,
            free=free,
            scale=scale,
            lower=system.lower[free] / scale,
            upper=system.upper[free] / scale,
            a_eq=matrix[keep],
            b_eq=high[keep],
            a_ub=np.vstack([matrix[above], -matrix[below]]),
            b_ub=np.concatenate([high[above], -low[below]]),
        )

    @property
    def is_point(self) -> bool:
        """Whether no cell can move: there is one feasible plan."""
        return self.free.size == 0

    def spend(self, x: FloatArray) -> FloatArray:
        """(cell,), currency."""
        spend = self.base.copy()
        spend[self.free] = self.scale * np.clip(x, self.lower, self.upper)
        return spend

    def point(self, spend: FloatArray) -> FloatArray:
        """(free,): the coordinates of spend (cell,)."""
        point: FloatArray = spend[self.free] / self.scale
        return point

    def extreme(self, slope: FloatArray) -> FloatArray:
        """The feasible x with the greatest slope . x; slope (free,)."""
        size = float(np.abs(slope).max(initial=0.0)) or 1.0
        return self._solve(-slope / size, self.a_eq, self.a_ub, (self.lower, self.upper))

    def nearest(self, x: FloatArray) -> FloatArray:
        """A feasible point with the least sum of absolute moves from x (free,)."""
        n, eye = x.size, np.eye(x.size)
        empty = np.zeros_like
        cost = np.concatenate([np.zeros(n), np.ones(2 * n)])
        moved = np.hstack([eye, -eye, eye])
        a_eq = np.vstack([np.hstack([self.a_eq, empty(self.a_eq), empty(self.a_eq)]), moved])
        a_ub = np.hstack([self.a_ub, empty(self.a_ub), empty(self.a_ub)])
        sides = (
            np.concatenate([self.lower, np.zeros(2 * n)]),
            np.concatenate([self.upper, np.full(2 * n, np.inf)]),
        )
        return self._solve(cost, a_eq, a_ub, sides, np.concatenate([self.b_eq, x]))[:n]

    def excess(self, x: FloatArray) -> float:
        """The greatest violation by x (free,), in the scaled unit; 0 inside."""
        parts = (self.lower - x, x - self.upper, np.abs(self.a_eq @ x - self.b_eq))
        inequality = self.a_ub @ x - self.b_ub
        return float(np.concatenate([*parts, inequality]).max(initial=0.0))

    def _solve(
        self,
        cost: FloatArray,
        a_eq: FloatArray,
        a_ub: FloatArray,
        sides: tuple[FloatArray, FloatArray],
        b_eq: FloatArray | None = None,
    ) -> FloatArray:
        result = linprog(
            cost,
            A_ub=a_ub,
            b_ub=self.b_ub,
            A_eq=a_eq,
            b_eq=self.b_eq if b_eq is None else b_eq,
            bounds=np.column_stack(sides).tolist(),
            method="highs",
            options={"primal_feasibility_tolerance": _TIGHT, "dual_feasibility_tolerance": _TIGHT},
        )
        if result.x is None or result.status != 0:
            raise SolverFailed(
                f"the linear program over the feasible plans failed: {result.message}"
            )
        n = self.free.size
        return np.concatenate([np.clip(result.x[:n], self.lower, self.upper), result.x[n:]])


def elastic_excess(limits: tuple[Limit, ...], scale: float) -> tuple[float, tuple[int, ...]]:
    """The least total violation, in currency, of limits over spends that are not negative.

    Each limit may stretch at a price of 1 per currency. Also the positions of the limits with a
    price of their own in that solution: they suffice for the conflict.
    """
    cells = limits[0].coefficients.size
    matrix, bound, owner = _one_sided(limits)
    count = len(owner)
    result = linprog(
        np.concatenate([np.zeros(cells), np.ones(count)]),
        A_ub=np.hstack([matrix, -np.eye(count)]),
        b_ub=bound / scale,
        bounds=(0, None),
        method="highs",
        options={"primal_feasibility_tolerance": _TIGHT, "dual_feasibility_tolerance": _TIGHT},
    )
    if result.fun is None or result.status != 0:
        raise SolverFailed(f"the elastic linear program failed: {result.message}")
    prices = np.abs(result.ineqlin.marginals)
    pulling = {who for who, price in zip(owner, prices, strict=True) if price > 1e-7}
    return float(result.fun) * scale, tuple(sorted(pulling))


def nonnegative_multipliers(
    normals: FloatArray, slope: FloatArray, signed: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> FloatArray:
    """Least squares of  normals^T m = slope  with m >= 0, or of any sign where `signed`.

    normals: (constraint, cell).  slope: (cell,).  Returns m: (constraint,).
    """
    lower = np.where(signed, -np.inf, 0.0)
    size = float(np.abs(slope).max(initial=0.0)) or 1.0
    result = lsq_linear(normals.T, slope / size, bounds=(lower, np.inf), method="bvls")
    multipliers: FloatArray = result.x * size
    return multipliers


def _one_sided(limits: tuple[Limit, ...]) -> tuple[FloatArray, FloatArray, list[int]]:
    """Limits as  matrix . spend <= bound,  and whose limit each row is."""
    matrix: list[FloatArray] = []
    bound: list[float] = []
    owner: list[int] = []
    for position, limit in enumerate(limits):
        for sign, side in ((1.0, limit.upper), (-1.0, limit.lower)):
            if np.isfinite(side):
                matrix.append(sign * limit.coefficients)
                bound.append(sign * side)
                owner.append(position)
    return np.array(matrix), np.array(bound), owner


def _independent(
    matrix: FloatArray, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The first rows that no others before them imply."""
    kept: list[int] = []
    for row in rows.tolist():
        if np.linalg.matrix_rank(matrix[[*kept, row]]) > len(kept):
            kept.append(row)
    return np.array(kept, dtype=np.intp)
