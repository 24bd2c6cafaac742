"""An answer in units expressed in currency: revenue, and profit where the cost of a unit is known.

    revenue = price * units        profit = (price - unit_cost) * units - own spend

Computed week by week and geo by geo at each world's own price, for a KPI that counts units and has
a price. A revenue KPI is revenue already, and its number of units is known only up to the index of
the price.
"""

import numpy as np

from mmm.counterfactual.contrast import Contrast, CounterfactualDraws, WorldPair
from mmm.counterfactual.question import Money, MoneyEffect
from mmm.posterior.fitted import FittedModel
from mmm.summarize import effect, summarize


def currency_effects(
    model: FittedModel, pair: WorldPair, draws: CounterfactualDraws
) -> Money | None:
    """Revenue and profit of both worlds; None where the KPI is revenue or has no price."""
    if model.spec.price is None or model.spec.kpi.kind != "units":
        return None
    cost = model.spec.unit_cost
    return Money(
        revenue=_money_effect(draws.revenue, pair.width),
        profit=None if cost is None else _money_effect(_profit(pair, draws, cost), pair.width),
    )


def _profit(pair: WorldPair, draws: CounterfactualDraws, cost: float) -> Contrast:
    span = pair.span
    before, after = (w.spend[span].sum((1, 2)) for w in (pair.base, pair.scenario))
    units, revenue = draws.kpi, draws.revenue
    return Contrast(
        baseline=revenue.baseline - cost * units.baseline - before,
        scenario=revenue.scenario - cost * units.scenario - after,
        change=revenue.change - cost * units.change - (after - before),
    )


def _money_effect(contrast: Contrast, width: int) -> MoneyEffect:
    inside = np.s_[:, :width]
    return MoneyEffect(
        effect=effect(contrast.change.sum(1)),
        effect_in_window=effect(contrast.change[inside].sum(1)),
        baseline=summarize(contrast.baseline[inside].sum(1)),
        scenario=summarize(contrast.scenario[inside].sum(1)),
    )
