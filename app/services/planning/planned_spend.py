"""The document of a plan: its spend by channel, week, geo and cell."""

from collections.abc import Sequence

import numpy as np

from app.contract.planned_spend import (
    Plan,
    PlannedCell,
    PlannedChannel,
    PlannedGeo,
    PlannedPlace,
    PlannedWeek,
)
from app.services.planning.responses import AnyResponse
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize


def plan_document(
    model: FittedModel, response: AnyResponse, spend: np.ndarray, earned: float
) -> Plan:
    """The plan document of ``spend (cell,)``: by channel, week, geo and cell.

    ``earned``: the share of the response's value that counts.
    """
    spread = response.plan(spend)
    weeks = zip(response.horizon, spread.sum(1), strict=True)
    geos = zip(model.panel.geos, spread.sum(0), strict=True)
    return Plan(
        total=float(spend.sum()),
        channels=channel_documents(response, spend, earned),
        by_week=tuple(
            PlannedWeek(week=week, spend=_by_name(response, cells)) for week, cells in weeks
        ),
        by_geo=tuple(PlannedGeo(geo=geo, spend=_by_name(response, cells)) for geo, cells in geos),
        by_week_and_geo=_places(response, spread, model.panel.geos),
        cells=_cells(response, spend),
    )


def channel_documents(
    response: AnyResponse, spend: np.ndarray, earned: float
) -> tuple[PlannedChannel, ...]:
    """Each channel of the plan ``spend (cell,)`` beside current spend."""
    marginal, most = earned * response.marginal(spend), response.channel_max
    totals = zip(
        response.channels,
        response.by_channel(spend),
        response.by_channel(response.current),
        strict=True,
    )
    return tuple(
        PlannedChannel(
            name=name,
            spend=float(amount),
            current=float(current),
            change=float(amount / current - 1.0) if current > 0.0 else None,
            marginal_roi=summarize(marginal[:, index]),
            beyond_observed=bool(amount > most[index] * (1.0 + 1e-9)),
        )
        for index, (name, amount, current) in enumerate(totals)
    )


def _places(
    response: AnyResponse, spread: np.ndarray, geos: Sequence[str]
) -> tuple[PlannedPlace, ...]:
    if len(geos) == 1:
        return ()
    return tuple(
        PlannedPlace(week=week, geo=geo, spend=_by_name(response, amounts))
        for week, places in zip(response.horizon, spread, strict=True)
        for geo, amounts in zip(geos, places, strict=True)
    )


def _cells(response: AnyResponse, spend: np.ndarray) -> tuple[PlannedCell, ...]:
    """The spend per cell; empty if the plan decides whole channels only."""
    if len(response.cells) == len(response.channels):
        return ()
    amounts = zip(response.cells, spend, response.current, response.observed_max, strict=True)
    return tuple(
        PlannedCell(
            channel=cell.channel,
            geo=cell.geo,
            week=cell.week,
            spend=float(amount),
            current=float(current),
            beyond_observed=bool(amount > most * (1.0 + 1e-9)),
        )
        for cell, amount, current, most in amounts
    )


def _by_name(response: AnyResponse, amounts: np.ndarray) -> dict[str, float]:
    return dict(zip(response.channels, map(float, amounts), strict=True))
