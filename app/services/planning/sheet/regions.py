"""Rows of a sheet by region: every geo of a channel with its amounts.

A channel has all of its rows by region, or none. A region without a row gets nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from app.intake.plan_sheet import SheetRow
from app.services.planning.sheet.names import folded
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel

type Rows = list[SheetRow]


def rows_by_geo(model: FittedModel, channel: str, rows: Sequence[SheetRow]) -> Mapping[str, Rows]:
    """The rows of a channel by geo, every geo in the order of the model; empty where none names a
    region.

    Raises QueryError for a region that the model lacks, for a national channel, and where only some
    rows have a region.
    """
    named = [row for row in rows if row.region]
    if not named:
        return {}
    if len(named) < len(rows):
        plain = next(row for row in rows if not row.region)
        detail = f"{plain.place}: {channel!r} has no region here and one in {named[0].place}"
        raise QueryError([Issue("/sheet", "no_region", f"{detail}; give it one in each row")])
    if any(each.national for each in model.spec.channels if each.name == channel):
        detail = f"{named[0].place}: {channel!r} is national, no region has spend of its own"
        raise QueryError([Issue("/sheet", "national", detail)])
    geos = {folded(geo): geo for geo in model.panel.geos}
    found: dict[str, Rows] = {geo: [] for geo in model.panel.geos}
    for row in named:
        geo = geos.get(folded(row.region))
        if geo is None:
            known = ", ".join(model.panel.geos[:20])
            detail = f"{row.place}: there is no region {row.region!r}; there is {known}"
            raise QueryError([Issue("/sheet", "unknown_region", detail)])
        found[geo].append(row)
    return found


def refuse_region(name: str, row: SheetRow) -> None:
    """Raise QueryError where a row that holds for all regions names one."""
    if row.region:
        detail = f"{row.place}: {name!r} holds for all regions; leave its region empty"
        raise QueryError([Issue("/sheet", "region", detail)])


def weeks_by_geo(amounts: Mapping[str, Sequence[float]]) -> dict[str, list[float]] | None:
    """Amounts of the horizon's weeks by geo; None where nothing is spent."""
    if float(np.sum([*amounts.values()])) <= 0.0:
        return None
    return {geo: [*by_week] for geo, by_week in amounts.items()}
