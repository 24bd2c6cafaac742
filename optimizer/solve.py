"""allocate: a problem and a response become a plan.

    maximise rho(pi(b)) over plans b under the problem's limits

Refuse what is wrong, find a plan from several starts, take a reference plan instead where that is
better, verify with the exact measure, prove what can be proved, compare.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from optimizer import certificate, risk
from optimizer.allocation import Allocation, Comparison, Risk, Statistics, Status
from optimizer.conflict import require_feasible
from optimizer.constraints import LinearSystem, linear_system
from optimizer.feasible import FeasibleSet
from optimizer.gain import Gain
from optimizer.problem import AllocationProblem
from optimizer.response import FloatArray, Response, is_concave
from optimizer.search import Found, Search
from optimizer.shadow import binding_limits
from optimizer.starts import mix, proportional_start, starting_plans

_USUAL_TAIL = 0.1
"""Of the CVaR that is shown beside an objective which has no tail of its own."""


def allocate(
    problem: AllocationProblem,
    response: Response,
    current: FloatArray,
    *,
    seed: int = 0,
    random_starts: int = 3,
) -> Allocation:
    """The best plan that was found, with its certificate.

    current: (cell,), currency over the horizon: today's plan, the reference of max_change.
    seed: of the random starts; equal arguments give equal plans.
    The plan satisfies every limit to 1e-6 of the budget, and its measure is not below that of
    the current or the proportional plan where these are feasible.

    Raises InvalidProblem (correct the fields that it names), Infeasible (relax one of the limits
    that it names), InvalidResponse (the model behind the response is at fault).
    """
    began = perf_counter()
    current = np.asarray(current, dtype=np.float64)
    system = linear_system(problem, response.names, current)
    require_feasible(system)
    gain = Gain(response, spend_costs=problem.objective.on == "value")
    search = Search(gain, risk.measure_of(problem.objective), FeasibleSet.of(system))
    case = _Case(problem, system, search, current, is_concave(response))
    best, reached = _best_plan(case, seed, random_starts)
    return _report(case, best, reached, began)


@dataclass(frozen=True, eq=False)
class _Case:
    problem: AllocationProblem
    system: LinearSystem
    search: Search
    current: FloatArray
    concave: bool


def _best_plan(case: _Case, seed: int, random_starts: int) -> tuple[Found, tuple[float, ...]]:
    """The best plan, and the measure that each start reached."""
    search, feasible = case.search, case.search.feasible
    if feasible.is_point:
        only = search.found(feasible.spend(np.empty(0)))
        return only, (only.value,)
    climbed = search.climb_coarsely(_starts(case, seed, random_starts))
    best = search.polish(max(climbed, key=lambda plan: plan.value))
    for reference in (case.current, best.spend.sum() * mix(case.current)):
        if not case.system.broken(reference):
            best = max(best, search.found(reference), key=lambda plan: plan.value)
    return best, tuple(plan.value for plan in climbed)


def _starts(case: _Case, seed: int, random_starts: int) -> tuple[FloatArray, ...]:
    """One start where every climb leads to the same top, several elsewhere."""
    system, search, current = case.system, case.search, case.current
    if case.concave:
        return (proportional_start(system, search.feasible, current),)
    return starting_plans(
        system,
        search.feasible,
        search.gain,
        search.measure,
        current,
        seed=seed,
        random_starts=random_starts,
    )


def _report(case: _Case, best: Found, reached: tuple[float, ...], began: float) -> Allocation:
    search, gain, spend = case.search, case.search.gain, best.spend
    tangent = certificate.first_order(gain, search.measure, search.feasible, spend)
    proof = certificate.certify(
        best.value,
        tangent,
        0.01 * case.system.budget if gain.spend_costs else 0.0,
        concave=case.concave,
        only_plan=search.feasible.is_point,
    )
    proved = proof.gap is not None and proof.gap <= certificate.PROVED_GAP
    draws, cost = gain.draws(spend), float(gain.spend_costs)
    return Allocation(
        status=Status.OPTIMAL if proved else Status.FEASIBLE,
        names=case.system.names,
        spend=spend,
        gain=draws,
        response=draws + cost * spend.sum(),
        risk=_risk(case.problem, best.value, draws),
        versus_current=_compare(case, draws, case.current),
        versus_proportional=_compare(case, draws, spend.sum() * mix(case.current)),
        marginal=tangent.slope,
        marginal_response=gain.slope(spend).mean(axis=0) + cost,
        binding=binding_limits(case.system, spend, tangent.slope),
        certificate=proof,
        warnings=_warnings(case.current),
        statistics=Statistics(
            evaluations=gain.evaluations,
            gradients=gain.gradients,
            starts=len(reached),
            values=reached,
            iterations=search.iterations,
            unfinished=search.unfinished,
            seconds=perf_counter() - began,
        ),
    )


def _risk(problem: AllocationProblem, value: float, draws: FloatArray) -> Risk:
    tail = getattr(problem.objective, "tail", _USUAL_TAIL)
    return Risk(
        kind=problem.objective.kind,
        value=value,
        mean=risk.mean(draws).value,
        cvar=risk.cvar(draws, tail).value,
        tail=tail,
        probability_of_loss=float((draws < 0).mean()),
    )


def _compare(case: _Case, draws: FloatArray, reference: FloatArray) -> Comparison:
    reference_draws = case.search.gain.draws(reference)
    difference = draws - reference_draws
    broken = case.system.broken(reference)
    return Comparison(
        spend=reference,
        total=float(reference.sum()),
        feasible=not broken,
        broken=broken,
        difference=difference,
        probability_better=float((difference > 0).mean()),
        value=case.search.measure.value(reference_draws),
    )


def _warnings(current: FloatArray) -> tuple[str, ...]:
    if current.sum() > 0:
        return ()
    return ("nothing is spent at present: the proportional plan is an equal split",)
