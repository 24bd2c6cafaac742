r"""Projected quasi-Newton: a climb over many cells that asks for few gradients.

At each point the loss is replaced by a quadratic whose curvature B is learned from the last
gradients (L-BFGS, in its compact form: Byrd, Nocedal and Schnabel, 1994). Its minimum over the
feasible plans is found by projections alone (spectral projected gradient: Birgin, Martinez and
Raydan, 2000), which cost nothing beside a gradient of the response; a line search takes the step
towards it (Schmidt, van den Berg, Friedlander and Murphy, 2009). Every point is feasible, for it
lies between feasible ones.

The climb ends where no feasible plan is better to first order,

    max_v  slope . (v - x)  <=  close max(|loss|, least)        the gap of Frank and Wolfe

or where the quadratic promises nothing more, or after a number of steps.

    x -> point    g -> slope of the loss    s, y -> moves and changes of slope
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.response import FloatArray

_KEPT = 30
_INNER_STEPS = 40
_SETTLED = 1e-5
"""Share of its first move below which the inner climb ends."""
_LONGEST = 1e4
"""The longest step of the inner climb over its shortest one."""
_WHOLE = 0.99
"""A step ends short of the bounds, where the slope of a curve may be infinite."""
_ARMIJO, _HALVINGS = 1e-4, 16
_FLAT, _ROUNDING = 1e-12, 1e-13
_NEAR = 1e-4
"""Promise of the quadratic, as a share of the loss, below which the gap is looked at."""


@dataclass(frozen=True, eq=False)
class Descent:
    """What the climb needs of the problem, all at points x (free,).

    loss: the value to lower.  slope: (free,), its derivative.
    project: the nearest feasible point.  extreme: the feasible point with the greatest product.
    is_over: whether no time is left for another step.
    least: the loss to which a smaller one counts as equal where a gap is a share of it.
    """

    loss: Callable[[FloatArray], float]
    slope: Callable[[FloatArray], FloatArray]
    project: Callable[[FloatArray], FloatArray]
    extreme: Callable[[FloatArray], FloatArray]
    is_over: Callable[[], bool]
    least: float = 0.0


@dataclass(frozen=True, eq=False)
class Descended:
    """Where the climb ended: x (free,); steps: taken; settled: whether it ended by itself."""

    x: FloatArray
    steps: int
    settled: bool


@dataclass(eq=False)
class _Curvature:
    """The matrix B of the quadratic:  sigma I - W middle W'."""

    sigma: float
    moves: list[FloatArray] = field(default_factory=list)
    changes: list[FloatArray] = field(default_factory=list)
    _wide: FloatArray | None = None
    _middle: FloatArray | None = None

    def learn(self, s: FloatArray, y: FloatArray) -> None:
        """Take in a move and the change of the slope over it, where they curve upwards."""
        product = float(s @ y)
        if product <= 1e-10 * float(np.linalg.norm(s) * np.linalg.norm(y)):
            return
        self.moves, self.changes = [*self.moves, s][-_KEPT:], [*self.changes, y][-_KEPT:]
        self.sigma = float(y @ y) / product
        moves, changes = np.array(self.moves).T, np.array(self.changes).T
        cross = moves.T @ changes
        below = np.tril(cross, -1)
        corner = np.block(
            [[self.sigma * moves.T @ moves, below], [below.T, -np.diag(np.diag(cross))]]
        )
        self._wide = np.hstack([self.sigma * moves, changes])
        self._middle = np.linalg.inv(corner)

    def times(self, v: FloatArray) -> FloatArray:
        """(free,): B v."""
        if self._wide is None or self._middle is None:
            return self.sigma * v
        return np.asarray(self.sigma * v - self._wide @ (self._middle @ (self._wide.T @ v)))


def descend(problem: Descent, start: FloatArray, close: float, most_steps: int) -> Descended:
    """Lower the loss from a feasible start (free,) until its gap is at most `close` of it."""
    x, loss, g = start, problem.loss(start), problem.slope(start)
    curvature = _Curvature(float(np.abs(g).max(initial=0.0)) or 1.0)
    for step in range(most_steps):
        if problem.is_over():
            return Descended(x, step, settled=False)
        d = _towards_minimum(problem, curvature, x, g) - x
        promise = -float(g @ d)
        size = max(abs(loss), problem.least, 1e-9)
        if promise <= _FLAT * size:
            return Descended(x, step, settled=True)
        if promise <= _NEAR * size and float(g @ (x - problem.extreme(-g))) <= close * size:
            return Descended(x, step, settled=True)
        share = _line_search(problem, x, loss, d, promise)
        if share is None:
            return Descended(x, step, settled=False)
        moved = x + share * d
        loss, after = problem.loss(moved), problem.slope(moved)
        curvature.learn(moved - x, after - g)
        x, g = moved, after
    return Descended(x, most_steps, settled=False)


def _towards_minimum(
    problem: Descent, curvature: _Curvature, x: FloatArray, g: FloatArray
) -> FloatArray:
    """(free,): about the feasible point at which  g.(z - x) + (z - x)' B (z - x) / 2  is least."""
    z, slope, length = x, g, 1.0 / curvature.sigma
    shortest = length / np.sqrt(_LONGEST)
    first = 0.0
    for _ in range(_INNER_STEPS):
        d = problem.project(z - length * slope) - z
        size = float(np.abs(d).max(initial=0.0))
        first = max(first, size)
        if size <= max(_SETTLED * first, _ROUNDING * float(np.abs(z).max())):
            break
        bent = curvature.times(d)
        curve, fall = float(d @ bent), -float(slope @ d)
        if fall <= 0.0:
            break
        share = min(1.0, fall / curve) if curve > 0.0 else 1.0
        z, slope = z + share * d, slope + share * bent
        if not curvature.moves:
            break
        if curve > 0.0:
            length = min(max(float(d @ d) / curve, shortest), _LONGEST * shortest)
    return z


def _line_search(
    problem: Descent, x: FloatArray, loss: float, d: FloatArray, promise: float
) -> float | None:
    """The share of the move d that lowers the loss enough; None where none does."""
    share, wanted = _WHOLE, _ARMIJO * min(promise, max(abs(loss), 1e-9))
    for _ in range(_HALVINGS):
        rise = problem.loss(x + share * d) - loss
        if rise <= -share * wanted:
            return share
        curve = rise + share * promise
        share *= min(max(0.5 * share * promise / curve, 0.1), 0.5) if curve > 0.0 else 0.5
    return None
