"""The linear programs (solved by HiGHS) and the least-squares problem of the package.

They take and return arrays only. Matrices of limits are sparse: their memory is that of the limits'
terms. A failure of the solver becomes SolverFailed here.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy.optimize import linprog, lsq_linear
from scipy.sparse import block_array, csr_array, eye_array, hstack

from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.errors import SolverFailed
from optimizer.response import BoolArray, FloatArray

_TIGHT = 1e-10
_PRICED = 1e-7
_ROOM = 1e-6


@dataclass(frozen=True, eq=False)
class LinearRows:
    """Rows  matrix (row, variable) x <= bound (row,),  or  = bound  where a function says so."""

    matrix: SparseMatrix
    bound: FloatArray

    def widened(self, columns: int) -> Self:
        """The rows with that many more variables, which they do not restrict."""
        nothing = csr_array((self.bound.size, columns), dtype=np.float64)
        return replace(self, matrix=hstack([self.matrix, nothing], "csr"))


def minimise_linear(
    cost: FloatArray,
    below: LinearRows,
    equal: LinearRows,
    lower: FloatArray,
    upper: FloatArray,
    tolerance: float = _TIGHT,
) -> FloatArray:
    """The x with the least cost . x under  lower <= x <= upper,  below and equal; x may be empty.

    Raises SolverFailed.
    """
    if cost.size == 0:
        return cost
    bounds = np.column_stack([lower, upper])
    x: FloatArray = _solve(cost, below, equal, bounds, tolerance).x
    return np.clip(x, lower, upper)


def maximise_minimum(
    planes: LinearRows, below: LinearRows, equal: LinearRows, lower: FloatArray, upper: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """The maximum over feasible x of the least of the planes  matrix x + bound.

    Returns the maximum, x, and shares (plane,) with sum 1: the mixture of planes that attains it.
    Raises SolverFailed.
    """
    n, count = lower.size, planes.bound.size
    ones = csr_array(np.ones((count, 1)))
    result = _solve(
        np.concatenate([np.zeros(n), [-1.0]]),
        LinearRows(
            block_array([[-planes.matrix, ones], [below.matrix, None]], format="csr"),
            np.concatenate([planes.bound, below.bound]),
        ),
        equal.widened(1),
        np.column_stack([np.append(lower, -np.inf), np.append(upper, np.inf)]),
    )
    shares = np.maximum(-result.ineqlin.marginals[:count], 0.0)
    return float(result.x[n]), np.clip(result.x[:n], lower, upper), shares / shares.sum()


def point_with_most_room(
    below: LinearRows, equal: LinearRows, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    """A point with slack in every inequality that allows any, and these slacks (row,).

    Each slack counts up to a small size, so that none is gained at the cost of another; an
    inequality whose slack is zero at this point is an equality at every feasible point.
    Raises SolverFailed.
    """
    count, variables = below.matrix.shape
    x = minimise_linear(
        np.concatenate([np.zeros(variables), -np.ones(count)]),
        LinearRows(hstack([below.matrix, eye_array(count)], "csr"), below.bound),
        equal.widened(count),
        np.concatenate([np.full(variables, -np.inf), np.zeros(count)]),
        np.concatenate([np.full(variables, np.inf), np.full(count, _ROOM)]),
        tolerance,
    )
    return x[:variables], x[variables:]


def least_violation(below: LinearRows) -> tuple[float, FloatArray]:
    """The least total violation of the rows by any x >= 0, and the price (row,) of each row.

    Every row may be violated at a cost of 1 per unit (an elastic program). The rows with a positive
    price suffice to force that violation.  Raises SolverFailed.
    """
    count, variables = below.matrix.shape
    result = _solve(
        np.concatenate([np.zeros(variables), np.ones(count)]),
        LinearRows(hstack([below.matrix, -eye_array(count)], "csr"), below.bound),
        LinearRows(csr_array((0, variables + count), dtype=np.float64), np.empty(0)),
        np.tile([0.0, np.inf], (variables + count, 1)),
    )
    prices = np.abs(result.ineqlin.marginals)
    return float(result.fun), np.where(prices > _PRICED, prices, 0.0)


def multipliers(normals: FloatArray, slope: FloatArray, signed: BoolArray) -> FloatArray:
    """The least-squares solution m of  normals^T m = slope  with m >= 0, of any sign if `signed`.

    normals: (constraint, cell).  slope: (cell,).  signed: (constraint,).  Returns m (constraint,).
    """
    lower = np.where(signed, -np.inf, 0.0)
    size = float(np.abs(slope).max(initial=0.0)) or 1.0
    result = lsq_linear(normals.T, slope / size, bounds=(lower, np.inf), method="bvls")
    return np.asarray(result.x * size, dtype=np.float64)


def _solve(
    cost: FloatArray,
    below: LinearRows,
    equal: LinearRows,
    bounds: FloatArray,
    tolerance: float = _TIGHT,
) -> Any:
    """What HiGHS answers for the least cost . x;  bounds (variable, 2).  Raises SolverFailed.

    Where rows are nearly equal its simplex may stop without a verdict; its interior-point method,
    which ends in a vertex too, then decides.
    """
    for method in ("highs", "highs-ipm"):
        result = linprog(  # type: ignore[call-overload]  # its stubs know no sparse matrices
            cost,
            A_ub=below.matrix,
            b_ub=below.bound,
            A_eq=equal.matrix,
            b_eq=equal.bound,
            bounds=bounds,
            method=method,
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": _TIGHT,
            },
        )
        if result.x is not None and result.status == 0:
            return result
    raise SolverFailed(f"a linear program over the feasible plans failed: {result.message}")
