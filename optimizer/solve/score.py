"""The valuation of a given plan: its risk, its comparisons, limits and conditions."""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from optimizer.allocation import Allocation, Certificate, CertificateKind, Status
from optimizer.conditions.stated import conditions_of
from optimizer.constraints.build import system_of
from optimizer.constraints.conflict import is_feasible
from optimizer.explain.inseparable import inseparable_pairs
from optimizer.problem.problem import AllocationProblem, Budget
from optimizer.response import FloatArray, Response
from optimizer.search.case import Case, Effort, Solution
from optimizer.search.ruin import require_defined
from optimizer.solve.allocate import allocation_of, case_of
from optimizer.solve.decide import Decision
from optimizer.solve.plan_noise import with_noise_of
from optimizer.watch import UNWATCHED, Watch


@dataclass(frozen=True, eq=False)
class Score:
    """A given plan as an allocation without a certificate; broken: labels of limits it breaks."""

    allocation: Allocation
    broken: tuple[str, ...]


def score(
    problem: AllocationProblem,
    response: Response,
    current: FloatArray,
    spend: FloatArray,
    watch: Watch = UNWATCHED,
    own: Response | None = None,
) -> Score:
    """Value the plan `spend` (cell,), currency over the horizon, under the problem's objective.

    own: the response in which `current` has its own weeks and geos; None where those of `response`
    are not the plan's.
    Any plan is valued: one that spends nothing, one that breaks limits or misses conditions, and
    one under limits that no plan keeps.

    Raises InvalidProblem, InvalidResponse, Cancelled.
    """
    began = perf_counter()
    today = np.asarray(current, dtype=np.float64)
    effort, problem = Effort(watch=watch), problem.over(float(today.sum()))
    case = with_noise_of(_case_of(problem, response, today, spend, effort, own), spend)
    gain, measure = case.search.gain, case.search.measure
    require_defined(case, spend)
    evaluation = measure.evaluate(gain.draws(spend), 0.0)
    slope = np.asarray(evaluation.weights @ gain.slope(spend))
    none = Certificate(CertificateKind.NONE)
    decision = Decision(
        Status.FEASIBLE,
        Solution(spend, evaluation.value, slope, none, ()),
        case.system,
        conditions_of(case, spend),
        pairs=inseparable_pairs(case, spend),
    )
    return Score(allocation_of(case, decision, began), case.system.broken_limits(spend))


def _case_of(
    problem: AllocationProblem,
    response: Response,
    current: FloatArray,
    spend: FloatArray,
    effort: Effort,
    own: Response | None,
) -> Case:
    """The case under the stated limits, also where no plan keeps them all."""
    stated = system_of(problem, response, current)
    if is_feasible(stated):
        return case_of(problem, response, current, effort=effort, own=own)
    free = AllocationProblem(
        budget=Budget(max=max(float(spend.sum()), problem.budget.upper)),
        objective=problem.objective,
    )
    case = case_of(free, response, current, effort=effort, own=own)
    return replace(case, problem=problem, system=stated)
