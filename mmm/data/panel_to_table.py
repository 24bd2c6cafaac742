"""Converts a panel back to a table with the columns that a specification names."""

import numpy as np
import pandas as pd

from mmm.data.late_columns import late_columns
from mmm.data.panel import CELL_SEPARATOR, Panel
from mmm.spec.model import ModelSpec
from mmm.types import Array


def panel_to_table(panel: Panel, spec: ModelSpec) -> pd.DataFrame:
    """One row per week and geo, sorted by week; a mediator's unobserved weeks are NaN.

    The inverse of ``build_panel`` up to rounding of exposures, of which a panel keeps the cost.
    """
    columns: dict[str, Array] = {spec.kpi.column: panel.array("kpi")}
    columns |= _channels(panel, spec)
    columns |= _stacked(panel, "controls", [control.column for control in spec.all_controls])
    columns |= _stacked(panel, "mediators", [mediator.column for mediator in spec.mediators])
    columns |= _stacked(panel, "events", [event.column for event in spec.events])
    if spec.worth_column:
        columns[spec.worth_column] = panel.array("worth")
    if spec.price:
        columns[spec.price.column] = panel.array("price")
    rivals = spec.competitors
    columns |= _stacked(panel, "rival_price", [r.price for r in rivals if r.price is not None])
    columns |= _stacked(panel, "rival_spend", [r.spend for r in rivals if r.spend is not None])
    if spec.population:
        columns[spec.population] = panel.array("population") * np.ones((len(panel.weeks), 1))
    for column, late in late_columns(spec).items():
        unread = late.is_before(list(panel.weeks))[:, None]
        columns[column] = np.where(unread, np.nan, columns[column])
    return pd.DataFrame({**_labels(panel, spec), **{k: v.ravel() for k, v in columns.items()}})


def _channels(panel: Panel, spec: ModelSpec) -> dict[str, Array]:
    """Spend, exposure and frequency by column; a national channel has its total in every geo."""
    spend, cost = panel.array("spend"), panel.array("unit_cost")
    contacts = panel.array("frequency")
    paid = panel.array("paid") if "paid" in panel.data else spend
    columns: dict[str, Array] = {}
    for i, channel in enumerate(spec.channels):
        given = _as_given(paid[..., i], national=channel.national)
        columns[channel.column] = given
        if channel.unit_cost is not None:
            columns[channel.column] = given / cost[..., i]
        if channel.unit_cost_column is not None:
            columns[channel.unit_cost_column] = cost[..., i]
        if channel.exposure:
            spent = _as_given(spend[..., i], national=channel.national)
            columns[channel.exposure] = spent / cost[..., i]
        if channel.frequency:
            columns[channel.frequency] = contacts[..., i]
    return columns


def _as_given(spend: Array, *, national: bool) -> Array:
    """(week, geo) one channel's spend as its column has it."""
    return np.repeat(spend.sum(1, keepdims=True), spend.shape[1], axis=1) if national else spend


def _stacked(panel: Panel, name: str, columns: list[str | None]) -> dict[str, Array]:
    values = panel.array(name)
    return {column: values[..., i] for i, column in enumerate(columns) if column is not None}


def _labels(panel: Panel, spec: ModelSpec) -> dict[str, list[str]]:
    weeks, geos, products = panel.weeks, panel.geos, panel.products
    labels = {spec.date: [week.isoformat() for week in weeks for _ in geos]}
    if spec.product:
        labels[spec.product] = list(products) * len(weeks)
    if spec.geo:
        ends = [CELL_SEPARATOR + product for product in products] or [""] * len(geos)
        names = [geo.removesuffix(end) for geo, end in zip(geos, ends, strict=True)]
        labels[spec.geo] = names * len(weeks)
    return labels
