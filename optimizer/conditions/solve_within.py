"""Plans under conditions that are not linear: the best one, or the one that comes closest.

The problem is first solved without the conditions: a plan that meets them anyway is the answer,
with its certificate. Otherwise the plan that comes closest to meeting them is looked for: the one
best for a condition of its own, climbing towards each other condition within those that it meets.
If it misses one, that is the answer. Otherwise climbs under the conditions begin from that plan,
from the unconditional one and from the references, the best of them down to a fine rounding; each
end is judged exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.allocation import Certificate, CertificateKind
from optimizer.conditions.climb_within import (
    RoundedObjective,
    climb_within,
    move_towards_safe,
    negative_total_spend,
    rounded_objective,
)
from optimizer.conditions.condition import Condition, condition_case
from optimizer.conditions.marginal import levelled_case, with_marginal_limits
from optimizer.conditions.stated import conditions_of
from optimizer.conditions.switches import pattern_of, with_pattern
from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solution, Solver
from optimizer.search.search import MeasuredPlan, Search
from optimizer.search.starts import proportional_start, spend_mix
from optimizer.search.tabulated import tabulated_case

_WIDTHS = (0.1, 0.02, 0.004)


@dataclass(frozen=True, eq=False)
class ConstrainedSolution:
    """A solution of a problem with conditions.

    system: the limits under which it was found.  conditions: of the problem.
    met: whether all of them hold.
    """

    solution: Solution
    system: LinearSystem
    conditions: tuple[Condition, ...]
    met: bool


def solve_within(case: Case, solve: Solver, quick: Solver) -> ConstrainedSolution:
    """The best plan that meets every condition.  Raises InvalidProblem."""
    within = with_marginal_limits(case)
    if within is None:
        levelled = solve(levelled_case(case)).spend
        conditions = conditions_of(case, levelled)
        return _constrained_solution(_solution(case, levelled), case.system, conditions)
    case = within
    unconditional = None if case.problem.minimise else solve(case)
    first = proportional_start(case.system, case.search.feasible, case.current)
    conditions = conditions_of(case, first if unconditional is None else unconditional.spend)
    if unconditional is not None and _all_hold(conditions, unconditional.spend):
        return _constrained_solution(unconditional, case.system, conditions)
    if unconditional is not None and all(condition.by_limits for condition in conditions):
        return _constrained_solution(unconditional, case.system, conditions)
    conditions = _not_by_limits(conditions)
    safe = _closest_to_conditions(case, conditions, quick)
    if not _all_hold(conditions, safe):
        conditions = conditions_of(case, safe)
        return _constrained_solution(_solution(case, safe), case.system, conditions)
    system = with_pattern(case.system, pattern_of(case.system, safe))
    fixed = case.with_system(system)
    starts = _starts(fixed, safe, unconditional)
    table = None if case.problem.has_target else tabulated_case(fixed)
    if table is not None:
        own = _not_by_limits(conditions_of(table, safe))
        starts = [_best_climb(table, own, safe, starts)]
        best = _best_climb(fixed, conditions, safe, starts, _WIDTHS[-1:])
    else:
        best = _best_climb(fixed, conditions, safe, starts)
        best = _best_climb(fixed, _not_by_limits(conditions_of(case, best)), best, [best])
    return _constrained_solution(_solution(fixed, best), system, conditions_of(case, best))


def _not_by_limits(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions that climbs have to see to."""
    return tuple(condition for condition in conditions if not condition.by_limits)


def _closest_to_conditions(
    case: Case, conditions: Sequence[Condition], solve: Solver
) -> FloatArray:
    """The plan (cell,) that comes closest to meeting the conditions.

    Of the plans that are best for one condition each, the one that meets most of them; from there a
    climb towards every other condition within those that are met.
    """
    own = [_best_for(case, condition, solve) for condition in conditions]
    plan = max(own, key=lambda spend: sum(condition.holds(spend) for condition in conditions))
    if not any(condition.holds(plan) for condition in conditions):
        return plan
    for condition in conditions:
        if not condition.holds(plan):
            plan = _climb_towards(case, condition, conditions, plan)
    return plan


def _best_for(case: Case, condition: Condition, solve: Solver) -> FloatArray:
    """The plan (cell,) that is best for one condition alone."""
    plan = solve(condition_case(case, condition, condition.measure)).spend
    return plan if condition.holds(plan) else _raise_probability(case, condition, plan)


def _climb_towards(
    case: Case, condition: Condition, conditions: Sequence[Condition], plan: FloatArray
) -> FloatArray:
    """A plan that comes closer to the condition and meets all those that `plan` (cell,) meets."""
    held = [other for other in conditions if other.holds(plan)]
    objective = rounded_objective(condition.gain, condition.measure)
    for width in _WIDTHS:
        end = climb_within(objective, held, case.search.feasible, plan, width, case.search.watch)
        closer = move_towards_safe(end, plan, lambda spend: _all_hold(held, spend))
        plan = max(plan, closer, key=condition.reached)
    return plan


def _raise_probability(case: Case, condition: Condition, plan: FloatArray) -> FloatArray:
    """Climb from the plan with the best quantile to one with a better probability."""
    if condition.chance is None:
        return plan
    search = Search(condition.gain, condition.chance, case.search.feasible)
    climbed = search.polish(MeasuredPlan(plan, condition.chance.value(condition.gain.draws(plan))))
    return max(plan, climbed.spend, key=condition.reached)


def _starts(case: Case, safe: FloatArray, unconditional: Solution | None) -> list[FloatArray]:
    """Plans within the linear limits from which to climb under the conditions."""
    starts = [safe]
    if unconditional is not None:
        starts += [unconditional.spend, 0.5 * (unconditional.spend + safe)]
    for reference in (case.current, safe.sum() * spend_mix(case.current)):
        starts.append(reference)
    return [start for start in starts if not case.system.broken_limits(start)]


def _best_climb(
    case: Case,
    conditions: Sequence[Condition],
    safe: FloatArray,
    starts: Sequence[FloatArray],
    widths: Sequence[float] = _WIDTHS,
) -> FloatArray:
    """The best plan (cell,) that climbs from the starts reach; `safe` meets every condition."""
    objective = _objective(case)
    best = safe
    for width in widths:
        ends = [
            move_towards_safe(
                climb_within(
                    objective, conditions, case.search.feasible, start, width, case.search.watch
                ),
                safe,
                lambda plan: _all_hold(conditions, plan),
            )
            for start in starts
        ]
        best = max([best, *ends], key=lambda plan: _value(case, plan))
        starts = [best]
    return best


def _objective(case: Case) -> RoundedObjective:
    """What the climbs maximise: less spend, or the problem's measure."""
    if case.problem.minimise:
        return negative_total_spend
    return rounded_objective(case.search.gain, case.search.measure)


def _value(case: Case, plan: FloatArray) -> float:
    """The same without rounding."""
    if case.problem.minimise:
        return -float(plan.sum())
    return case.search.measure.value(case.search.gain.draws(plan))


def _all_hold(conditions: Sequence[Condition], plan: FloatArray) -> bool:
    return all(condition.holds(plan) for condition in conditions)


def _solution(case: Case, plan: FloatArray) -> Solution:
    """The solution at a plan (cell,) that no certificate covers."""
    value = case.search.measure.value(case.search.gain.draws(plan))
    slope = _objective(case)(plan, _WIDTHS[-1])[1]
    return Solution(plan, value, slope, Certificate(CertificateKind.NONE), (value,))


def _constrained_solution(
    solution: Solution, system: LinearSystem, conditions: tuple[Condition, ...]
) -> ConstrainedSolution:
    return ConstrainedSolution(solution, system, conditions, _all_hold(conditions, solution.spend))
