"""From a case to a decision: conditions, switches, and whether to stay.

    conditions beside the linear limits    solve_within.solve_within
    switches                               switches.solve_switched
    everything else                        the plain solve

Then the plan is compared with staying, which is the answer where the gain over it is within noise.
Then it is held against today's plan and today's mix: it is never worse in its own measure than one
of them that keeps every limit. At last it is adjusted as the problem asks: few moves, little
movement, amounts that can be bought (`practical`).
"""

from dataclasses import dataclass, replace

from optimizer.adjustments import AS_FOUND, Adjustments
from optimizer.allocation import (
    PROVED_GAP,
    InseparablePair,
    Insights,
    Status,
    StayJudgement,
)
from optimizer.conditions.condition import Condition
from optimizer.conditions.solve_within import solve_within
from optimizer.conditions.switches import solve_switched
from optimizer.constraints.linear_system import LinearSystem
from optimizer.explain.information import insights_of
from optimizer.explain.inseparable import inseparable_pairs
from optimizer.explain.stay import judge_stay
from optimizer.practical.adjust import adjusted
from optimizer.practical.another_plan import solution_at, worth
from optimizer.search.case import Case, Solution, Solver
from optimizer.search.ruin import require_defined
from optimizer.search.starts import feasible_references

_ROUNDING = 1e-9
"""Relative difference by which a reference may seem better for rounding alone."""


@dataclass(frozen=True, eq=False)
class Decision:
    """The plan to report and what is known about it.

    system: the limits to which the shadow prices refer.  conditions: those beside them.
    stay, pairs, insights, adjustments: as in an Allocation.
    """

    status: Status
    solution: Solution
    system: LinearSystem
    conditions: tuple[Condition, ...] = ()
    stay: StayJudgement | None = None
    pairs: tuple[InseparablePair, ...] = ()
    insights: Insights | None = None
    adjustments: Adjustments = AS_FOUND


def decide(case: Case, solve: Solver, quick: Solver, *, explain: bool = False) -> Decision:
    """The decision of a case.

    solve: gives the plan.  quick: solves intermediate problems, for which no proof is needed.

    Raises InvalidProblem, Infeasible, InvalidResponse.
    """
    plain, quick = _keeping_switches(solve), _keeping_switches(quick)
    if case.problem.conditions:
        constrained = solve_within(case, plain, quick)
        status = _status(constrained.solution) if constrained.met else Status.CONDITION_UNMET
        decision = Decision(
            status,
            constrained.solution,
            constrained.system,
            constrained.conditions,
        )
    else:
        solution = plain(case)
        decision = _or_stay(case, Decision(_status(solution), solution, case.system))
    decision = _not_below_references(case, decision)
    decision = _as_asked(case, decision, quick)
    if decision.status is Status.FEASIBLE and case.search.watch.was_late:
        decision = replace(decision, status=Status.STOPPED)
    require_defined(case, decision.solution.spend)
    spend, watch = decision.solution.spend, case.search.watch
    watch.reach(0.9)
    insights = insights_of(case, quick, spend) if explain and not watch.is_over() else None
    return replace(decision, pairs=inseparable_pairs(case, spend), insights=insights)


def _keeping_switches(solve: Solver) -> Solver:
    """The solve, extended to cases with switches."""

    def solve_any(case: Case) -> Solution:
        return solve_switched(case, solve) if case.system.switches else solve(case)

    return solve_any


def _status(solution: Solution) -> Status:
    gap = solution.certificate.gap
    return Status.OPTIMAL if gap is not None and gap <= PROVED_GAP else Status.FEASIBLE


def _or_stay(case: Case, decision: Decision) -> Decision:
    """The decision to stay where the plan's gain over staying is within noise.

    A search that the time ended says nothing of the best plan, so it is no reason to stay.
    """
    stay = judge_stay(case, decision.solution)
    wanted = case.problem.stay and not case.search.watch.was_late
    if stay is None or not stay.within_noise or not wanted:
        return replace(decision, stay=stay)
    solution = solution_at(case, decision.solution, stay.spend)
    return replace(decision, status=Status.STAY, solution=solution, stay=stay)


def _not_below_references(case: Case, decision: Decision) -> Decision:
    """The decision, or one for a reference that keeps every limit and condition and is better."""
    if decision.status is Status.CONDITION_UNMET:
        return decision
    reached = worth(case, decision.solution.spend)
    for reference in feasible_references(case, float(decision.solution.spend.sum())):
        other = worth(case, reference)
        better = other - reached > _ROUNDING * max(abs(other), abs(reached))
        if better and all(condition.holds(reference) for condition in decision.conditions):
            solution = solution_at(case, decision.solution, reference)
            decision = replace(decision, status=_status(solution), solution=solution)
            reached = other
    return decision


def _as_asked(case: Case, decision: Decision, solve: Solver) -> Decision:
    """The decision with few moves, little movement or buyable amounts, where asked for."""
    problem = case.problem
    if (problem.fewest_moves, problem.least_movement, problem.round_to) == (None, None, None):
        return decision
    found = adjusted(case, decision.solution.spend, decision.status, decision.conditions, solve)
    solution, status = solution_at(case, decision.solution, found.spend), decision.status
    if status is Status.OPTIMAL:
        status = _status(solution)
    if not all(condition.holds(found.spend) for condition in decision.conditions):
        status = Status.CONDITION_UNMET
    return replace(decision, status=status, solution=solution, adjustments=found.adjustments)
