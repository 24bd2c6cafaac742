"""The plan whose gain is tested: the one that was given, or a step in the mix of today's money.

The step moves a tenth of today's money from the channel whose next unit earns least to that whose
next unit earns most, no further than the money there was and the largest spend seen. It stands in
for a plan where none was given; whatever an optimizer proposes begins like this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np

from mmm.errors import Issue, QueryError, pointer
from mmm.plan.horizon import Horizon
from mmm.plan.response import PlanResponse, plan_response
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

STEP = 0.1
QUARTER = 13


@dataclass(frozen=True)
class GainOfPlan:
    """A plan's gain over today's, ``gain (draw,)`` in the unit of the response, cost counted.

    ``spend``: of the plan by channel, over ``weeks`` weeks after the data.
    """

    gain: Array
    spend: dict[str, float]
    weeks: int
    kind: Literal["given", "a_step"]


def gain_of_plan(
    model: FittedModel, plan: Mapping[str, float] | None = None, weeks: int = QUARTER
) -> GainOfPlan | None:
    """The gain of ``plan`` (spend by channel over ``weeks``), or of the step where it is None.

    None where the model has nothing to plan: no value in currency, or fewer than two channels with
    a cost. Raises QueryError for a channel that cannot be planned, or an amount that is negative.
    """
    if not model.spec.has_currency or (plan is None and len(model.structure.paid) < 2):
        return None
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    response = plan_response(model, Horizon(start=start, weeks=weeks))
    spend = _step(response) if plan is None else _given(response, plan)
    if spend is None:
        return None
    before = response.draws(response.current) - response.current.sum()
    after = response.draws(spend) - spend.sum()
    kind: Literal["given", "a_step"] = "a_step" if plan is None else "given"
    return GainOfPlan(after - before, response.named(spend), weeks, kind)


def _given(response: PlanResponse, plan: Mapping[str, float]) -> Array:
    """(cell,) the plan; channels that it does not name stay as they are today."""
    issues = [
        Issue(pointer("plan", name), "unknown", f"there is no channel {name!r} with a cost")
        for name in plan
        if name not in response.channels
    ]
    issues += [
        Issue(pointer("plan", name), "negative", f"{amount:g} is negative")
        for name, amount in plan.items()
        if amount < 0.0
    ]
    if issues:
        raise QueryError(issues)
    spend, today = response.current.copy(), response.named(response.current)
    for name, amount in plan.items():
        own = [i for i, cell in enumerate(response.cells) if cell.channel == name]
        spend[own] = (
            response.current[own] * amount / today[name] if today[name] else amount / len(own)
        )
    return spend


def _step(response: PlanResponse) -> Array | None:
    """(cell,) the step; None where there is nothing to move."""
    today = response.by_channel(response.current)
    slope = response.marginal(response.current).mean(0)
    total = float(today.sum())
    if not total > 0.0:
        return None
    largest = response.by_channel(response.observed_max)
    givers, takers = today > 0.0, largest > today
    if not (givers.any() and takers.any()):
        return None
    giver = int(np.argmin(np.where(givers, slope, np.inf)))
    taker = int(np.argmax(np.where(takers, slope, -np.inf)))
    if giver == taker:
        return None
    amount = min(STEP * total, today[giver], largest[taker] - today[taker])
    names = response.channels
    changed = {names[giver]: today[giver] - amount, names[taker]: today[taker] + amount}
    return _given(response, changed)
