"""The decisions of a plan: a cell is a channel, or a channel in one geo, in one week, or in both.

A cell's spend is distributed by fixed shares over the weeks and geos that it does not decide:

    plan[t, g, c] = shares[t, g, c] * spend[index[t, g, c]]

where the shares of each cell add up to one. Channels are those with a cost: owned and organic media
are not planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mmm.errors import Issue, QueryError
from mmm.plan.phasing import USUAL_GRANULARITY, Granularity, phasing_shares
from mmm.posterior.fitted import FittedModel
from mmm.types import Array, IndexArray

MAX_CELLS = 1_000
"""With more cells the search for a plan takes minutes."""


@dataclass(frozen=True)
class PlanCell:
    """One decision: the spend of a channel; None means all geos, or all weeks of the horizon."""

    channel: str
    geo: str | None
    week: date | None

    @property
    def name(self) -> str:
        """Channel, geo and week, as in "tv, north, 2024-07-01"."""
        parts = (self.channel, self.geo, self.week and self.week.isoformat())
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class PlanLayout:
    """How the spend of cells becomes a plan by week, geo and channel.

    ``index (week, geo, channel)``: position in ``cells`` of the cell that decides; ``shares (week,
    geo, channel)`` of its spend.
    """

    cells: tuple[PlanCell, ...]
    index: IndexArray
    shares: Array

    @property
    def by_week(self) -> bool:
        """Whether any cell is of a single week."""
        return any(cell.week is not None for cell in self.cells)

    def plan(self, spend: Array) -> Array:
        """(week, geo, channel) plan in currency for ``spend (cell,)``."""
        return np.asarray(self.shares * spend[self.index])

    def totals(self, plan: Array) -> Array:
        """(cell,) sums of ``plan (week, geo, channel)``."""
        weights = np.broadcast_to(plan, self.index.shape).ravel()
        return np.bincount(self.index.ravel(), weights, len(self.cells)).astype(np.float64)


def plan_layout(
    model: FittedModel,
    horizon: Sequence[date],
    reference: Array,
    granularity: Granularity = USUAL_GRANULARITY,
) -> PlanLayout:
    """The layout of the decisions over ``horizon``; ``reference (week, geo, channel)``: today's
    plan, in whose proportions spend is distributed where it is not decided.

    A channel in ``granularity.profile`` keeps its weeks, one in ``granularity.split`` its geos, a
    national channel its split over geos. Raises QueryError for a wrong profile or split, or where
    there would be too many cells.
    """
    usual = phasing_shares(model, reference, granularity)
    cells: list[PlanCell] = []
    index = np.empty(usual.shape, dtype=np.intp)
    shares = np.empty(usual.shape)
    paid = [channel for channel in model.spec.channels if not channel.is_owned]
    for c, channel in enumerate(paid):
        of_week = granularity.weeks == "optimised" and not granularity.fixes_weeks(channel.name)
        of_geo = (
            granularity.geos == "optimised"
            and not granularity.fixes_geos(channel.name)
            and not channel.national
            and len(model.panel.geos) > 1
        )
        geos: list[str | None] = [*model.panel.geos] if of_geo else [None]
        weeks: list[date | None] = [*horizon] if of_week else [None]
        first = len(cells)
        cells += [PlanCell(channel.name, geo, week) for week in weeks for geo in geos]
        numbers = first + np.arange(len(weeks) * len(geos)).reshape(len(weeks), len(geos))
        index[..., c] = numbers
        shares[..., c] = _shares_within_cells(usual[..., c], of_week=of_week, of_geo=of_geo)
    if len(cells) > MAX_CELLS:
        detail = (
            f"{len(cells)} amounts would be decided, at most {MAX_CELLS} can be: optimise weeks or "
            "geos, not both, or give the weeks of some channels in /phasing/profile"
        )
        raise QueryError([Issue("/phasing/kind", "too_many_cells", detail)])
    return PlanLayout(tuple(cells), index, shares)


def _shares_within_cells(usual: Array, *, of_week: bool, of_geo: bool) -> Array:
    """(week, geo) shares of one channel within its cells, from ``usual``, those of its total."""
    if of_week and of_geo:
        return np.ones_like(usual)
    by_geo = usual.sum(0)
    if of_week:
        return np.broadcast_to(by_geo, usual.shape)
    if of_geo:
        even = np.full_like(usual, 1.0 / usual.shape[0])
        return np.where(by_geo > 0.0, usual / np.where(by_geo > 0.0, by_geo, 1.0), even)
    return usual


def largest_spend(model: FittedModel, layout: PlanLayout) -> Array:
    """(cell,) the largest spend observed over as many weeks as a cell decides."""
    horizon = layout.index.shape[0]
    largest = np.empty(len(layout.cells))
    for i, cell in enumerate(layout.cells):
        weekly = observed_spend(model, cell)
        weeks = horizon if cell.week is None else 1
        span = min(weeks, weekly.size)
        sums = np.convolve(weekly, np.ones(span), "valid")
        largest[i] = sums.max() * (weeks / span)
    return largest


def usual_active_spend(model: FittedModel, layout: PlanLayout) -> Array:
    """(cell,) mean spend of a cell's active weeks, times the weeks it decides; 0 if it has none."""
    horizon = layout.index.shape[0]
    usual = np.zeros(len(layout.cells))
    for i, cell in enumerate(layout.cells):
        weekly = observed_spend(model, cell)
        active = weekly[weekly > 0.0]
        if active.size:
            usual[i] = active.mean() * (horizon if cell.week is None else 1)
    return usual


def observed_spend(model: FittedModel, cell: PlanCell) -> Array:
    """(week,) what was spent on a cell's channel, in its geo or in all of them."""
    own = model.panel.array("spend")[..., model.structure.channels.index(cell.channel)]
    return own.sum(1) if cell.geo is None else own[:, model.panel.geos.index(cell.geo)]
