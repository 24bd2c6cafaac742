"""The unit of a plan's gain, and what a unit of the KPI counts for in it.

on "kpi"     units of the KPI
on "value"   what the model values a unit of it at: profit, or revenue where no margin is stated
on "profit"  the same where it is profit, else the objective's margin of it
"""

from collections.abc import Iterator

from app.display.words import GainWords
from mmm.data.kpi_value import money_unit, value_unit
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from optimizer.problem.objective import Objective


def require_one_margin(model: FittedModel, objective: Objective) -> None:
    """Raise QueryError for a second margin, and for a profit of which no margin is known."""
    if objective.on != "profit":
        return
    spec = model.spec
    if objective.margin is not None and (spec.kpi.margin is not None or spec.unit_cost is not None):
        own = "price.unit_cost" if spec.kpi.margin is None else "kpi.margin"
        detail = f"the model values the KPI as profit already, by {own}; leave this margin out"
        raise QueryError([Issue("/objective/margin", "two_margins", detail)])
    if objective.margin is None and spec.value_is_revenue:
        detail = (
            "the model values the KPI as revenue: say what share of it is profit, here or as "
            "kpi.margin of its specification"
        )
        raise QueryError([Issue("/objective/margin", "no_margin", detail)])


def revenue_warning(model: FittedModel, objective: Objective) -> Iterator[str]:
    """The sentence for a gain that counts revenue as if all of it were earned."""
    if objective.on == "value" and model.spec.value_is_revenue:
        yield (
            "a unit of sales is counted as a unit of profit, because no margin is stated: give "
            'kpi.margin in the specification, or "on": "profit" with a "margin" in the objective'
        )


def gain_unit(model: FittedModel, objective: Objective) -> str:
    """The unit of the gain: that of the KPI, of its value, or the profit that is left of it."""
    if objective.on == "kpi":
        return model.kpi_unit
    return money_unit(model.spec, "profit") if objective.on == "profit" else value_unit(model.spec)


def gain_words(model: FittedModel, objective: Objective) -> GainWords:
    """The same as words."""
    spec = model.spec
    if objective.on == "kpi":
        revenue = spec.kpi.kind == "revenue"
        return GainWords(spec.currency, "sales" if revenue else "units", revenue)
    revenue = objective.on == "value" and spec.value_is_revenue
    return GainWords(spec.currency, "revenue" if revenue else "profit", True)
