"""A climb under conditions that are not linear, by SLSQP on rounded measures; over many cells by an
augmented Lagrangian (`augmented.py`).

The linear limits stay exact. Where rounding left the end of a climb short of a condition, the end
is moved along the straight line to a plan that is known to meet all conditions. The feasible set is
convex, so every plan on that line keeps the linear limits, and the first one that meets the
conditions is taken.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import NonlinearConstraint, minimize

from optimizer.conditions.augmented import Constrained, Scaled, descend_within
from optimizer.conditions.condition import Condition
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.response import FloatArray
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure
from optimizer.search.memo import LastCallMemo
from optimizer.search.search import MANY_CELLS, linear_constraints
from optimizer.watch import TimeOver, Watch

_ITERATIONS = 60
_CHANGE = 1e-9
_HALVINGS = 24

type RoundedObjective = Callable[[FloatArray, float], tuple[float, FloatArray]]
"""(spend (cell,), width of rounding) -> the value to maximise, and its slope (cell,)."""


def rounded_objective(gain: Gain, measure: Measure) -> RoundedObjective:
    """A measure of a gain, rounded over `width` times the gain's standard deviation."""

    def objective(spend: FloatArray, width: float) -> tuple[float, FloatArray]:
        draws = gain.draws(spend)
        at = measure.evaluate(draws, 0.0 if measure.smooth else width * float(draws.std()))
        return at.value, at.weights @ gain.slope(spend)

    return objective


def negative_total_spend(spend: FloatArray, _width: float) -> tuple[float, FloatArray]:
    """The objective of spending as little as possible; it needs no rounding."""
    return -float(spend.sum()), -np.ones(spend.size)


def climb_within(
    objective: RoundedObjective,
    conditions: Sequence[Condition],
    feasible: FeasibleSet,
    start: FloatArray,
    width: float,
    watch: Watch,
) -> FloatArray:
    """The plan (cell,) that SLSQP reaches from a start; conditions hold there up to rounding.

    It keeps the linear limits, and is the start itself where the climb failed, or where the limits
    leave no other plan.
    """
    if feasible.is_single_plan:
        return start
    if feasible.free.size > MANY_CELLS:
        problem = Constrained(
            loss=_scaled(lambda spend: objective(spend, width), feasible, start, -1.0),
            levels=[
                _scaled(_level(condition, width), feasible, start, 1.0) for condition in conditions
            ],
            feasible=feasible,
            watch=watch,
        )
        return _inside(feasible, descend_within(problem, feasible.coordinates(start)), start)
    unit = _size(objective(start, width)[1], feasible)
    last = [feasible.coordinates(start)]

    def loss(x: FloatArray) -> float:
        watch.require_time()
        return -objective(feasible.spend(x), width)[0] / unit

    def loss_slope(x: FloatArray) -> FloatArray:
        slope = objective(feasible.spend(x), width)[1]
        return -slope[feasible.free] * feasible.scale / unit

    constraints = [
        _nonlinear_constraint(condition, feasible, start, width) for condition in conditions
    ]
    try:
        result = minimize(
            loss,
            last[0],
            jac=loss_slope,
            method="SLSQP",
            bounds=np.column_stack([feasible.lower, feasible.upper]),
            constraints=[*linear_constraints(feasible), *constraints],
            options={"maxiter": _ITERATIONS, "ftol": _CHANGE},
            callback=lambda x: last.append(x.copy()),
        )
        end = np.asarray(result.x, dtype=np.float64)
    except TimeOver:
        end = last[-1]
    return _inside(feasible, end, start)


def _inside(feasible: FeasibleSet, end: FloatArray, start: FloatArray) -> FloatArray:
    """The plan (cell,) at the end of a climb (free,); the start where it is not finite."""
    if not np.isfinite(end).all():
        return start
    return feasible.spend(feasible.nearest_point(np.clip(end, feasible.lower, feasible.upper)))


def _level(condition: Condition, width: float) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    rounded = rounded_objective(condition.gain, condition.measure)
    return lambda spend: rounded(spend, width)


def _scaled(
    value: Callable[[FloatArray], tuple[float, FloatArray]],
    feasible: FeasibleSet,
    start: FloatArray,
    sign: float,
) -> Scaled:
    """A value of plans as one of coordinates, in units of its slope at the start."""
    unit = sign * _size(value(start)[1], feasible)

    def at(x: FloatArray) -> tuple[float, FloatArray]:
        height, slope = value(feasible.spend(x))
        return height / unit, slope[feasible.free] * feasible.scale / unit

    return LastCallMemo(at)


def move_towards_safe(
    plan: FloatArray,
    safe: FloatArray,
    holds: Callable[[FloatArray], bool],
    halvings: int = _HALVINGS,
) -> FloatArray:
    """The first plan that holds on the line from `plan` to `safe`, a plan that is known to hold."""
    if holds(plan):
        return plan
    inside, outside = 1.0, 0.0
    for _ in range(halvings):
        middle = 0.5 * (inside + outside)
        if holds(plan + middle * (safe - plan)):
            inside = middle
        else:
            outside = middle
    return plan + inside * (safe - plan)


def _nonlinear_constraint(
    condition: Condition, feasible: FeasibleSet, start: FloatArray, width: float
) -> NonlinearConstraint:
    """The condition as SLSQP takes it, in units of its slope at the start."""
    rounded = rounded_objective(condition.gain, condition.measure)
    unit = _size(rounded(start, width)[1], feasible)

    def level(x: FloatArray) -> FloatArray:
        return np.array([rounded(feasible.spend(x), width)[0] / unit])

    def slope(x: FloatArray) -> FloatArray:
        return rounded(feasible.spend(x), width)[1][feasible.free] * feasible.scale / unit

    return NonlinearConstraint(level, 0.0, np.inf, jac=slope)


def _size(slope: FloatArray, feasible: FeasibleSet) -> float:
    """The greatest slope (cell,) over the free cells, in scaled coordinates; 1 where it is 0."""
    return float(np.abs(slope[feasible.free]).max(initial=0.0)) * feasible.scale or 1.0
