r"""Whether the plan's gain over staying is more than noise.

To stay is today's own spend where the budget leaves the total free and today's plan is feasible,
and today's mix at the plan's total elsewhere. With draws paired, d_s = gain of the plan - gain of
staying. The plan is within noise where all of these hold:

    0.4 < P(d > 0) < 0.6
    |E d|                                < 0.25 s.d. d
    (rho(plan) - rho(staying)) / |q|     < 0.25 s.d. d    the gain in the objective's measure

q are the measure's weights at the plan; their sum |q| is 1 except for utilities and losses, whose
unit it removes. A plan that is worse in most draws and better in the worst ones is a trade-off, not
noise, and so is one that lowers the mean. For a normal d, P = 0.6 is a mean of 0.25 standard
deviations.

No judgement is made where the plan to stay at breaks a limit, where nothing is spent at present, or
where both plans are the same.

    d -> difference    q -> weights    rho -> measure
"""

import numpy as np

from optimizer.allocation import StayJudgement
from optimizer.problem.objective import TargetProbability
from optimizer.response import FloatArray
from optimizer.risk.measure import probabilities_or_equal
from optimizer.search.case import Case, Solution
from optimizer.search.reference import probabilities_of
from optimizer.search.starts import spend_mix

CLEAR_PROBABILITY = 0.6
CLEAR_DEVIATIONS = 0.25
_SAME = 1e-4


def judge_stay(case: Case, solution: Solution) -> StayJudgement | None:
    """Whether the plan is within noise of staying; None where that does not apply."""
    reference = _plan_to_stay_at(case, float(solution.spend.sum()))
    same = float(np.abs(reference - solution.spend).max()) <= _SAME * case.system.scale
    target = isinstance(case.problem.objective, TargetProbability)
    if same or target or case.current.sum() <= 0 or case.system.broken_limits(reference):
        return None
    gain, measure = case.search.gain, case.search.measure
    draws, before = gain.draws(solution.spend), gain.draws(reference)
    difference = draws - before
    p = probabilities_or_equal(difference, probabilities_of(case.response))
    better, expected = float(p @ (difference > 0)), float(p @ difference)
    deviation = float(np.sqrt(p @ (difference - expected) ** 2))
    evaluation = measure.evaluate(draws, 0.0)
    unit = float(np.abs(evaluation.weights).sum()) or 1.0
    objective_gain = (evaluation.value - measure.value(before)) / unit
    return StayJudgement(
        within_noise=(
            abs(better - 0.5) < CLEAR_PROBABILITY - 0.5
            and max(abs(expected), objective_gain) < CLEAR_DEVIATIONS * deviation
        ),
        spend=reference,
        best_spend=solution.spend,
        probability_better=better,
        expected=expected,
        deviation=deviation,
        objective_gain=objective_gain,
    )


def _plan_to_stay_at(case: Case, total: float) -> FloatArray:
    """(cell,): today's spend where feasible and the total is free, else its mix at `total`."""
    free = case.problem.budget.total is None
    if free and not case.system.broken_limits(case.current):
        return case.current
    return total * spend_mix(case.current)
