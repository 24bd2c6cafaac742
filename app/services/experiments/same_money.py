"""The plan that tests are valued for: as much money as now, spent better."""

from datetime import timedelta

from app.contract.plan_requests import AllocateBody
from mmm.posterior.fitted import FittedModel


def same_money(model: FittedModel, weeks: int) -> AllocateBody:
    """The question of the best plan of as much money as now, from the week after the data on."""
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return AllocateBody.model_validate(
        {"horizon": {"start": start.isoformat(), "weeks": weeks}, "budget": {"change": 0.0}}
    )
