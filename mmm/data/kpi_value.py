"""The value of a unit of the KPI in currency, week by week."""

import numpy as np

from mmm.data.panel import Panel
from mmm.spec.model import ModelSpec
from mmm.types import Array


def kpi_value(spec: ModelSpec, price: Array, worth: Array | None = None) -> Array:
    """Currency per unit of the KPI, in the shape of ``price (week, geo)``.

    A unit of revenue is worth its margin, or one where none is stated; a unit sold is worth
    ``price - unit_cost`` where the cost is known, else ``value_per_unit``, else one (answers are
    then in KPI units). ``worth (week, geo)``: the column where margin, value or cost is one.
    """
    if isinstance(spec.unit_cost, str):
        assert worth is not None
        return np.asarray(price - worth)
    if spec.unit_cost is not None:
        return price - spec.unit_cost
    stated = spec.kpi.worth
    if isinstance(stated, str):
        assert worth is not None
        return np.asarray(worth)
    return np.full(price.shape, stated or 1.0)


def weekly_value(panel: Panel, spec: ModelSpec, price: Array) -> Array:
    """``kpi_value`` for the panel's weeks and as many after them as ``price`` has.

    A column of margins, values or costs is held at its last week.
    """
    if spec.worth_column is None:
        return kpi_value(spec, price)
    return kpi_value(spec, price, _held(panel.array("worth"), len(price)))


def weekly_unit_cost(panel: Panel, spec: ModelSpec, weeks: int) -> Array | None:
    """(week, geo) cost of one unit sold, held at its last week after the data, if known."""
    if spec.unit_cost is None:
        return None
    if isinstance(spec.unit_cost, str):
        return _held(panel.array("worth"), weeks)
    return np.full((weeks, len(panel.geos)), spec.unit_cost)


def _held(worth: Array, weeks: int) -> Array:
    """``worth (week, geo)`` for at least ``weeks``, the last one repeated."""
    ahead = max(weeks - len(worth), 0)
    return np.concatenate([worth, np.repeat(worth[-1:], ahead, axis=0)])


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

    Without ``spec.currency`` it is "currency units of profit". Of a revenue KPI
    without a margin it is revenue, elsewhere profit: what is earned before media is paid for.
    """
    if not spec.has_currency:
        return "kpi units"
    return money_unit(spec, "revenue" if spec.value_is_revenue else "profit")


def return_unit(spec: ModelSpec) -> str:
    """The unit of an ROI: value per unit of spend."""
    return f"{value_unit(spec)} per {spec.currency or 'currency unit'}"
