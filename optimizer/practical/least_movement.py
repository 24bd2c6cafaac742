r"""The least movement: of the plans that are nearly the best, the one that moves the least money.

    min sum_c |b_c - today_c|    under    rho(b) >= best - tolerance (best - base),

the limits and the conditions. Each floor is concave where its measure and the response are; then it
lies below every tangent, and the least movement under all tangents so far is a linear program whose
value bounds that of every plan. Where its plan misses a floor, the line to the best plan leaves the
floor at a point that is a plan to give, and the tangent there is the next one (supporting
hyperplanes: Veinott, Operations Research 15, 1967). It ends where plan and bound meet.

Where curves are S-shaped the tangents are no bounds: the plan keeps its floors all the same, and
one that moves less may exist.

    rho -> worth    b -> spend
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from optimizer.adjustments import LeastMovement
from optimizer.conditions.climb_within import move_towards_safe
from optimizer.conditions.condition import Condition
from optimizer.conditions.switches import pattern_of, with_pattern
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.linear_program import LinearRows, minimise_linear
from optimizer.errors import SolverFailed
from optimizer.practical.another_plan import Judge, plan_to_begin_from
from optimizer.response import FloatArray
from optimizer.search.tabulated import tabulated_case

_ROUNDS = 60
_CLOSE = 1e-4
"""Share of the best plan's movement by which plan and bound may differ."""
_HALVINGS = 16
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class _Floor:
    """What must not be negative: level of a plan (cell,), and its slope (cell,)."""

    level: Callable[[FloatArray], float]
    slope: Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class _Tangent:
    """level + slope . (b - at) >= 0"""

    at: FloatArray
    level: float
    slope: FloatArray


def least_movement(
    judge: Judge, best: FloatArray, tolerance: float
) -> tuple[FloatArray, LeastMovement] | None:
    """The plan (cell,) that moves the least money within `tolerance` of the gain of `best`.

    None where the best plan gains nothing over the plan to begin from.
    """
    case, most = judge.case, judge.worth(best)
    base = judge.worth(plan_to_begin_from(case, float(best.sum())))
    gain = most - base
    if gain <= _ROUNDING * abs(base):
        return None
    floors = (
        _Floor(lambda plan: judge.worth(plan) - (most - tolerance * gain), judge.slope),
        *_floors_of_conditions(judge),
    )
    table = None if judge.is_concave or judge.conditions else tabulated_case(case)
    if table is None:
        plan, bound = _nearest_to_today(judge, best, floors)
    else:
        plan, bound = _on_tables(judge, Judge(table), best, tolerance * gain)
        plan = _last_above(judge, floors, best, plan)
    told = LeastMovement(
        tolerance=tolerance,
        kept=(judge.worth(plan) - base) / gain,
        moved=_moved(judge, plan),
        before=_moved(judge, best),
        bound=bound if judge.is_concave else None,
        spend=best,
    )
    return plan, told


def _on_tables(
    judge: Judge, table: Judge, best: FloatArray, loss: float
) -> tuple[FloatArray, float]:
    """The same search on tables of the curves, whose plan is held against the curves at last."""
    least = table.worth(best) - loss
    floor = _Floor(lambda plan: table.worth(plan) - least, table.slope)
    return _nearest_to_today(replace(judge, case=table.case), best, (floor,))


def _floors_of_conditions(judge: Judge) -> list[_Floor]:
    def floor(condition: Condition) -> _Floor:
        def slope(plan: FloatArray) -> FloatArray:
            at = condition.measure.evaluate(condition.gain.draws(plan), 0.0)
            return np.asarray(at.weights @ condition.gain.slope(plan))

        return _Floor(lambda plan: condition.measure.value(condition.gain.draws(plan)), slope)

    return [floor(condition) for condition in judge.conditions if not condition.by_limits]


def _nearest_to_today(
    judge: Judge, best: FloatArray, floors: tuple[_Floor, ...]
) -> tuple[FloatArray, float]:
    """The plan (cell,) above every floor, and the bound of its movement."""
    case = judge.case
    system = case.system
    if system.switches:
        system = with_pattern(system, pattern_of(system, best))
    feasible = FeasibleSet.of(system)
    plan, bound = best, 0.0
    tangents: list[_Tangent] = []
    for _ in range(_ROUNDS):
        if feasible.is_single_plan or case.search.watch.is_over():
            break
        try:
            near = feasible.spend(_least_under(feasible, tangents, case.current))
        except SolverFailed:
            break
        bound = max(bound, min(_moved(judge, near), _moved(judge, plan)))
        inside = _last_above(judge, floors, best, near)
        if _moved(judge, inside) < _moved(judge, plan):
            plan = inside
        if _moved(judge, plan) - bound <= _CLOSE * _moved(judge, best):
            break
        missed = [floor for floor in floors if floor.level(near) < 0.0]
        tangents += [
            _Tangent(at, floor.level(at), floor.slope(at))
            for floor in missed
            for at in (inside, near)
        ]
    return plan, bound


def _least_under(feasible: FeasibleSet, tangents: list[_Tangent], today: FloatArray) -> FloatArray:
    """(free,): the coordinates of the least movement under the tangents.  Raises SolverFailed."""
    n, eye = feasible.free.size, eye_array(feasible.free.size)
    rows, bounds = [], []
    for tangent in tangents:
        size = float(np.abs(tangent.slope).max()) or 1.0
        slope = tangent.slope / size
        rows.append(-slope[feasible.free])
        fixed = slope @ (feasible.base - tangent.at)
        bounds.append((tangent.level / size + fixed) / feasible.scale)
    below = feasible.inequalities
    if rows:
        matrix = vstack([below.matrix, csr_array(np.array(rows))], "csr")
        below = LinearRows(matrix, np.concatenate([below.bound, bounds]))
    moved = hstack([eye, -eye, eye])
    equal = vstack([feasible.equalities.widened(2 * n).matrix, moved], "csr")
    x = minimise_linear(
        np.concatenate([np.zeros(n), np.ones(2 * n)]),
        below.widened(2 * n),
        LinearRows(equal, np.concatenate([feasible.equalities.bound, feasible.coordinates(today)])),
        np.concatenate([feasible.lower, np.zeros(2 * n)]),
        np.concatenate([feasible.upper, np.full(2 * n, np.inf)]),
    )
    return x[:n]


def _last_above(
    judge: Judge, floors: tuple[_Floor, ...], best: FloatArray, near: FloatArray
) -> FloatArray:
    """The plan nearest to `near` on the line from the best plan that is above every floor."""

    def holds(plan: FloatArray) -> bool:
        return floors[0].level(plan) >= 0.0 and judge.missed(plan) == 0

    return move_towards_safe(near, best, holds, _HALVINGS)


def _moved(judge: Judge, plan: FloatArray) -> float:
    """Money that a plan (cell,) spends differently from today's, counted at both ends."""
    return float(np.abs(plan - judge.case.current).sum())
