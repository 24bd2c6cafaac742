"""What an answer in units means in currency: revenue, and profit where a unit's cost is known.

    revenue = price * units        profit = (price - unit_cost) * units - own spend

Week by week and geo by geo at each world's own price. Only for a kpi that counts units and has a
price: a revenue kpi is revenue already, and its units are unknown beyond an index of the price.
"""

import numpy as np

from mmm.counterfactual.contrast import Contrast, Found, Question
from mmm.counterfactual.question import Money, MoneyEffect
from mmm.interval import effect, summarize
from mmm.posterior.fitted import FittedModel


def money(model: FittedModel, question: Question, found: Found) -> Money | None:
    """Revenue and profit of the question; None where the kpi is revenue or has no price."""
    if model.spec.price is None or model.spec.kpi.kind != "units":
        return None
    cost = model.spec.unit_cost
    return Money(
        revenue=_block(found.revenue, question.width),
        profit=None if cost is None else _block(_profit(question, found, cost), question.width),
    )


def _profit(question: Question, found: Found, cost: float) -> Contrast:
    span = question.span
    before, after = (w.spend[span].sum((1, 2)) for w in (question.base, question.scenario))
    units, revenue = found.kpi, found.revenue
    return Contrast(
        baseline=revenue.baseline - cost * units.baseline - before,
        scenario=revenue.scenario - cost * units.scenario - after,
        change=revenue.change - cost * units.change - (after - before),
    )


def _block(contrast: Contrast, width: int) -> MoneyEffect:
    inside = np.s_[:, :width]
    return MoneyEffect(
        effect=effect(contrast.change.sum(1)),
        effect_in_window=effect(contrast.change[inside].sum(1)),
        baseline=summarize(contrast.baseline[inside].sum(1)),
        scenario=summarize(contrast.scenario[inside].sum(1)),
    )
