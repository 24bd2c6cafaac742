"""How a given plan compares with today's, fast enough to be asked while a number is typed."""

import numpy as np

from app.contract.plan_odds import PlanOdds
from app.contract.plan_requests import GivenPlan
from app.services.planning.allocate import reference_document
from app.services.planning.evaluate_plan import plan_totals
from app.services.planning.moves.causal import (
    gain_by_time,
    gains_of,
    going_on_as,
    least_favourable,
)
from app.services.planning.moves.moves import NOTICEABLE
from app.services.planning.moves.odds import odds_of
from app.services.planning.planned_spend import channel_documents
from app.services.planning.region import require_supported
from app.services.planning.units import gain_unit, require_one_margin
from mmm.plan.of_models import PlanOfModels
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array


def plan_odds(
    model: FittedModel,
    body: GivenPlan,
    response: PlanOfModels,
    today: PlanOfModels | None = None,
    warnings: tuple[str, ...] = (),
) -> PlanOdds:
    """Judge a plan by ``response``, that of both models with causal shares; raises QueryError.

    ``today``: the response in which today's plan has its own weeks and geos, where ``response`` has
    those of the plan.
    """
    require_one_margin(model, body.objective)
    spend, earned = plan_totals(model, body), body.objective.earned_share
    response = response.continuing(spend)
    today = response if today is None else going_on_as(response, today)
    first = response.parts[0]
    require_supported(first, spend)
    current = response.current
    gains = gains_of(response, spend, earned, today)
    total, usual = float(spend.sum()), float(current.sum())
    least = NOTICEABLE * max(total, usual)
    odds = odds_of(model, response.channels, _moved(response, spend, today), least, gains)
    return PlanOdds(
        total=total,
        reference_total=usual,
        reference=reference_document(first),
        channels=channel_documents(first, spend, earned),
        gain=summarize(gains[least_favourable(gains)]),
        by_time=gain_by_time(gains, response, spend, earned, today),
        gain_unit=gain_unit(model, body.objective),
        chances_in_20=None if odds is None else odds.in_20,
        probability_better=None if odds is None else odds.model,
        second_model=None if odds is None else odds.second,
        warnings=(*warnings, *first.warnings),
    )


def _moved(response: PlanOfModels, spend: Array, today: PlanOfModels) -> Array:
    """(channel,) money that moves: between channels, and between the weeks and geos of one."""
    change = response.plan(spend) - today.plan(today.current)
    return np.asarray((np.abs(change).sum((0, 1)) + np.abs(change.sum((0, 1)))) / 2.0)
