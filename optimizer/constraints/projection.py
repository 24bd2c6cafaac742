r"""The feasible plan nearest to a point, in the coordinates of the search.

    min |x - y|^2 / 2    under    lower <= x <= upper,   E x = e,   C x <= c

With multipliers m of the rows A (those of C not negative) the minimum over the bounds is known,

    x(m) = clip(y - A' m, lower, upper),

and m maximises a concave function with the gradient  A x(m) - b,  piecewise linear in m. Newton's
method on that gradient (semismooth: Qi and Sun, Mathematical Programming 58, 1993) takes a few
small linear systems in the rows; multipliers of the last call are the start of the next one.
"""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from scipy.optimize import Bounds, minimize
from scipy.sparse import csc_array, csr_array, diags_array, eye_array, vstack
from scipy.sparse.linalg import spsolve

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.response import BoolArray, FloatArray

_ROUNDS, _HALVINGS = 40, 12
_CLOSE = 1e-11
"""Residual of a row of length 1, per unit of the largest x, that counts as none."""
_RIDGE, _ROUNDING = 1e-10, 1e-14
_FEW_ROWS = 40
"""Up to so many rows all arithmetic is dense."""


@dataclass(eq=False)
class Projection:
    """The projection on  {x : lower <= x <= upper, matrix x = bound or <= bound}.

    matrix: (row, free), each row of length 1; dense where rows are few.
    signed: (row,), the equalities, whose multipliers may be negative.
    last: (row,), multipliers of the last call.
    """

    lower: FloatArray
    upper: FloatArray
    matrix: SparseMatrix | FloatArray
    bound: FloatArray
    signed: BoolArray
    last: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.last = np.zeros(self.bound.size)
        across = self.matrix.T
        self._across = across if isinstance(across, np.ndarray) else across.tocsr()

    @classmethod
    def of(cls, feasible: FeasibleSet) -> Self:
        """The projection on a feasible set."""
        equal, below = feasible.equalities, feasible.inequalities
        matrix = vstack([equal.matrix, below.matrix], "csr")
        length = np.sqrt((matrix * matrix).sum(axis=1))
        length = np.where(length > 0.0, length, 1.0)
        scaled = csr_array(diags_array(1.0 / length) @ matrix)
        return cls(
            feasible.lower,
            feasible.upper,
            scaled if length.size > _FEW_ROWS else scaled.toarray(),
            np.concatenate([equal.bound, below.bound]) / length,
            np.arange(length.size) < equal.bound.size,
        )

    def nearest(self, y: FloatArray) -> FloatArray:
        """(free,): the feasible point nearest to y (free,); rows hold up to rounding."""
        if not self.bound.size:
            return np.clip(y, self.lower, self.upper)
        m = self.last
        for _ in range(_ROUNDS):
            x, residual = self._at(y, m)
            close = _CLOSE * max(1.0, float(np.abs(x).max(initial=0.0)))
            if self._miss(m, residual) <= close:
                self.last = m
                return x
            acting = self.signed | (m > 0.0) | (residual > 0.0)
            better = self._newton_step(y, m, x, residual, acting)
            if better is None:
                break
            m = better
        self.last = self._by_gradients(y, m)
        return self._at(y, self.last)[0]

    def _at(self, y: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The point x(m) and the rows' residuals there."""
        x = np.clip(y - self._across @ m, self.lower, self.upper)
        return x, self.matrix @ x - self.bound

    def _miss(self, m: FloatArray, residual: FloatArray) -> float:
        """How far rows that act are from holding; 0 at the solution."""
        return float(np.abs(np.where(self.signed, residual, np.maximum(residual, -m))).max())

    def _height(self, y: FloatArray, m: FloatArray) -> float:
        """The dual function that the multipliers maximise."""
        x, residual = self._at(y, m)
        return 0.5 * float((x - y) @ (x - y)) + float(m @ residual)

    def _newton_step(
        self, y: FloatArray, m: FloatArray, x: FloatArray, residual: FloatArray, acting: BoolArray
    ) -> FloatArray | None:
        """Better multipliers along Newton's direction; None where there are none."""
        moving = ((x > self.lower) & (x < self.upper)).astype(np.float64)
        rows = self.matrix[acting]
        step = np.zeros(m.size)
        step[acting] = _solve((rows * moving) @ rows.T, residual[acting])
        height, rise = self._height(y, m), float(residual @ step)
        if not np.isfinite(rise) or rise <= 0.0:
            return None
        if not moving.any():
            return self._beyond_flat(y, m, step, height)
        for share in 0.5 ** np.arange(_HALVINGS):
            tried = self._allowed(m + share * step)
            if self._miss(tried, self._at(y, tried)[1]) <= 0.5 * self._miss(m, residual):
                return tried
            wanted = 1e-4 * float(residual @ (tried - m)) - _ROUNDING * abs(height)
            if self._height(y, tried) >= height + wanted:
                return tried
        return None

    def _beyond_flat(
        self, y: FloatArray, m: FloatArray, step: FloatArray, height: float
    ) -> FloatArray | None:
        """The multipliers as far along a step as these rise: all cells are at a bound before."""
        best, step = None, step / max(float(np.abs(step).max()), 1e-300)
        for share in 2.0 ** np.arange(-_HALVINGS, 2 * _HALVINGS):
            tried = self._allowed(m + share * step)
            if self._height(y, tried) <= height:
                break
            best, height = tried, self._height(y, tried)
        return best

    def _allowed(self, m: FloatArray) -> FloatArray:
        """The multipliers, those of inequalities not negative."""
        return np.where(self.signed, m, np.maximum(m, 0.0))

    def _by_gradients(self, y: FloatArray, m: FloatArray) -> FloatArray:
        """The multipliers by L-BFGS-B, where Newton's method makes no progress."""
        lowest = np.where(self.signed, -np.inf, 0.0)
        result = minimize(  # type: ignore[call-overload]  # its stubs know no Bounds of arrays
            lambda m: -self._height(y, m),
            m,
            jac=lambda m: -self._at(y, m)[1],
            method="L-BFGS-B",
            bounds=Bounds(lowest, np.inf),
            options={"maxiter": 500, "ftol": 1e-16, "gtol": 1e-10},
        )
        return np.asarray(result.x, dtype=np.float64)


def _solve(system: Any, right: FloatArray) -> FloatArray:
    """The solution of a positive semidefinite system, dense or sparse, with a small ridge added."""
    ridge = _RIDGE * max(float(system.diagonal().max(initial=0.0)), 1e-3)
    if isinstance(system, np.ndarray):
        return np.asarray(np.linalg.solve(system + ridge * np.eye(right.size), right))
    return np.asarray(spsolve(csc_array(system + ridge * eye_array(right.size)), right))
