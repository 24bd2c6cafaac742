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


def value_unit(spec: ModelSpec) -> str:
    """The unit of value: ``currency``, or ``kpi units`` where a unit of the KPI has no value."""
    return "currency" if spec.has_currency else "kpi units"
