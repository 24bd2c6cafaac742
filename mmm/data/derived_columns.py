"""Columns that a panel derives from others: cost of exposure, spend split by geo, event weeks."""

from datetime import date

import numpy as np

from mmm.data.effective_cost import effective_cost, has_effective_cost
from mmm.errors import DataError, Issue, pointer
from mmm.spec.media import Channel
from mmm.spec.model import ModelSpec
from mmm.types import Array


def spend_by_geo(
    cells: dict[str, Array], spec: ModelSpec, people: Array | None
) -> dict[str, Array]:
    """Channel -> (week, geo) spend; the total of a national channel is split over the geos.

    The split is by population, or by the mean KPI where that is not given. Raises DataError where a
    national channel differs between the geos of a week.
    """
    size = people if people is not None else np.abs(cells[spec.kpi.column]).mean(0)
    spend = {}
    for i, channel in enumerate(spec.channels):
        values = cells[channel.column] * unit_cost(channel, cells)
        if channel.national and values.shape[1] > 1:
            if np.any(values != values[:, :1]):
                week, geo = np.argwhere(values != values[:, :1])[0]
                detail = (
                    f"{channel.name!r} is national, but week {week + 1} has {values[week, 0]:g} in "
                    f"the first geo and {values[week, geo]:g} in another"
                )
                raise DataError([Issue(pointer("channels", i, "national"), "differs", detail)])
            values = values * size / size.sum()
        spend[channel.name] = values
    return spend


def unit_cost(channel: Channel, cells: dict[str, Array]) -> Array:
    """(week, geo) stated currency for each piece of a channel's column; one where the column is
    money.

    A week without a piece may have no cost, or zero: it is the average of the pieces then.
    """
    pieces = cells[channel.column]
    if channel.unit_cost_column is None:
        return np.full(pieces.shape, channel.unit_cost or 1.0)
    cost = cells[channel.unit_cost_column]
    bought = pieces > 0.0
    average = (pieces[bought] * cost[bought]).sum() / pieces[bought].sum()
    return np.where(bought, cost, average)


def cost_per_exposure(cells: dict[str, Array], spec: ModelSpec) -> dict[str, Array | None]:
    """Channel -> (week, geo) currency per unit of exposure; None where spend is the exposure.

    Weeks without spend get the channel's average cost; all weeks of a channel with unmatched ones
    an effective cost (``effective_cost``).
    """
    costs: dict[str, Array | None] = {}
    for channel in spec.channels:
        if channel.unit_cost is not None:
            costs[channel.name] = unit_cost(channel, cells)
            continue
        if channel.exposure is None:
            costs[channel.name] = None
            continue
        spend, exposure = cells[channel.column], cells[channel.exposure]
        if has_effective_cost(channel, cells):
            costs[channel.name] = effective_cost(spend, exposure, channel.cost_window)
            continue
        average = spend.sum() / exposure.sum()
        bought = exposure > 0.0
        costs[channel.name] = np.where(bought, spend / np.where(bought, exposure, 1.0), average)
    return costs


def effective_spend(cells: dict[str, Array], spec: ModelSpec) -> dict[str, Array]:
    """``cells`` with the spend of channels with an effective cost: what their exposure cost."""
    changed = dict(cells)
    for channel in spec.channels:
        if channel.exposure is not None and has_effective_cost(channel, cells):
            spend, exposure = cells[channel.column], cells[channel.exposure]
            cost = effective_cost(spend, exposure, channel.cost_window)
            changed[channel.column] = cost * exposure
    return changed


def event_intensity(
    cells: dict[str, Array], spec: ModelSpec, weeks: list[date], n_geos: int
) -> dict[str, Array]:
    """Event -> (week, geo) intensity.

    Raises DataError for a listed date that is not the start of a week, and for an event without a
    week in the data.
    """
    intensity = {}
    for i, event in enumerate(spec.events):
        if event.column is not None:
            intensity[event.name] = cells[event.column]
            continue
        for k, week in enumerate(event.weeks):
            if (week - weeks[0]).days % 7:
                detail = (
                    f"{week} is not the start of a week; the data's weeks start on {weeks[0]:%A}s"
                )
                where = pointer("events", i, "weeks", k)
                raise DataError([Issue(where, "not_a_week_start", detail)])
        inside = np.array([float(week in event.weeks) for week in weeks])
        if not inside.any():
            detail = f"none of the weeks of {event.name!r} lies between {weeks[0]} and {weeks[-1]}"
            raise DataError([Issue(pointer("events", i, "weeks"), "outside_data", detail)])
        intensity[event.name] = np.repeat(inside[:, None], n_geos, axis=1)
    return intensity
