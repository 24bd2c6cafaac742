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
    profit = None
    if draws.cost is not None:
        contrast = _profit(pair, draws.revenue, draws.cost, model.structure.paid)
        profit = _money_effect(contrast, pair.width)
    return Money(revenue=_money_effect(draws.revenue, pair.width), profit=profit)


def _profit(pair: WorldPair, revenue: Contrast, cost: Contrast, paid: tuple[int, ...]) -> Contrast:
    """(draw, week) revenue less the cost of the units sold and own spend."""
    span = pair.span
    worlds = (pair.base, pair.scenario)
    before, after = (w.spend[span][..., [*paid]].sum((1, 2)) for w in worlds)
    return Contrast(
        baseline=revenue.baseline - cost.baseline - before,
        scenario=revenue.scenario - cost.scenario - after,
        change=revenue.change - cost.change - (after - before),
    )


def _money_effect(contrast: Contrast, width: int) -> MoneyEffect:
    inside = np.s_[:, :width]
    return MoneyEffect(
        effect=effect(contrast.change.sum(1)),
        effect_in_window=effect(contrast.change[inside].sum(1)),
        baseline=summarize(contrast.baseline[inside].sum(1)),
        scenario=summarize(contrast.scenario[inside].sum(1)),
    )
