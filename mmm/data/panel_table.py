"""Panel -> table: the columns that a specification names, as they were sent."""

import numpy as np
import pandas as pd

from mmm.data.panel import JOINT, Panel
from mmm.spec.model import ModelSpec
from mmm.types import Array


def past_table(panel: Panel, spec: ModelSpec) -> pd.DataFrame:
    """One row for each week and geo, weeks first; a mediator's unseen weeks are NaN.

    The inverse of ``build_panel`` up to rounding of exposures, which a panel keeps as their cost.
    """
    found: dict[str, Array] = {spec.kpi.column: panel.array("kpi")}
    found |= _channels(panel, spec)
    found |= _stacked(panel, "controls", [control.column for control in spec.all_controls])
    found |= _stacked(panel, "mediators", [mediator.column for mediator in spec.mediators])
    found |= _stacked(panel, "events", [event.column for event in spec.events])
    if spec.price:
        found[spec.price.column] = panel.array("price")
    rivals = spec.competitors
    found |= _stacked(panel, "rival_price", [r.price for r in rivals if r.price is not None])
    found |= _stacked(panel, "rival_spend", [r.spend for r in rivals if r.spend is not None])
    if spec.population:
        found[spec.population] = panel.array("population") * np.ones((len(panel.weeks), 1))
    return pd.DataFrame({**_labels(panel, spec), **{k: v.ravel() for k, v in found.items()}})


def _channels(panel: Panel, spec: ModelSpec) -> dict[str, Array]:
    """Spend, exposure and frequency; a national channel's number is its total in every geo."""
    spend, cost = panel.array("spend"), panel.array("unit_cost")
    contacts = panel.array("frequency")
    found: dict[str, Array] = {}
    for i, channel in enumerate(spec.channels):
        paid = spend[..., i]
        if channel.national:
            paid = np.repeat(paid.sum(1, keepdims=True), len(panel.geos), axis=1)
        found[channel.column] = paid
        if channel.exposure:
            found[channel.exposure] = paid / cost[..., i]
        if channel.frequency:
            found[channel.frequency] = contacts[..., i]
    return found


def _stacked(panel: Panel, name: str, columns: list[str | None]) -> dict[str, Array]:
    values = panel.array(name)
    return {column: values[..., i] for i, column in enumerate(columns) if column is not None}


def _labels(panel: Panel, spec: ModelSpec) -> dict[str, list[str]]:
    weeks, geos, products = panel.weeks, panel.geos, panel.products
    labels = {spec.date: [week.isoformat() for week in weeks for _ in geos]}
    if spec.product:
        labels[spec.product] = list(products) * len(weeks)
    if spec.geo:
        ends = [JOINT + product for product in products] or [""] * len(geos)
        names = [geo.removesuffix(end) for geo, end in zip(geos, ends, strict=True)]
        labels[spec.geo] = names * len(weeks)
    return labels
