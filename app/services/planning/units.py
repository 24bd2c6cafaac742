"""The unit of a plan's gain, as text for answers and as words for sentences."""

from app.display.words import GainWords
from mmm.data.kpi_value import money_unit, value_unit
from mmm.posterior.fitted import FittedModel
from optimizer.problem.objective import Objective


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
