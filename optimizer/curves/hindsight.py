"""The best gain of each draw: the gain of a planner who knew which draw is true.

Where cells add up, each draw's plan starts from a knapsack on a grid (`draw_knapsack`) and is
climbed (`draw_climb`) within the linear limits. Elsewhere it is the best of a pool of feasible
plans, and the best gain is then a little too low. Switches and limits that are not linear are
ignored.
"""

import numpy as np

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_system import LinearSystem
from optimizer.curves.draw_climb import Projection, climb_each_draw
from optimizer.curves.draw_knapsack import knapsack_plans
from optimizer.curves.draw_tables import CurveTables
from optimizer.response import FloatArray, Response, as_separable
from optimizer.risk.gain import Gain
from optimizer.watch import Watch

_POOL = 40


def best_of_each_draw(
    response: Response, gain: Gain, system: LinearSystem, current: FloatArray
) -> FloatArray:
    """(draw,): the greatest gain of any plan in each draw, in the gain's unit."""
    separable = as_separable(response)
    if separable is None:
        pooled = np.array([gain.draws(plan) for plan in feasible_pool(system, current)])
        best: FloatArray = pooled.max(axis=0)
        return best
    curves = CurveTables.of(separable, system, gain.cost)
    zero = gain.draws(np.zeros(current.size))
    return best_plans(curves, system, gain.watch)[0] + zero


def best_plans(
    curves: CurveTables, system: LinearSystem, watch: Watch
) -> tuple[FloatArray, FloatArray]:
    """The gain (draw,) over zero spend of each draw's best plan, and that plan (draw, cell).

    Raises Cancelled.
    """
    cells = len(system.names)
    totals = [
        limit.lower
        for limit in system.limits
        if limit.row.cells.size == cells and (limit.row.values == 1.0).all()
    ]
    least = max([0.0, *totals])
    starts = knapsack_plans(curves, system, least)
    return climb_each_draw(curves, Projection.of(system), starts, watch)


def feasible_pool(system: LinearSystem, current: FloatArray) -> list[FloatArray]:
    """Feasible plans (cell,) spread over the feasible set, the same at every call."""
    feasible = FeasibleSet.of(system)
    if feasible.is_single_plan:
        return [feasible.spend(np.empty(0))]
    rng = np.random.default_rng(0)
    corners = [
        feasible.extreme_point(slope) for slope in rng.standard_normal((_POOL, feasible.free.size))
    ]
    near = feasible.nearest_point(feasible.coordinates(current))
    middle = np.mean(corners, axis=0)
    mixed = [0.5 * (corner + middle) for corner in corners]
    return [feasible.spend(point) for point in (near, middle, *corners, *mixed)]
