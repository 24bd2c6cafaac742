"""The valuation of a given plan: its risk, its comparisons and the limits that it breaks."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from optimizer.allocation import Allocation, Certificate, CertificateKind, Status
from optimizer.explain.inseparable import inseparable_pairs
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray, Response
from optimizer.search.case import Solution
from optimizer.search.ruin import require_defined
from optimizer.solve.allocate import allocation_of, case_of
from optimizer.solve.decide import Decision


@dataclass(frozen=True, eq=False)
class Score:
    """A given plan as an allocation without a certificate; broken: labels of limits it breaks."""

    allocation: Allocation
    broken: tuple[str, ...]


def score(
    problem: AllocationProblem, response: Response, current: FloatArray, spend: FloatArray
) -> Score:
    """Value the plan `spend` (cell,), currency over the horizon, under the problem's objective.

    Raises InvalidProblem, Infeasible (no plan meets the limits), InvalidResponse.
    """
    began = perf_counter()
    case = case_of(problem, response, current)
    gain, measure = case.search.gain, case.search.measure
    require_defined(case, spend)
    evaluation = measure.evaluate(gain.draws(spend), 0.0)
    slope = np.asarray(evaluation.weights @ gain.slope(spend))
    none = Certificate(CertificateKind.NONE)
    solution = Solution(spend, evaluation.value, slope, none, ())
    pairs = inseparable_pairs(case, spend)
    decision = Decision(Status.FEASIBLE, solution, case.system, pairs=pairs)
    return Score(allocation_of(case, decision, began), case.system.broken_limits(spend))
