r"""A climb under conditions over many cells: an augmented Lagrangian, by projected quasi-Newton.

    min  f(x) + sum_i ( max(0, m_i - w g_i(x))^2 - m_i^2 ) / (2 w)      over the linear limits,
    m_i <- max(0, m_i - w g_i(x)),      w grows while the conditions are missed by as much as before

f is the loss, g_i >= 0 the conditions, each in units of its greatest slope at the start (Powell,
Hestenes and Rockafellar: Nocedal and Wright, Numerical Optimization, chapter 17). The linear limits
stay exact, by projection; a plan that the rounds leave short of a condition is moved to a safe one
by the caller.

    m -> multipliers    w -> weight    f -> loss    g -> level
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.projection import Projection
from optimizer.response import FloatArray
from optimizer.search.quasi_newton import Descent, descend
from optimizer.watch import Watch

_ROUNDS = 10
_STEPS = 40
_CLOSE = 2e-4
_MET = 1e-5
"""Level, in its own unit, up to which a condition counts as met during the rounds."""
_FASTER = 4.0
_HALVED = 0.5

type Scaled = Callable[[FloatArray], tuple[float, FloatArray]]
"""x (free,) -> a value of the search's unit, and its slope (free,)."""


@dataclass(frozen=True, eq=False)
class Constrained:
    """loss: to lower.  levels: not to be negative.  Both over the coordinates of `feasible`."""

    loss: Scaled
    levels: Sequence[Scaled]
    feasible: FeasibleSet
    watch: Watch


def descend_within(problem: Constrained, start: FloatArray) -> FloatArray:
    """(free,): about the least loss over the linear limits with every level at 0 or above."""
    project = Projection.of(problem.feasible)
    multipliers, weight = np.zeros(len(problem.levels)), 1.0
    x, missed = start, np.inf
    for _ in range(_ROUNDS):
        step = _step(problem, _augmented(problem, multipliers, weight), project)
        x = descend(step, x, _CLOSE, _STEPS).x
        levels = np.array([level(x)[0] for level in problem.levels])
        moved = np.maximum(multipliers - weight * levels, 0.0)
        change = float(np.abs(moved - multipliers).max(initial=0.0))
        short = float(np.maximum(-levels, 0.0).max(initial=0.0))
        settled = short <= _MET and change <= _MET * max(1.0, float(np.abs(moved).max(initial=0.0)))
        if settled or problem.watch.is_over():
            break
        if short > _HALVED * missed:
            weight *= _FASTER
        multipliers, missed = moved, short
    return x


def _step(problem: Constrained, both: Scaled, project: Projection) -> Descent:
    return Descent(
        loss=lambda x: both(x)[0],
        slope=lambda x: both(x)[1],
        project=project.nearest,
        extreme=problem.feasible.extreme_point,
        is_over=problem.watch.is_over,
    )


def _augmented(problem: Constrained, multipliers: FloatArray, weight: float) -> Scaled:
    def at(x: FloatArray) -> tuple[float, FloatArray]:
        value, slope = problem.loss(x)
        for level, multiplier in zip(problem.levels, multipliers.tolist(), strict=True):
            height, rise = level(x)
            pull = max(multiplier - weight * height, 0.0)
            value += (pull**2 - multiplier**2) / (2.0 * weight)
            slope = slope - pull * rise
        return value, slope

    return at
