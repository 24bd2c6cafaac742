"""The value of a unit of the KPI in currency, week by week."""

import numpy as np

from mmm.spec.model import ModelSpec
from mmm.types import Array


def kpi_value(spec: ModelSpec, price: Array) -> Array:
    """Currency per unit of the KPI, in the shape of ``price (week, geo)``.

    A unit of revenue is worth one; a unit sold is worth ``price - unit_cost`` where the cost is
    known, else ``value_per_unit``, else one (answers are then in KPI units).
    """
    if spec.unit_cost is not None:
        return price - spec.unit_cost
    return np.full(price.shape, spec.kpi.value_per_unit or 1.0)


def discount(weeks: int, horizon_end: int, rate: float) -> Array:
    """(week, 1) discount factors at a yearly ``rate``.

    One before ``horizon_end``, where spend ends, then (1 + rate)^(-k/52) in the k-th week after it.
    """
    after = np.maximum(np.arange(weeks) - horizon_end + 1, 0)
    return np.asarray((1.0 + rate) ** (-after / 52.0))[:, None]


def money_unit(spec: ModelSpec, counted: str) -> str:
    """The unit of an amount of money that is ``counted`` as profit or revenue: "EUR profit"."""
    return f"{spec.currency} {counted}" if spec.currency else f"currency units of {counted}"


def value_unit(spec: ModelSpec) -> str:
    """The unit of value: "EUR profit"; "kpi units" where a unit of the KPI has no value.

    Without ``spec.currency`` it is "currency units of profit". Where the KPI is revenue it is
    revenue, elsewhere profit: what a unit earns before media is paid for.
    """
    if not spec.has_currency:
        return "kpi units"
    return money_unit(spec, "revenue" if spec.value_is_revenue else "profit")


def return_unit(spec: ModelSpec) -> str:
    """The unit of an ROI: value per unit of spend."""
    return f"{value_unit(spec)} per {spec.currency or 'currency unit'}"
