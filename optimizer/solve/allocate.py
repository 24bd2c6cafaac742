"""allocate: from a problem and a response to a plan.

    maximise rho(pi(b)) over plans b under the problem's limits

The steps: refuse a wrong problem, climb from several starts, take a reference plan where that is
better, value the plan by the exact measure, prove as much as possible, compare.
"""

from time import perf_counter

import numpy as np

from optimizer.allocation import Allocation, SearchStatistics
from optimizer.certify import global_bound
from optimizer.certify.first_order import certify, tangent_bound
from optimizer.conditions.stated import condition_results
from optimizer.constraints.build import system_of
from optimizer.constraints.conflict import require_feasible
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.explain.compare import compare, compare_with_today, risk_of, true_gain
from optimizer.explain.marginal import marginal_figures
from optimizer.explain.shadow_prices import binding_limits
from optimizer.problem.issues import format_number
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray, Response, is_concave
from optimizer.risk.gain import Gain
from optimizer.search.case import DEFAULT_EFFORT, Case, Effort, Solution
from optimizer.search.reference import measure_for, measured_response
from optimizer.search.ruin import start_without_ruin
from optimizer.search.scaled_response import scale_response
from optimizer.search.search import MANY_CELLS, MeasuredPlan, Search
from optimizer.search.starts import (
    feasible_references,
    proportional_start,
    spend_mix,
    starting_plans,
)
from optimizer.search.tabulated import polish_on_tables, tabulated_case
from optimizer.solve.decide import Decision, decide
from optimizer.solve.plan_noise import decide_with_own_noise


def allocate(
    problem: AllocationProblem,
    response: Response,
    current: FloatArray,
    *,
    seed: int = 0,
    explain: bool = False,
    effort: Effort = DEFAULT_EFFORT,
) -> Allocation:
    """Find the best plan, with its certificate.

    current: (cell,), currency over the horizon: today's plan, the reference of max_change.
    seed: of the random starts; equal arguments give equal plans.
    explain: whether to add the insights that need further solves: stability, regret, value of
    information.
    effort: how much work the search may take, and who watches it. Where its time is over before the
    work is done, the plan is the best one so far, with the bound that is proved by then.
    The plan satisfies every limit to 1e-6 of the budget, and its measure is not below that of
    the current or the proportional plan where these are feasible.

    Raises InvalidProblem (correct the fields that it names), Infeasible (relax one of the limits
    that it names), InvalidResponse (the model behind the response is at fault), Cancelled (the
    caller left, as effort.watch says).
    """
    began = perf_counter()
    case = case_of(problem, response, current, seed=seed, effort=effort)
    first = solve if effort.prove else solve_quickly
    case, decision = decide_with_own_noise(
        case, lambda each: decide(each, first, solve_quickly, explain=explain)
    )
    return allocation_of(case, decision, began)


def case_of(
    problem: AllocationProblem,
    response: Response,
    current: FloatArray,
    *,
    seed: int = 0,
    effort: Effort = DEFAULT_EFFORT,
    own: Response | None = None,
) -> Case:
    """The problem over the response, checked and known to be feasible.

    own: the response in which today's plan has its own weeks and geos, as in ``Gain``.
    Raises InvalidProblem, Infeasible, InvalidResponse.
    """
    current = np.asarray(current, dtype=np.float64)
    problem = problem.over(float(current.sum()))
    system = system_of(problem, response, current)
    require_feasible(system)
    earned = scale_response(response, problem.objective.earned_share)
    measured = measured_response(problem, earned)
    own_earned = None if own is None else scale_response(own, problem.objective.earned_share)
    own_measured = None if own_earned is None else measured_response(problem, own_earned)
    gain = Gain(measured, problem.unit_cost_with_hurdle, effort.watch, own_measured)
    reported = measured is earned and problem.unit_cost_with_hurdle == problem.unit_cost
    measure = measure_for(problem, measured, gain, system, current)
    return Case(
        problem=problem,
        response=measured,
        counted=gain if reported else Gain(earned, problem.unit_cost, effort.watch, own_earned),
        system=system,
        search=Search(gain, measure, FeasibleSet.of(system)),
        current=current,
        concave=is_concave(measured),
        seed=seed,
        effort=effort,
    )


def solve(case: Case) -> Solution:
    """The best plan of a case under its linear limits, with a global bound where one applies."""
    if not global_bound.is_applicable(case) or case.concave:
        return solve_by_climbs(case)
    return global_bound.prove(case, _proof_start(case), case.gap_floor, lambda: _best_plan(case)[0])


def solve_quickly(case: Case) -> Solution:
    """The same with less proof: where cells are few, the best plan that climbs reach."""
    return solve(case) if len(case.system.names) > MANY_CELLS else solve_by_climbs(case)


def solve_by_climbs(case: Case) -> Solution:
    """The best plan that climbs reach, with the certificate that its tangent gives."""
    best, reached = _best_plan(case)
    search = case.search
    tangent = tangent_bound(search, best)
    proof = certify(
        best.value,
        tangent,
        case.gap_floor,
        concave=case.concave,
        only_plan=search.feasible.is_single_plan,
        certified=search.measure.certified,
    )
    return Solution(best.spend, best.value, tangent.slope, proof, reached)


def _best_plan(case: Case) -> tuple[MeasuredPlan, tuple[float, ...]]:
    """The best plan, and the measure reached from each start."""
    search, feasible = case.search, case.search.feasible
    if feasible.is_single_plan:
        only = search.evaluate(feasible.spend(np.empty(0)))
        return only, (only.value,)
    table = tabulated_case(case)
    rough = search if table is None else table.search
    climbed = rough.climb_coarsely(_starts(case if table is None else table))
    top = max(climbed, key=lambda plan: plan.value)
    best = polish_on_tables(case, table, search.evaluate(top.spend))
    return _or_better_reference(case, best), tuple(plan.value for plan in climbed)


def _or_better_reference(case: Case, best: MeasuredPlan) -> MeasuredPlan:
    """The plan, or a plan with today's mix where that is feasible and better."""
    references = feasible_references(case, float(best.spend.sum()))
    evaluated = map(case.search.evaluate, references)
    return max((best, *evaluated), key=lambda plan: plan.value)


def _proof_start(case: Case) -> MeasuredPlan:
    """The start of a proof: the better one of the feasible plans nearest to today's mix."""
    nearest = proportional_start(case.system, case.search.feasible, case.current)
    start = _or_better_reference(case, case.search.evaluate(start_without_ruin(case, nearest)))
    table = tabulated_case(case)
    return start if table is None else polish_on_tables(case, table, start)


def _starts(case: Case) -> tuple[FloatArray, ...]:
    """One start where every climb reaches the same maximum, several elsewhere."""
    system, search, current = case.system, case.search, case.current
    if case.concave and search.measure.certified:
        start = proportional_start(system, search.feasible, current)
        return (start_without_ruin(case, start),)
    many = len(system.names) > MANY_CELLS
    first, *others = starting_plans(case, 0 if many else case.effort.random_starts)
    return (start_without_ruin(case, first), *others)


def allocation_of(case: Case, decision: Decision, began: float) -> Allocation:
    """The allocation of a decision; began: the time by ``perf_counter`` at the start."""
    search, gain, solution = case.search, case.search.gain, decision.solution
    spend = solution.spend
    gained = true_gain(case, spend)
    slope, response_slope = marginal_figures(case, spend, solution.slope)
    return Allocation(
        status=decision.status,
        names=case.system.names,
        spend=spend,
        gain=gained,
        response=case.counted.response.draws(spend),
        risk=risk_of(case, solution.value, gained),
        versus_current=compare_with_today(case, gained),
        versus_proportional=compare(case, gained, spend.sum() * spend_mix(case.current)),
        marginal=slope,
        marginal_response=response_slope,
        binding=binding_limits(decision.system, spend, slope, decision.conditions),
        certificate=solution.certificate,
        warnings=_warnings(case),
        statistics=SearchStatistics(
            evaluations=gain.evaluations,
            gradients=gain.gradients,
            starts=len(solution.reached),
            values=solution.reached,
            iterations=search.iterations,
            unfinished=search.unfinished,
            seconds=perf_counter() - began,
        ),
        conditions=condition_results(case, decision.conditions, spend),
        stay=decision.stay,
        pairs=decision.pairs,
        insights=decision.insights,
        adjustments=decision.adjustments,
    )


def _warnings(case: Case) -> tuple[str, ...]:
    told: list[str] = []
    watch = case.search.watch
    if watch.was_late and watch.time_limit is not None:
        told.append(
            f"the time limit of {format_number(watch.time_limit)} s ended the search: more time "
            "may find a better plan, or a closer bound"
        )
    if not case.current.sum() > 0:
        told.append("nothing is spent at present: the proportional plan is an equal split")
    for name, bounds in case.problem.channels.items():
        base, today = case.system.layout.change_base(name, case.current)
        if bounds.max_change is not None and not today:
            told.append(
                f"{name} gets nothing at present: its max_change is relative to the "
                f"{format_number(base)} that it usually gets over the horizon when it is active"
            )
    return tuple(told)
