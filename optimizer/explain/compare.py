"""The risk of a plan, and its comparison with reference plans, draws paired.

Everything is weighted by the draws' probabilities. Gains are true ones: a unit of spend costs 1,
also where the search counts it at a hurdle.
"""

import numpy as np

from optimizer.allocation import ReferenceComparison, Risk
from optimizer.problem.objective import measured_quantity
from optimizer.response import FloatArray
from optimizer.risk.cvar import cvar, mean
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of

_USUAL_TAIL = 0.1
"""The tail of the reported CVaR where the objective has none of its own."""


def true_gain(case: Case, spend: FloatArray) -> FloatArray:
    """(draw,): the response at spend (cell,) less its true cost."""
    return case.counted.draws(spend)


def risk_of(case: Case, value: float, gain: FloatArray) -> Risk:
    """The measure `value` of a plan beside the mean and CVaR of its gain (draw,)."""
    weights = probabilities_of(case.response)
    tail = getattr(case.problem.objective, "tail", None) or _USUAL_TAIL
    return Risk(
        kind=case.problem.objective.kind,
        quantity=measured_quantity(case.problem.objective),
        value=value,
        mean=mean(gain, weights).value,
        cvar=cvar(gain, tail, 0.0, weights).value,
        tail=tail,
        probability_worse=probability_where(case, gain < case.counted.today(case.current)),
    )


def compare_with_today(case: Case, gain: FloatArray) -> ReferenceComparison:
    """The gain (draw,) of a plan compared with that of today's plan in its own weeks and geos."""
    counted, searched = case.counted.today(case.current), case.search.gain.today(case.current)
    return _comparison(case, gain - counted, case.current, searched)


def compare(case: Case, gain: FloatArray, reference: FloatArray) -> ReferenceComparison:
    """The gain (draw,) of a plan compared with that of a reference plan (cell,)."""
    difference = gain - true_gain(case, reference)
    return _comparison(case, difference, reference, case.search.gain.draws(reference))


def _comparison(
    case: Case, difference: FloatArray, reference: FloatArray, searched: FloatArray
) -> ReferenceComparison:
    """``searched`` (draw,): what the objective measures of the reference."""
    broken = case.system.broken_limits(reference)
    return ReferenceComparison(
        spend=reference,
        total=float(reference.sum()),
        feasible=not broken,
        broken=broken,
        difference=difference,
        probability_better=probability_where(case, difference > 0),
        value=case.search.measure.value(searched),
    )


def probability_where(case: Case, holds: np.ndarray) -> float:
    """The probability of the draws where `holds` (draw,) is true."""
    weights = probabilities_of(case.response)
    return float(holds.mean()) if weights is None else float(weights @ holds)
