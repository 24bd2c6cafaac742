r"""Conditions on a plan that are not linear: a chance, or a return, that must be reached.

    target              P(total kpi >= T) >= p     <=>  the (1 - p) quantile of the total is >= T
    worse_than_current  P(pi < pi(current)) <= x   <=>  the x quantile of the difference is >= 0
    min_roi             mean response >= r * spend

The quantile, rounded over a width, has a gradient; whether a plan meets the condition is always
judged exactly, on all draws. The target counts predictive totals: what noise adds to each draw is
taken from one seed, common to all plans, and refreshed at each plan that is judged.

    pi -> gain    T -> kpi    p, x -> probability
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.complaints import format_number
from optimizer.problem.problem import Target, WorseThanCurrent
from optimizer.response import FloatArray, Response
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure, MeasureEvaluation, shifted
from optimizer.risk.measures import mean, quantile, target_probability
from optimizer.search.case import Case
from optimizer.search.memo import LastCallMemo
from optimizer.search.reference import PREDICTIVE_SEED, probabilities_of

_EXACT = 1e-12


@dataclass(frozen=True, eq=False)
class Condition:
    """One condition:  level of ``measure`` at ``gain`` >= 0.

    gain: what it judges.  measure: at least 0 where the condition holds, rounded or exact.
    chance: the probability itself as a measure to climb where the condition is out of reach; None
    where the condition is no chance.
    reached: of a plan (cell,), the exact probability or return; wanted: the least that will do.
    pointer, label: the condition in the problem, and in words.
    """

    gain: Gain
    measure: Measure
    chance: Measure | None
    reached: Callable[[FloatArray], float]
    wanted: float
    pointer: str
    label: str

    def holds(self, spend: FloatArray) -> bool:
        """Whether a plan (cell,) meets the condition exactly."""
        return self.reached(spend) >= self.wanted - _EXACT * max(1.0, abs(self.wanted))


def chance_constraint(
    gain: Gain,
    shift: FloatArray,
    reached: Callable[[FloatArray], float],
    wanted: float,
    probabilities: FloatArray | None,
    *,
    pointer: str,
    label: str,
) -> Condition:
    """P(gain + shift >= 0) >= wanted; shift (draw,)."""
    level = min(max(1.0 - wanted, 0.0), 1.0)
    return Condition(
        gain=gain,
        measure=shifted(_upper_quantile(level, probabilities), -shift),
        chance=shifted(_probability(probabilities), -shift),
        reached=reached,
        wanted=wanted,
        pointer=pointer,
        label=label,
    )


def return_constraint(
    gain: Gain, least: float, probabilities: FloatArray | None, *, pointer: str, label: str
) -> Condition:
    """mean(response) >= least * spend, by a gain whose cost is `least`."""

    def reached(spend: FloatArray) -> float:
        total = float(spend.sum())
        surplus = mean(gain.draws(spend), probabilities).value
        return surplus / total + least if total > 0 else least

    def evaluate(draws: FloatArray, _smoothing: float) -> MeasureEvaluation:
        return mean(draws, probabilities)

    return Condition(gain, Measure(evaluate, smooth=True), None, reached, least, pointer, label)


def _upper_quantile(level: float, probabilities: FloatArray | None) -> Measure:
    """The greatest t with P(gain < t) <= level: -(the (1 - level) quantile of -gain)."""

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        if level <= 0.0:
            return quantile(gain, _EXACT, 0.0, probabilities)
        at = quantile(-gain, 1.0 - level, smoothing, probabilities)
        return MeasureEvaluation(-at.value, at.weights, -at.value - float(at.weights @ gain))

    return Measure(evaluate, smooth=False, certified=False)


def _probability(probabilities: FloatArray | None) -> Measure:
    return Measure(
        lambda gain, smoothing: target_probability(gain, 0.0, smoothing, probabilities),
        smooth=False,
        certified=False,
    )


class PredictiveNoise:
    """What future states and noise add to each draw's kpi, from one seed.

    predictive: (draw,) totals of a plan (cell,).  gain: of the same plan in kpi units.
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


def conditions_of(case: Case, at: FloatArray) -> tuple[Condition, ...]:
    """Every condition of the problem; noise as it is at a plan (cell,).

    Raises InvalidProblem where the response cannot say what a condition asks.
    """
    problem, conditions = case.problem, []
    if problem.target is not None:
        conditions.append(_target_condition(case, problem.target, at))
    if problem.worse_than_current is not None:
        conditions.append(_worse_condition(case, problem.worse_than_current))
    if problem.min_roi is not None:
        conditions.append(_return_condition(case, problem.min_roi))
    return tuple(conditions)


def _target_condition(case: Case, target: Target, at: FloatArray) -> Condition:
    response = _kpi_response(case)
    gain = Gain(response, 0.0)
    noise = PredictiveNoise(_predictive(response), gain)
    weights = probabilities_of(response)

    def reached(spend: FloatArray) -> float:
        return _share(noise.totals(spend) >= target.kpi, weights)

    return chance_constraint(
        gain,
        noise.shift(at) - target.kpi,
        reached,
        target.probability,
        weights,
        pointer=json_pointer("target"),
        label=(
            f"a total kpi of {format_number(target.kpi)} "
            f"with probability {format_number(target.probability)}"
        ),
    )


def _worse_condition(case: Case, limit: WorseThanCurrent) -> Condition:
    gain, weights = case.search.gain, probabilities_of(case.response)
    if case.problem.unit_cost_with_hurdle != case.problem.unit_cost:
        gain = Gain(case.response, case.problem.unit_cost)
    now = gain.draws(case.current)

    def reached(spend: FloatArray) -> float:
        return _share(gain.draws(spend) >= now, weights)

    percent = format_number(100 * limit.probability)
    return chance_constraint(
        gain,
        -now,
        reached,
        1.0 - limit.probability,
        weights,
        pointer=json_pointer("worse_than_current"),
        label=f"a probability of at most {percent} % of a lower gain than the current plan's",
    )


def _return_condition(case: Case, least: float) -> Condition:
    if case.problem.objective.on == "kpi":
        detail = f'a return of {format_number(least)} compares value with spend; "on" is "kpi"'
        raise InvalidProblem((Issue(json_pointer("min_roi"), "no_value", detail),))
    return return_constraint(
        Gain(case.response, least),
        least,
        probabilities_of(case.response),
        pointer=json_pointer("min_roi"),
        label=f"a return of {format_number(least)} per unit of spend",
    )


def condition_case(case: Case, condition: Condition, measure: Measure) -> Case:
    """The case with what the condition judges in place of the objective."""
    search = replace(case.search, gain=condition.gain, measure=measure, iterations=0, unfinished=0)
    return replace(case, search=search, response=condition.gain.response)


def _kpi_response(case: Case) -> Response:
    if case.problem.objective.on == "kpi":
        return case.response
    response: Response | None = getattr(case.response, "kpi", None)
    if response is None:
        detail = 'this response knows the value of a plan, not its kpi: set "on" to "kpi"'
        raise InvalidProblem((Issue(json_pointer("target", "kpi"), "no_kpi", detail),))
    return response


def _predictive(response: Response) -> Callable[[FloatArray], FloatArray]:
    predictive = getattr(response, "predictive", None)
    if predictive is not None:
        return lambda spend: np.asarray(predictive(spend, PREDICTIVE_SEED), dtype=np.float64)
    total: Callable[[FloatArray], FloatArray] | None = getattr(response, "total", None)
    if total is None:
        detail = "this response knows what plans add, not the total kpi that a target is of"
        raise InvalidProblem((Issue(json_pointer("target", "kpi"), "no_total", detail),))
    return total


def _share(holds: np.ndarray, weights: FloatArray | None) -> float:
    return float(holds.mean()) if weights is None else float(weights @ holds)


def has_conditions(case: Case) -> bool:
    """Whether the problem sets conditions beside its linear limits."""
    problem = case.problem
    asked = (problem.target, problem.worse_than_current, problem.min_roi)
    return any(condition is not None for condition in asked)
