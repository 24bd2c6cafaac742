"""The conditions of a problem, and how far a plan meets each of them.

    target     P(total KPI >= T) >= p
    roi        mean response >= r * spend
    marginal_roi   mean slope >= r where spend can fall (`marginal.py`)
    not_worse  P(pi >= pi(current)) >= p
    cvar       CVaR(pi), or CVaR(pi - pi(current)), >= m

The target counts predictive totals: the noise added to each draw comes from one seed, common to
all plans, and is computed anew for each plan that is judged. Gains are true ones: a unit of spend
costs 1, also where the search counts it at a hurdle.

    pi -> gain    T -> kpi    p -> probability    r, m -> min
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from optimizer.allocation import ConditionResult
from optimizer.conditions.condition import (
    Condition,
    Statement,
    chance_constraint,
    cvar_floor,
    return_constraint,
)
from optimizer.conditions.marginal import marginal_condition
from optimizer.constraints.linear_system import TOLERANCE, LinearSystem
from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.conditions import (
    CvarFloor,
    LeastMarginalRoi,
    LeastRoi,
    NotWorse,
    StatedCondition,
    Target,
)
from optimizer.problem.issues import format_number
from optimizer.response import FloatArray, Response, within_horizon
from optimizer.risk.gain import Gain
from optimizer.search.case import Case
from optimizer.search.memo import LastCallMemo
from optimizer.search.reference import PREDICTIVE_SEED, probabilities_of


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


def conditions_of(case: Case, at: FloatArray) -> tuple[Condition, ...]:
    """Every condition of the problem, with the predictive noise of a plan (cell,).

    Raises InvalidProblem where the response does not know a quantity that a condition needs.
    """
    return tuple(
        _condition(case, condition, json_pointer("conditions", index), at)
        for index, condition in enumerate(case.problem.conditions)
    )


def condition_results(
    case: Case, conditions: Sequence[Condition], spend: FloatArray
) -> tuple[ConditionResult, ...]:
    """How far a plan (cell,) meets every condition, and every second budget of the problem."""
    stated = (_condition_result(condition, spend) for condition in conditions)
    return (*stated, *_budget_results(case.system, spend))


def _condition_result(condition: Condition, spend: FloatArray) -> ConditionResult:
    stated, reached = condition.stated, condition.reached(spend)
    return ConditionResult(
        kind=stated.kind,
        condition=stated.label,
        pointer=stated.pointer,
        wanted=stated.wanted,
        reached=reached,
        slack=reached - stated.wanted,
        met=condition.holds(spend),
    )


def _budget_results(system: LinearSystem, spend: FloatArray) -> Iterator[ConditionResult]:
    """One result for each side of each second budget, in its own unit."""
    for limit in system.limits:
        if not limit.pointer.startswith(json_pointer("budgets") + "/"):
            continue
        upper = np.isfinite(limit.upper)
        wanted = limit.unit * (limit.upper if upper else limit.lower)
        reached = limit.unit * limit.row.at(spend)
        yield ConditionResult(
            kind="budget",
            condition=limit.label,
            pointer=limit.pointer,
            wanted=wanted,
            reached=reached,
            slack=wanted - reached if upper else reached - wanted,
            met=limit.excess(spend) <= TOLERANCE * system.scale,
        )


def _condition(case: Case, stated: StatedCondition, where: str, at: FloatArray) -> Condition:
    match stated:
        case Target():
            return _target_condition(case, stated, where, at)
        case LeastRoi():
            return _return_condition(case, stated.min, where)
        case LeastMarginalRoi():
            return marginal_condition(case, stated, where)
        case NotWorse():
            return _not_worse_condition(case, stated, where)
        case CvarFloor():
            return _cvar_condition(case, stated, where)


def _target_condition(case: Case, target: Target, where: str, at: FloatArray) -> Condition:
    response = within_horizon(_kpi_response(case, where))
    gain = Gain(response, 0.0, case.search.watch)
    noise = PredictiveNoise(_predictive(response, where), gain)
    weights = probabilities_of(response)

    def reached(spend: FloatArray) -> float:
        return _probability_where(noise.totals(spend) >= target.kpi, weights)

    probability = format_number(target.probability)
    stated = Statement(
        kind=target.kind,
        pointer=where,
        label=f"a total KPI of {format_number(target.kpi)} with probability {probability}",
        wanted=target.probability,
    )
    return chance_constraint(stated, gain, noise.shift(at) - target.kpi, reached, weights)


def _not_worse_condition(case: Case, limit: NotWorse, where: str) -> Condition:
    gain, weights = case.counted, probabilities_of(case.response)
    now = gain.today(case.current)

    def reached(spend: FloatArray) -> float:
        return _probability_where(gain.draws(spend) >= now, weights)

    label = (
        f"a gain not below the current plan's with probability {format_number(limit.probability)}"
    )
    stated = Statement(limit.kind, where, label, limit.probability)
    return chance_constraint(stated, gain, -now, reached, weights)


def _return_condition(case: Case, least: float, where: str) -> Condition:
    if case.problem.objective.on == "kpi":
        detail = f'a return of {format_number(least)} compares value with spend, but "on" is "kpi"'
        raise InvalidProblem((Issue(where, "no_value", detail),))
    label = f"a return of {format_number(least)} per unit of spend"
    stated = Statement("roi", where, label, least)
    weights = probabilities_of(case.response)
    gain = Gain(case.counted.response, least, case.search.watch)
    return return_constraint(stated, gain, weights)


def _cvar_condition(case: Case, floor: CvarFloor, where: str) -> Condition:
    gain = case.counted
    over = floor.risk_on == "gain_over_current"
    label = (
        f"a mean gain{' over the current plan' if over else ''} of at least "
        f"{format_number(floor.min)} in the worst {format_number(100 * floor.tail)} % of draws"
    )
    stated = Statement(floor.kind, where, label, floor.min)
    now = gain.today(case.current) if over else None
    return cvar_floor(stated, gain, floor.tail, now, probabilities_of(case.response))


def _kpi_response(case: Case, where: str) -> Response:
    if case.problem.objective.on == "kpi":
        return case.counted.response
    response: Response | None = getattr(case.counted.response, "kpi", None)
    if response is None:
        detail = 'this response gives the value of a plan, not its KPI: set "on" to "kpi"'
        raise InvalidProblem((Issue(f"{where}/kpi", "no_kpi", detail),))
    return response


def _predictive(response: Response, where: str) -> Callable[[FloatArray], FloatArray]:
    """The predictive totals (draw,) of a plan; without noise where the response knows none."""
    predictive = getattr(response, "predictive", None)
    if predictive is not None:
        return lambda spend: np.asarray(predictive(spend, PREDICTIVE_SEED), dtype=np.float64)
    total: Callable[[FloatArray], FloatArray] | None = getattr(response, "total", None)
    if total is None:
        detail = (
            "this response gives the incremental KPI of a plan, but a target needs the total KPI"
        )
        raise InvalidProblem((Issue(f"{where}/kpi", "no_total", detail),))
    return total


def _probability_where(holds: np.ndarray, weights: FloatArray | None) -> float:
    return float(holds.mean()) if weights is None else float(weights @ holds)
