"""Spend of a plan of record week by week, with the assumptions it was made under."""

from typing import Any

import numpy as np

from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.errors import InvalidRequest
from app.services.planning.evaluate_plan import with_profiles
from app.services.planning.responses import response_of
from mmm.errors import Issue
from mmm.plan.mixture import PlanMixture
from mmm.plan.plan_vs_actual import PlannedWeeks
from mmm.plan.response import PlanResponse
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


def planned_weeks(
    model: FittedModel, question: str, request: dict[str, Any], answer: dict[str, Any]
) -> PlannedWeeks:
    """Spend of the plan and of its reference, under the plan's assumptions."""
    coming: AllocateBody | EvaluatePlanBody
    if question == "allocate":
        coming = AllocateBody.model_validate(request)
    else:
        coming = with_profiles(EvaluatePlanBody.model_validate(request))
    # What comes after the horizon is not compared.
    coming = coming.model_copy(update={"after": "zero"})
    if answer.get("reference") is None:
        # Answers of a release without references were compared with the last weeks.
        coming = coming.model_copy(update={"reference": "last_weeks"})
    price = answer.get("price")
    response = response_of(model, coming, "kpi", price["price"] if price else None)
    if isinstance(response, PlanMixture):
        detail = (
            "a plan of record needs a single set of assumptions: evaluate this plan without "
            "scenarios, and adopt that evaluation"
        )
        raise InvalidRequest([Issue(f"/{question}/scenarios", "scenarios", detail)])
    return PlannedWeeks(response.world, _spend(response, answer["plan"]), _reference(response))


def _reference(response: PlanResponse) -> Array:
    return response.plan(response.current)


def _spend(response: PlanResponse, plan: dict[str, Any]) -> Array:
    """Spend of the answer's plan (week, geo, channel)."""
    places = plan["by_week_and_geo"] or plan["by_week"]
    spend = [[place["spend"][name] for name in response.channels] for place in places]
    shape = (len(response.horizon), -1, len(response.channels))
    return np.array(spend, dtype=np.float64).reshape(shape)
