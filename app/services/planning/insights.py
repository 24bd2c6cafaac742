"""Documents beside a plan: conditions, whether to stay, stability, value of information."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_details import (
    ConditionDocument,
    InformationDocument,
    StabilityDocument,
    StayDocument,
)
from app.contract.plan_requests import AllocateBody
from app.display.words import in_unit
from app.services.planning.responses import AnyResponse
from app.services.planning.summary import Goal
from mmm.interval import Interval
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from optimizer.allocation import Allocation
from optimizer.problem import Target
from optimizer.problem.objective import Objective


def condition_documents(allocation: Allocation) -> tuple[ConditionDocument, ...]:
    """How far the plan meets every condition."""
    return tuple(ConditionDocument(**vars(result)) for result in allocation.conditions)


def goals_reached(
    model: FittedModel, body: AllocateBody, answer: AllocationAnswer
) -> Iterator[Goal]:
    """The targets of a request that its plan reaches, in words."""
    end = body.horizon.start + timedelta(weeks=body.horizon.weeks) - timedelta(days=1)
    for stated, reached in zip(body.conditions, answer.conditions, strict=False):
        if isinstance(stated, Target) and reached.met:
            amount = in_unit(stated.kpi, model.kpi_unit)
            yield Goal(amount, end, reached.reached, body.minimise == "spend")


def value_by_time(
    allocation: Allocation, response: AnyResponse, objective: Objective
) -> dict[str, Interval]:
    """The gain before its cost, split at the end of the horizon; paired by draw."""
    cost = 0.0 if objective.on == "kpi" else float(allocation.spend.sum())
    inside = objective.earned_share * response.inside(allocation.spend)
    return {
        "value_inside": summarize(inside),
        "value_later": summarize(allocation.gain + cost - inside),
    }


def stay_document(allocation: Allocation, response: AnyResponse) -> StayDocument | None:
    """The best plan compared with the current mix; None if the problem does not compare them."""
    stay = allocation.stay
    if stay is None:
        return None
    return StayDocument(
        within_noise=stay.within_noise,
        proportional=response.named(stay.spend),
        best_found=response.named(stay.best_spend),
        probability_better=stay.probability_better,
        expected=stay.expected,
        deviation=stay.deviation,
    )


def stability_document(allocation: Allocation) -> StabilityDocument | None:
    """The stability of the plan; None if it was not requested or cannot be computed."""
    stability = allocation.insights.stability if allocation.insights else None
    if stability is None:
        return None
    return StabilityDocument(
        moved=stability.moved,
        in_sample=float(np.mean(stability.in_sample)),
        out_of_sample=stability.value,
        proportional=stability.reference,
    )


def information_document(allocation: Allocation) -> InformationDocument | None:
    """The value of information; None if it was not requested or channels are not additive."""
    information = allocation.insights.information if allocation.insights else None
    if information is None:
        return None
    return InformationDocument(
        expected_regret=information.expected_regret,
        perfect=information.perfect,
        by_channel=information.by_channel,
        noise=information.noise,
    )
