"""The conditions that a problem sets beside its linear limits, made ready over its response."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimizer.conditions.condition import Noise, Side, chance_side, return_side
from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.complaints import number
from optimizer.problem.problem import Target, WorseThanCurrent
from optimizer.response import FloatArray, Response
from optimizer.risk.gain import Gain
from optimizer.risk.measures import Measure
from optimizer.search.case import Case
from optimizer.search.reference import PREDICTIVE_SEED, probabilities_of


def sides_of(case: Case, at: FloatArray) -> tuple[Side, ...]:
    """Every condition of the problem; noise as it is at a plan (cell,).

    Raises InvalidProblem where the response cannot say what a condition asks.
    """
    problem, sides = case.problem, []
    if problem.target is not None:
        sides.append(_target_side(case, problem.target, at))
    if problem.worse_than_current is not None:
        sides.append(_worse_side(case, problem.worse_than_current))
    if problem.min_roi is not None:
        sides.append(_return_side(case, problem.min_roi))
    return tuple(sides)


def _target_side(case: Case, target: Target, at: FloatArray) -> Side:
    response = _kpi_response(case)
    gain = Gain(response, 0.0)
    noise = Noise(_predictive(response), gain)
    weights = probabilities_of(response)

    def reached(spend: FloatArray) -> float:
        return _share(noise.totals(spend) >= target.kpi, weights)

    return chance_side(
        gain,
        noise.shift(at) - target.kpi,
        reached,
        target.probability,
        weights,
        pointer=json_pointer("target"),
        label=f"a total kpi of {number(target.kpi)} with probability {number(target.probability)}",
    )


def _worse_side(case: Case, limit: WorseThanCurrent) -> Side:
    gain, weights = case.search.gain, probabilities_of(case.response)
    if case.problem.cost != case.problem.paid:
        gain = Gain(case.response, case.problem.paid)
    now = gain.draws(case.current)

    def reached(spend: FloatArray) -> float:
        return _share(gain.draws(spend) >= now, weights)

    percent = number(100 * limit.probability)
    return chance_side(
        gain,
        -now,
        reached,
        1.0 - limit.probability,
        weights,
        pointer=json_pointer("worse_than_current"),
        label=f"a probability of at most {percent} % of a lower gain than the current plan's",
    )


def _return_side(case: Case, least: float) -> Side:
    if case.problem.objective.on == "kpi":
        detail = f'a return of {number(least)} compares value with spend; "on" is "kpi"'
        raise InvalidProblem((Issue(json_pointer("min_roi"), "no_value", detail),))
    return return_side(
        Gain(case.response, least),
        least,
        probabilities_of(case.response),
        pointer=json_pointer("min_roi"),
        label=f"a return of {number(least)} per unit of spend",
    )


def side_case(case: Case, side: Side, measure: Measure) -> Case:
    """The case with what the side judges in place of the objective."""
    search = replace(case.search, gain=side.gain, measure=measure, iterations=0, unfinished=0)
    return replace(case, search=search, response=side.gain.response)


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
