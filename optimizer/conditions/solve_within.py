"""Plans that must meet a chance or a return: the best one, or the one that comes closest.

First without the conditions: a plan that meets them anyway is the answer, with its certificate.
Otherwise the plan that is most certain to meet them; if that does not, they are out of reach, and
it is the answer. Otherwise climbs under the conditions, from that plan, the free one and the
references, the best of them down to a fine rounding; each end is judged exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.allocation import Certificate, CertificateKind, ConditionResult
from optimizer.conditions.climb_within import Aim, aim_of, climb_within, least_spend, repaired
from optimizer.conditions.condition import Side, side_case, sides_of
from optimizer.conditions.switches import pattern_of, with_pattern
from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solution, Solve
from optimizer.search.search import MeasuredPlan, Search
from optimizer.search.starts import proportional_start, spend_mix
from optimizer.search.tabulated import tabulated_case

_WIDTHS = (0.1, 0.02, 0.004)


@dataclass(frozen=True, eq=False)
class Outcome:
    """solution: under `system`.  sides: the conditions, told by `reached`; met: all of them."""

    solution: Solution
    system: LinearSystem
    sides: tuple[Side, ...]
    reached: ConditionResult | None
    met: bool


def solve_within(case: Case, solve: Solve, quick: Solve) -> Outcome:
    """The best plan that meets every condition.  Raises InvalidProblem."""
    free = None if case.problem.minimise else solve(case)
    first = proportional_start(case.system, case.search.feasible, case.current)
    sides = sides_of(case, first if free is None else free.spend)
    if free is not None and _holds(sides, free.spend):
        return _outcome(free, case.system, sides)
    safe = _most_certain(case, sides, quick)
    if not _holds(sides, safe):
        return _outcome(_solution(case, safe), case.system, sides)
    system = with_pattern(case.system, pattern_of(case.system, safe))
    fixed = case.with_system(system)
    starts = _starts(fixed, safe, free)
    table = tabulated_case(fixed) if case.problem.target is None else None
    if table is not None:
        starts = [_climbed(table, sides_of(table, safe), safe, starts)]
        best = _climbed(fixed, sides, safe, starts, _WIDTHS[-1:])
    else:
        best = _climbed(fixed, sides, safe, starts)
        best = _climbed(fixed, sides_of(case, best), best, [best])
    return _outcome(_solution(fixed, best), system, sides_of(case, best))


def _most_certain(case: Case, sides: Sequence[Side], solve: Solve) -> FloatArray:
    """The plan (cell,) that comes closest to meeting the conditions."""
    returns = [side for side in sides if side.chance is None]
    chances = [side for side in sides if side.chance is not None]
    plan = None
    if returns:
        plan = solve(side_case(case, returns[0], returns[0].measure)).spend
    if not chances:
        return plan if plan is not None else case.current
    chance = chances[0]
    likely = solve(side_case(case, chance, chance.measure)).spend
    if plan is not None and not returns[0].holds(likely):
        aim = aim_of(chance.gain, chance.measure)
        for width in _WIDTHS:
            end = climb_within(aim, returns, case.search.feasible, plan, width)
            plan = repaired(end, plan, returns[0].holds)
        return plan
    return likely if chance.holds(likely) else _likelier(case, chance, likely)


def _likelier(case: Case, side: Side, plan: FloatArray) -> FloatArray:
    """From the plan with the best quantile to the one with the best probability."""
    if side.chance is None:
        return plan
    search = Search(side.gain, side.chance, case.search.feasible)
    climbed = search.polish(MeasuredPlan(plan, side.chance.value(side.gain.draws(plan))))
    return max(plan, climbed.spend, key=side.reached)


def _starts(case: Case, safe: FloatArray, free: Solution | None) -> list[FloatArray]:
    starts = [safe]
    if free is not None:
        starts += [free.spend, 0.5 * (free.spend + safe)]
    for reference in (case.current, safe.sum() * spend_mix(case.current)):
        starts.append(reference)
    return [start for start in starts if not case.system.broken_limits(start)]


def _climbed(
    case: Case,
    sides: Sequence[Side],
    safe: FloatArray,
    starts: Sequence[FloatArray],
    widths: Sequence[float] = _WIDTHS,
) -> FloatArray:
    """The best plan that the climbs reach; `safe` meets every condition."""
    aim = _aim(case)
    best = safe
    for width in widths:
        ends = [
            repaired(
                climb_within(aim, sides, case.search.feasible, start, width),
                safe,
                lambda plan: _holds(sides, plan),
            )
            for start in starts
        ]
        best = max([best, *ends], key=lambda plan: _worth(case, plan))
        starts = [best]
    return best


def _aim(case: Case) -> Aim:
    if case.problem.minimise:
        return least_spend
    return aim_of(case.search.gain, case.search.measure)


def _worth(case: Case, plan: FloatArray) -> float:
    if case.problem.minimise:
        return -float(plan.sum())
    return case.search.measure.value(case.search.gain.draws(plan))


def _holds(sides: Sequence[Side], plan: FloatArray) -> bool:
    return all(side.holds(plan) for side in sides)


def _solution(case: Case, plan: FloatArray) -> Solution:
    """A plan that no certificate covers."""
    value = case.search.measure.value(case.search.gain.draws(plan))
    slope = _aim(case)(plan, _WIDTHS[-1])[1]
    return Solution(plan, value, slope, Certificate(CertificateKind.NONE), (value,))


def _outcome(solution: Solution, system: LinearSystem, sides: tuple[Side, ...]) -> Outcome:
    plan = solution.spend
    told = next((side for side in sides if not side.holds(plan)), sides[0])
    reached = ConditionResult(
        condition=told.label,
        pointer=told.pointer,
        wanted=told.wanted,
        reached=told.reached(plan),
        met=told.holds(plan),
    )
    return Outcome(solution, system, sides, reached, _holds(sides, plan))
