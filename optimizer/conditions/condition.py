r"""Conditions on a plan that are not linear: a probability or a return that it has to reach.

    target              P(total KPI >= T) >= p     <=>  the (1 - p) quantile of the total is >= T
    worse_than_current  P(pi < pi(current)) <= x   <=>  the x quantile of the difference is >= 0
    min_roi             mean response >= r * spend

The first two are chance constraints. Their quantile, rounded over a width, has a gradient; whether
a plan meets the condition is always judged exactly, on all draws. The target counts predictive
totals: the noise added to each draw comes from one seed, common to all plans, and is computed anew
for each plan that is judged.

    pi -> gain    T -> kpi    p, x -> probability
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.issues import format_number
from optimizer.problem.problem import Target, WorseThanCurrent
from optimizer.response import FloatArray, Response
from optimizer.risk.cvar import mean
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure, MeasureEvaluation, shifted
from optimizer.risk.uncertified import quantile, target_probability
from optimizer.search.case import Case
from optimizer.search.memo import LastCallMemo
from optimizer.search.reference import PREDICTIVE_SEED, probabilities_of

_EXACT = 1e-12


@dataclass(frozen=True)
class StatedCondition:
    """A condition as the problem states it.

    pointer: into the problem.  label: in words.  wanted: the least probability or return that
    meets it.
    """

    pointer: str
    label: str
    wanted: float


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition, met where ``measure`` of ``gain`` is at least 0.

    stated: the condition in the problem.
    gain: of a plan, as the condition counts it.  measure: rounded or exact.
    chance: the probability itself as a measure, climbed where the condition is out of reach; None
    where the condition is not a chance constraint.
    reached: the exact probability or return of a plan (cell,).
    """

    stated: StatedCondition
    gain: Gain
    measure: Measure
    chance: Measure | None
    reached: Callable[[FloatArray], float]

    def holds(self, spend: FloatArray) -> bool:
        """Whether a plan (cell,) meets the condition exactly."""
        wanted = self.stated.wanted
        return self.reached(spend) >= wanted - _EXACT * max(1.0, abs(wanted))


def chance_constraint(
    stated: StatedCondition,
    gain: Gain,
    shift: FloatArray,
    reached: Callable[[FloatArray], float],
    probabilities: FloatArray | None,
) -> Condition:
    """The condition  P(gain + shift >= 0) >= stated.wanted.

    shift: (draw,).  reached: the probability of a plan (cell,).  probabilities: (draw,), of the
    draws, None where all are equal.
    """
    level = min(max(1.0 - stated.wanted, 0.0), 1.0)
    return Condition(
        stated=stated,
        gain=gain,
        measure=shifted(_upper_quantile(level, probabilities), -shift),
        chance=shifted(_probability(probabilities), -shift),
        reached=reached,
    )


def return_constraint(
    stated: StatedCondition, gain: Gain, probabilities: FloatArray | None
) -> Condition:
    """The condition  mean(response) >= stated.wanted * spend,  by a gain of that cost."""
    least = stated.wanted

    def reached(spend: FloatArray) -> float:
        total = float(spend.sum())
        surplus = mean(gain.draws(spend), probabilities).value
        return surplus / total + least if total > 0 else least

    def evaluate(draws: FloatArray, _smoothing: float) -> MeasureEvaluation:
        return mean(draws, probabilities)

    return Condition(stated, gain, Measure(evaluate, smooth=True), None, reached)


def _upper_quantile(level: float, probabilities: FloatArray | None) -> Measure:
    """The greatest t with P(gain < t) <= level: -(the (1 - level) quantile of -gain)."""

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        if level <= 0.0:
            return quantile(gain, _EXACT, 0.0, probabilities)
        at = quantile(-gain, 1.0 - level, smoothing, probabilities)
        return MeasureEvaluation(-at.value, at.weights, -at.value - float(at.weights @ gain))

    return Measure(evaluate, smooth=False, certified=False)


def _probability(probabilities: FloatArray | None) -> Measure:
    """The probability that a gain is at least 0."""
    return Measure(
        lambda gain, smoothing: target_probability(gain, 0.0, smoothing, probabilities),
        smooth=False,
        certified=False,
    )


class PredictiveNoise:
    """Everything that the predictive total of a plan adds to its response, from one seed.

    predictive: (draw,) totals of a plan (cell,).  gain: of the same plan in KPI units.
    """

    def __init__(self, predictive: Callable[[FloatArray], FloatArray], gain: Gain) -> None:
        self.gain = gain
        self._predictive = LastCallMemo(predictive)

    def totals(self, spend: FloatArray) -> FloatArray:
        """(draw,): the predictive totals of a plan."""
        return np.asarray(self._predictive(spend), dtype=np.float64)

    def shift(self, spend: FloatArray) -> FloatArray:
        """(draw,): baseline and noise at a plan, to be added to its response."""
        return self.totals(spend) - self.gain.draws(spend)


def has_conditions(case: Case) -> bool:
    """Whether the problem sets conditions beside its linear limits."""
    problem = case.problem
    stated = (problem.target, problem.worse_than_current, problem.min_roi)
    return any(condition is not None for condition in stated)


def conditions_of(case: Case, at: FloatArray) -> tuple[Condition, ...]:
    """Every condition of the problem, with the predictive noise of a plan (cell,).

    Raises InvalidProblem where the response does not know a quantity that a condition needs.
    """
    problem, conditions = case.problem, []
    if problem.target is not None:
        conditions.append(_target_condition(case, problem.target, at))
    if problem.worse_than_current is not None:
        conditions.append(_worse_than_current_condition(case, problem.worse_than_current))
    if problem.min_roi is not None:
        conditions.append(_return_condition(case, problem.min_roi))
    return tuple(conditions)


def condition_case(case: Case, condition: Condition, measure: Measure) -> Case:
    """The case with the condition's gain and a measure of it in place of the objective."""
    search = replace(case.search, gain=condition.gain, measure=measure, iterations=0, unfinished=0)
    return replace(case, search=search, response=condition.gain.response)


def _target_condition(case: Case, target: Target, at: FloatArray) -> Condition:
    response = _kpi_response(case)
    gain = Gain(response, 0.0)
    noise = PredictiveNoise(_predictive(response), gain)
    weights = probabilities_of(response)

    def reached(spend: FloatArray) -> float:
        return _probability_where(noise.totals(spend) >= target.kpi, weights)

    probability = format_number(target.probability)
    stated = StatedCondition(
        pointer=json_pointer("target"),
        label=f"a total KPI of {format_number(target.kpi)} with probability {probability}",
        wanted=target.probability,
    )
    return chance_constraint(stated, gain, noise.shift(at) - target.kpi, reached, weights)


def _worse_than_current_condition(case: Case, limit: WorseThanCurrent) -> Condition:
    gain, weights = case.search.gain, probabilities_of(case.response)
    if case.problem.unit_cost_with_hurdle != case.problem.unit_cost:
        gain = Gain(case.response, case.problem.unit_cost)
    now = gain.draws(case.current)

    def reached(spend: FloatArray) -> float:
        return _probability_where(gain.draws(spend) >= now, weights)

    percent = format_number(100 * limit.probability)
    stated = StatedCondition(
        pointer=json_pointer("worse_than_current"),
        label=f"a probability of at most {percent} % of a lower gain than the current plan's",
        wanted=1.0 - limit.probability,
    )
    return chance_constraint(stated, gain, -now, reached, weights)


def _return_condition(case: Case, least: float) -> Condition:
    if case.problem.objective.on == "kpi":
        detail = f'a return of {format_number(least)} compares value with spend, but "on" is "kpi"'
        raise InvalidProblem((Issue(json_pointer("min_roi"), "no_value", detail),))
    stated = StatedCondition(
        pointer=json_pointer("min_roi"),
        label=f"a return of {format_number(least)} per unit of spend",
        wanted=least,
    )
    return return_constraint(stated, Gain(case.response, least), probabilities_of(case.response))


def _kpi_response(case: Case) -> Response:
    if case.problem.objective.on == "kpi":
        return case.response
    response: Response | None = getattr(case.response, "kpi", None)
    if response is None:
        detail = 'this response gives the value of a plan, not its KPI: set "on" to "kpi"'
        raise InvalidProblem((Issue(json_pointer("target", "kpi"), "no_kpi", detail),))
    return response


def _predictive(response: Response) -> Callable[[FloatArray], FloatArray]:
    """The predictive totals (draw,) of a plan; without noise where the response knows none."""
    predictive = getattr(response, "predictive", None)
    if predictive is not None:
        return lambda spend: np.asarray(predictive(spend, PREDICTIVE_SEED), dtype=np.float64)
    total: Callable[[FloatArray], FloatArray] | None = getattr(response, "total", None)
    if total is None:
        detail = (
            "this response gives the incremental KPI of a plan, but a target needs the total KPI"
        )
        raise InvalidProblem((Issue(json_pointer("target", "kpi"), "no_total", detail),))
    return total


def _probability_where(holds: np.ndarray, weights: FloatArray | None) -> float:
    return float(holds.mean()) if weights is None else float(weights @ holds)
