"""Own price as a decision besides the plan: the price whose optimal plan has the highest value."""

import numpy as np

from app.contract.plan_answers import PriceDocument, PriceTried
from app.contract.plan_requests import AllocateBody
from app.services.planning.after_horizon import allocate_continuing, quick_allocation
from app.services.planning.responses import AnyResponse, Respond
from app.services.planning.units import require_one_margin
from mmm.causal.graph import causal_graph
from mmm.causal.open_demand import effects_with_evidence
from mmm.data.kpi_value import weekly_unit_cost
from mmm.errors import Issue, QueryError
from mmm.plan.region import PRICE_MULTIPLE
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from optimizer.allocation import Allocation
from optimizer.watch import Watch

STEPS = 9
"""Number of prices tried between the bounds, and again around the best of them."""
_TRY = 0.04
"""Part of the work that is left which the plan for one price is."""


def allocate_with_price(
    model: FittedModel, body: AllocateBody, respond: Respond, watch: Watch
) -> tuple[AnyResponse, Allocation, PriceDocument | None]:
    """The optimal plan, at the optimal price if the price is decided too; raises QueryError.

    Where the time is over, no more prices are tried.
    """
    require_one_margin(model, body.objective)
    if body.price is None:
        response = respond(model, body, body.objective.response_unit, None)
        return *allocate_continuing(body, response, watch), None
    today = _require_priceable(model, body)
    values: dict[float, float] = {}

    def try_all(prices: list[float]) -> float:
        for price in prices:
            if price not in values and not (values and watch.is_over()):
                response = respond(model, body, "value", price)
                watch.begin(_TRY)
                values[price] = quick_allocation(body, response, watch).risk.value
        return max(values, key=lambda price: values[price])

    best = try_all(_candidates(body))
    if body.price.grid is None:
        tried = sorted(values)
        at = tried.index(best)
        near = np.linspace(tried[max(at - 1, 0)], tried[min(at + 1, len(tried) - 1)], STEPS)
        best = try_all(near.tolist())
    response, allocation = allocate_continuing(body, respond(model, body, "value", best), watch)
    at_today = respond(model, body, "value", today)
    if response.after is not None:
        at_today = at_today.going_on_at(response.after)
    unchanged = quick_allocation(body, at_today, watch)
    prices = model.panel.array("price")
    lowest, highest = float(prices.min()), float(prices.max())
    document = PriceDocument(
        price=best,
        current=today,
        effect=summarize(allocation.gain - unchanged.gain),
        probability_better=float(np.mean(allocation.gain > unchanged.gain)),
        observed=(lowest, highest),
        beyond_observed=not lowest <= best <= highest,
        tried=tuple(PriceTried(price=p, value=values[p]) for p in sorted(values)),
    )
    return response, allocation, document


def _candidates(body: AllocateBody) -> list[float]:
    assert body.price is not None
    if body.price.grid is not None:
        return sorted(set(body.price.grid))
    return [
        float(price) for price in np.linspace(body.price.min or 0.0, body.price.max or 0.0, STEPS)
    ]


def _require_priceable(model: FittedModel, body: AllocateBody) -> float:
    """The current price: mean over geos in the last observed week; raises QueryError."""
    spec = model.spec
    if spec.price is None or spec.unit_cost is None or spec.kpi.kind != "units":
        detail = "a price is optimized on profit: this needs a KPI in units and price.unit_cost"
        raise QueryError([Issue("/price", "no_profit", detail)])
    if body.objective.on == "kpi":
        detail = "optimizing the price on the KPI alone always lowers it; use value or profit"
        raise QueryError([Issue("/objective/on", "no_profit", detail)])
    effects = effects_with_evidence(causal_graph(spec), model)
    status = next(each for each in effects if each.name == "price").total
    if status.status == "assumed":
        detail = f"the effect of the price is not identified: {status.reason}"
        raise QueryError([Issue("/price", "not_identified", detail)])
    cost = weekly_unit_cost(model.panel, spec, len(model.panel.weeks))
    assert cost is not None
    unit_cost = float(cost[-1].max())
    low = min(_candidates(body))
    if low <= unit_cost:
        detail = f"a price of {low:g} does not cover the unit cost of {unit_cost:g}"
        raise QueryError([Issue("/price", "below_cost", detail)])
    if not body.explore:
        _require_price_near(model, body)
    return float(model.panel.array("price")[-1].mean())


def _require_price_near(model: FittedModel, body: AllocateBody) -> None:
    """Raise QueryError for a price far from those observed, where it is not asked to explore."""
    assert body.price is not None
    prices = model.panel.array("price")
    low, high = float(prices.min()), float(prices.max())
    least, most = low / PRICE_MULTIPLE, high * PRICE_MULTIPLE
    given: dict[str, float | None] = {"/price/min": body.price.min, "/price/max": body.price.max}
    given |= {f"/price/grid/{i}": price for i, price in enumerate(body.price.grid or ())}
    issues = [
        Issue(
            where,
            "infeasible",
            f"a price of {price:g} is beyond the {least:.6g} to {most:.6g} that the data support "
            f'({low:.6g} to {high:.6g} was seen); "explore": true goes further',
        )
        for where, price in given.items()
        if price is not None and not least <= price <= most
    ]
    if issues:
        raise QueryError(issues)
