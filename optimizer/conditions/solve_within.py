"""Plans under chance constraints or a least return: the best one, or the one that comes closest.

The problem is first solved without the conditions: a plan that meets them anyway is the answer,
with its certificate. Otherwise the plan that is most certain to meet them is looked for; if even
that one does not, they are out of reach, and it is the answer. Otherwise SLSQP climbs under the
conditions from that plan, from the unconditional one and from the references, the best of them
down to a fine rounding; each end is judged exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.allocation import Certificate, CertificateKind, ConditionResult
from optimizer.conditions.climb_within import (
    RoundedObjective,
    climb_within,
    move_towards_safe,
    negative_total_spend,
    rounded_objective,
)
from optimizer.conditions.condition import Condition, condition_case, conditions_of
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
    result: of the condition that fails, of the first one where none does.
    met: whether all of them hold.
    """

    solution: Solution
    system: LinearSystem
    conditions: tuple[Condition, ...]
    result: ConditionResult
    met: bool


def solve_within(case: Case, solve: Solver, quick: Solver) -> ConstrainedSolution:
    """The best plan that meets every condition.  Raises InvalidProblem."""
    unconditional = None if case.problem.minimise else solve(case)
    first = proportional_start(case.system, case.search.feasible, case.current)
    conditions = conditions_of(case, first if unconditional is None else unconditional.spend)
    if unconditional is not None and _all_hold(conditions, unconditional.spend):
        return _constrained_solution(unconditional, case.system, conditions)
    safe = _closest_to_conditions(case, conditions, quick)
    if not _all_hold(conditions, safe):
        return _constrained_solution(_solution(case, safe), case.system, conditions)
    system = with_pattern(case.system, pattern_of(case.system, safe))
    fixed = case.with_system(system)
    starts = _starts(fixed, safe, unconditional)
    table = tabulated_case(fixed) if case.problem.target is None else None
    if table is not None:
        starts = [_best_climb(table, conditions_of(table, safe), safe, starts)]
        best = _best_climb(fixed, conditions, safe, starts, _WIDTHS[-1:])
    else:
        best = _best_climb(fixed, conditions, safe, starts)
        best = _best_climb(fixed, conditions_of(case, best), best, [best])
    return _constrained_solution(_solution(fixed, best), system, conditions_of(case, best))


def _closest_to_conditions(
    case: Case, conditions: Sequence[Condition], solve: Solver
) -> FloatArray:
    """The plan (cell,) that comes closest to meeting the conditions."""
    returns = [condition for condition in conditions if condition.chance is None]
    chances = [condition for condition in conditions if condition.chance is not None]
    plan = None
    if returns:
        plan = solve(condition_case(case, returns[0], returns[0].measure)).spend
    if not chances:
        return plan if plan is not None else case.current
    chance = chances[0]
    likely = solve(condition_case(case, chance, chance.measure)).spend
    if plan is not None and not returns[0].holds(likely):
        objective = rounded_objective(chance.gain, chance.measure)
        for width in _WIDTHS:
            end = climb_within(objective, returns, case.search.feasible, plan, width)
            plan = move_towards_safe(end, plan, returns[0].holds)
        return plan
    return likely if chance.holds(likely) else _raise_probability(case, chance, likely)


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
                climb_within(objective, conditions, case.search.feasible, start, width),
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
    plan = solution.spend
    failing = (condition for condition in conditions if not condition.holds(plan))
    reported = next(failing, conditions[0])
    result = ConditionResult(
        condition=reported.stated.label,
        pointer=reported.stated.pointer,
        wanted=reported.stated.wanted,
        reached=reported.reached(plan),
        met=reported.holds(plan),
    )
    return ConstrainedSolution(solution, system, conditions, result, _all_hold(conditions, plan))
