"""The context of a problem's measure: the draws' probabilities, the scale and the reference.

    gain               pi                    reference 0
    gain_over_current  pi - pi(current)      reference pi(current)
    total              outcome of the plan   reference -(outcome without own spend)
    its probability    with its noise        reference that less the noise, drawn at one plan
    regret             pi - best             reference the gain of each draw's own best plan

Every reference is a constant of a draw, so it leaves the properties of a measure unchanged.
"""

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.curves.hindsight import best_of_each_draw
from optimizer.errors import InvalidProblem, InvalidResponse, Issue, json_pointer
from optimizer.problem.objective import (
    Entropic,
    MeanVariance,
    Objective,
    Regret,
    TargetProbability,
    Utility,
)
from optimizer.problem.problem import AllocationProblem
from optimizer.response import (
    FloatArray,
    Response,
    draw_weights,
    draws_by_model,
    within_horizon,
)
from optimizer.risk.cvar import mean
from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure, MeasureContext
from optimizer.risk.measures import measure_of
from optimizer.risk.worst_of import worst_of

PREDICTIVE_SEED = 0
"""Seed of the noise in predictive totals, common to all plans."""


def measure_for(
    problem: AllocationProblem,
    response: Response,
    gain: Gain,
    system: LinearSystem,
    current: FloatArray,
    probabilities: FloatArray | None = None,
) -> Measure:
    """The problem's measure of ``gain.draws``.

    response: of ``gain``, in the measured quantity (`measured_response`).
    probabilities: (draw,), sum 1, in place of the response's own.
    current: (cell,), today's plan; of a total with noise the plan whose noise counts.
    Where the draws are of several models it is the worst of their measures.
    Raises InvalidProblem where the response does not know a quantity that the objective needs.
    """
    own = probabilities_of(response) if probabilities is None else probabilities
    context = MeasureContext(
        scale=_scale(problem, gain, current, own),
        probabilities=own,
        reference=_reference(problem, response, gain, system, current),
    )
    _require_wealth(problem, system)
    models = draws_by_model(response)
    if models is None:
        return measure_of(problem.objective, context)
    parts = [context.of_draws(draws) for draws in models]
    return worst_of(models, [measure_of(problem.objective, part) for part in parts])


def measured_response(problem: AllocationProblem, response: Response) -> Response:
    """The response whose draws the objective measures: of a total, without carryover after the
    horizon."""
    objective = problem.objective
    total = objective.risk_on == "total" and not isinstance(objective, Regret)
    return within_horizon(response) if total else response


def counts_noise(objective: Objective) -> bool:
    """Whether the objective measures a total with its noise."""
    return isinstance(objective, TargetProbability) and objective.risk_on == "total"


def probabilities_of(response: Response) -> FloatArray | None:
    """(draw,): probabilities with sum 1, or None where all are equal.  Raises InvalidResponse."""
    weights = draw_weights(response)
    if weights is None:
        return None
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any():
        raise InvalidResponse("the response's weights must be finite and not negative")
    total = float(weights.sum())
    if total <= 0:
        raise InvalidResponse("the response's weights add up to 0")
    return weights / total


def baseline(response: Response, spend: FloatArray) -> FloatArray:
    """(draw,): the outcome without own spend, in the response's unit.  Raises InvalidProblem."""
    total = getattr(response, "total", None)
    if total is None:
        detail = "this response gives the incremental effect of a plan, not the total outcome"
        raise InvalidProblem((Issue(json_pointer("objective", "risk_on"), "no_total", detail),))
    return np.asarray(total(spend), dtype=np.float64) - response.draws(spend)


def _reference(
    problem: AllocationProblem,
    response: Response,
    gain: Gain,
    system: LinearSystem,
    current: FloatArray,
) -> FloatArray | None:
    objective = problem.objective
    if isinstance(objective, Regret):
        return best_of_each_draw(response, gain, system, current)
    if objective.risk_on == "gain_over_current":
        return gain.today(current)
    if objective.risk_on == "gain":
        return None
    predictive = getattr(response, "predictive", None)
    if counts_noise(problem.objective) and predictive is not None:
        predicted = np.asarray(predictive(current, PREDICTIVE_SEED), dtype=np.float64)
        return response.draws(current) - predicted
    return -baseline(response, np.zeros(current.size))


def _scale(
    problem: AllocationProblem, gain: Gain, current: FloatArray, p: FloatArray | None
) -> float:
    """What a dimensionless coefficient is per: a given scale, else today's spend.

    In KPI units it is the mean response of today's plan; p: (draw,), probabilities.  Raises
    InvalidProblem where the objective needs a scale and today's plan gives none.
    """
    objective = problem.objective
    if not isinstance(objective, Entropic | MeanVariance | Utility):
        return 1.0
    if isinstance(objective, Utility) and objective.utility != "cara":
        return 1.0
    if objective.scale is not None:
        return objective.scale
    scale = float(current.sum())
    if objective.on == "kpi":
        scale = abs(mean(gain.today(current), p).value)
    if scale > 0.0 or objective.risk_aversion == 0.0:
        return scale or 1.0
    detail = (
        "risk_aversion is per today's spend, and nothing is spent today: give the amount that it "
        'is per as "scale"'
    )
    raise InvalidProblem((Issue(json_pointer("objective", "scale"), "no_scale", detail),))


def _require_wealth(problem: AllocationProblem, system: LinearSystem) -> None:
    objective = problem.objective
    if not isinstance(objective, Utility) or objective.wealth is None or objective.on == "kpi":
        return
    most = problem.unit_cost_with_hurdle * system.budget
    if objective.risk_on == "gain" and objective.wealth <= most:
        detail = (
            f"wealth of {objective.wealth:,.10g} must exceed the {most:,.10g} that the plan may "
            "cost: the utility of losing all wealth is not defined"
        )
        raise InvalidProblem((Issue(json_pointer("objective", "wealth"), "too_small", detail),))
