r"""The feasible plan nearest to a point, in the coordinates of the search.

    min |x - y|^2 / 2    under    lower <= x <= upper,   E x = e,   C x <= c

With multipliers m of the rows A (those of C not negative) the minimum over the bounds is known,

    x(m) = clip(y - A' m, lower, upper),

and m maximises a concave function with the gradient  A x(m) - b,  piecewise linear in m. Newton's
method on that gradient (semismooth: Qi and Sun, Mathematical Programming 58, 1993), with an exact
search along each step, takes a few small linear systems in the rows; multipliers of the last call
are the start of the next one.
"""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from scipy.sparse import csc_array, csr_array, diags_array, eye_array, vstack
from scipy.sparse.linalg import spsolve

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.response import BoolArray, FloatArray

_ROUNDS = 100
_CLOSE = 1e-11
"""Residual of a row of length 1, per unit of the largest x, that counts as none."""
_RIDGE = 1e-7
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
            miss = self._miss(m, residual)
            if miss <= _CLOSE * max(1.0, float(np.abs(x).max(initial=0.0))):
                break
            step = self._ascent(m, x, residual)
            tried = self._allowed(m + step)
            if self._miss(tried, self._at(y, tried)[1]) > 0.5 * miss:
                tried = self._highest_along(y, m, step)
            m = tried
        self.last = m
        return self._at(y, m)[0]

    def _at(self, y: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The point x(m) and the rows' residuals there."""
        x = np.clip(y - self._across @ m, self.lower, self.upper)
        return x, self.matrix @ x - self.bound

    def _miss(self, m: FloatArray, residual: FloatArray) -> float:
        """How far rows that act are from holding; 0 at the solution."""
        return float(np.abs(np.where(self.signed, residual, np.maximum(residual, -m))).max())

    def _ascent(self, m: FloatArray, x: FloatArray, residual: FloatArray) -> FloatArray:
        """Newton's step of the multipliers, or the gradient where that does not rise."""
        acting = self.signed | (m > 0.0) | (residual > 0.0)
        moving = ((x > self.lower) & (x < self.upper)).astype(np.float64)
        rows = self.matrix[acting]
        step = np.zeros(m.size)
        if moving.any():
            step[acting] = _solve((rows * moving) @ rows.T, residual[acting])
            step[~self.signed & (m <= 0.0) & (step < 0.0)] = 0.0
        if not np.isfinite(step).all() or float(residual @ step) <= 0.0:
            step = np.where(acting, residual, 0.0)
        return step

    def _highest_along(self, y: FloatArray, m: FloatArray, step: FloatArray) -> FloatArray:
        """The highest multipliers along a rising step: past those that reach 0 where that is
        higher, else until the first one does."""
        past = self._allowed(m + self._best_share(y, m, step, np.inf) * step)
        if self._height(y, past) > self._height(y, m):
            return past
        falling = ~self.signed & (step < 0.0)
        shares = np.where(falling, m / np.where(falling, -step, 1.0), np.inf)
        most = float(shares.min())
        share = self._best_share(y, m, step, most)
        return np.where(shares <= share, 0.0, self._allowed(m + share * step))

    def _height(self, y: FloatArray, m: FloatArray) -> float:
        """The dual function that the multipliers maximise."""
        x, residual = self._at(y, m)
        return 0.5 * float((x - y) @ (x - y)) + float(m @ residual)

    def _best_share(self, y: FloatArray, m: FloatArray, step: FloatArray, most: float) -> float:
        """The share of a rising step, up to `most`, at which the dual function is highest.

        Its slope along the step falls and is linear between the shares at which a cell reaches a
        bound: these are halved until two neighbours enclose its zero.
        """
        place, speed = y - self._across @ m, self._across @ step
        with np.errstate(divide="ignore", invalid="ignore"):
            corners = np.concatenate([(place - self.upper) / speed, (place - self.lower) / speed])
        shares = np.unique(corners[np.isfinite(corners) & (corners > 0.0) & (corners < most)])
        ends = np.concatenate([[0.0], shares, [most] if np.isfinite(most) else []])

        def slope(share: float) -> float:
            x = np.clip(place - share * speed, self.lower, self.upper)
            return float(step @ (self.matrix @ x - self.bound))

        low, high = 0, ends.size - 1
        if slope(float(ends[high])) >= 0.0:
            return float(ends[high])
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if slope(float(ends[middle])) > 0.0 else (low, middle)
        first, last = float(ends[low]), float(ends[high])
        at_first, at_last = slope(first), slope(last)
        return first + (last - first) * at_first / (at_first - at_last)

    def _allowed(self, m: FloatArray) -> FloatArray:
        """The multipliers, those of inequalities not negative."""
        return np.where(self.signed, m, np.maximum(m, 0.0))


def _solve(system: Any, right: FloatArray) -> FloatArray:
    """The solution of a positive semidefinite system, dense or sparse, with a small ridge added."""
    ridge = _RIDGE * max(float(system.diagonal().max(initial=0.0)), 1e-3)
    if isinstance(system, np.ndarray):
        return np.asarray(np.linalg.solve(system + ridge * np.eye(right.size), right))
    return np.asarray(spsolve(csc_array(system + ridge * eye_array(right.size)), right))
