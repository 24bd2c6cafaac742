"""What a plan decides: a cell is a channel, or a channel in one geo, in one week, or in both.

A cell's spend is spread over the weeks and geos that it does not decide by fixed shares:

    plan[t, g, c] = shares[t, g, c] * spend[index[t, g, c]]

with the shares of each cell adding up to one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from mmm.errors import Issue, QueryError
from mmm.plan.phasing import Phasing, last_weeks, phasing_shares
from mmm.posterior.fitted import FittedModel
from mmm.types import Array, IndexArray

type WeeksBy = Phasing | Literal["optimised"]
GeosBy = Literal["usual", "optimised"]
MOST_CELLS = 260
"""Beyond these the search for a plan takes minutes."""


@dataclass(frozen=True)
class Cell:
    """One decision; None stands for all geos, or all weeks of the horizon."""

    channel: str
    geo: str | None
    week: date | None

    @property
    def name(self) -> str:
        """As in "tv, north, 2024-07-01"."""
        parts = (self.channel, self.geo, self.week and self.week.isoformat())
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Granularity:
    """Whether a plan decides weeks and geos, or how it spreads a channel's spend over them.

    A channel in ``profile`` has its spend by week in these proportions, whatever ``weeks`` says.
    """

    weeks: WeeksBy = "historic"
    geos: GeosBy = "usual"
    profile: Mapping[str, Sequence[float]] | None = None


@dataclass(frozen=True)
class Spread:
    """``index`` and ``shares (week, geo, channel)``, as above; ``by_week``: whether any cell is of
    a single week."""

    cells: tuple[Cell, ...]
    index: IndexArray
    shares: Array

    @property
    def by_week(self) -> bool:
        """Whether weeks are decided."""
        return any(cell.week is not None for cell in self.cells)

    def plan(self, spend: Array) -> Array:
        """(week, geo, channel) currency of ``spend (cell,)``."""
        return np.asarray(self.shares * spend[self.index])

    def totals(self, plan: Array) -> Array:
        """(cell,) sums of ``plan (week, geo, channel)``."""
        weights = np.broadcast_to(plan, self.index.shape).ravel()
        return np.bincount(self.index.ravel(), weights, len(self.cells)).astype(np.float64)


def spread_of(
    model: FittedModel, horizon: Sequence[date], granularity: Granularity | None = None
) -> Spread:
    """The cells of a decision over ``horizon``; by default the totals of channels are decided.

    A channel in ``profile`` keeps its weeks, and a national channel its split over geos. Raises
    QueryError for a wrong profile, or where there would be too many cells.
    """
    granularity = granularity or Granularity()
    weeks, geos, profile = granularity.weeks, granularity.geos, granularity.profile
    usual = phasing_shares(
        model, len(horizon), "historic" if weeks == "optimised" else weeks, profile
    )
    cells: list[Cell] = []
    index = np.empty(usual.shape, dtype=np.intp)
    shares = np.empty(usual.shape)
    for c, channel in enumerate(model.spec.channels):
        of_week = weeks == "optimised" and channel.name not in (profile or {})
        of_geo = geos == "optimised" and not channel.national and len(model.panel.geos) > 1
        places: list[str | None] = [*model.panel.geos] if of_geo else [None]
        times: list[date | None] = [*horizon] if of_week else [None]
        first = len(cells)
        cells += [Cell(channel.name, geo, week) for week in times for geo in places]
        numbers = first + np.arange(len(times) * len(places)).reshape(len(times), len(places))
        index[..., c] = numbers
        shares[..., c] = _within(usual[..., c], of_week=of_week, of_geo=of_geo)
    if len(cells) > MOST_CELLS:
        detail = (
            f"{len(cells)} amounts would be decided, {MOST_CELLS} can be: let weeks or geos, not "
            "both, be optimised, or give the weeks of some channels in /phasing/profile"
        )
        raise QueryError([Issue("/phasing/kind", "too_many_cells", detail)])
    return Spread(tuple(cells), index, shares)


def _within(usual: Array, *, of_week: bool, of_geo: bool) -> Array:
    """(week, geo) shares of one channel within its cells, from ``usual`` ones of its total."""
    if of_week and of_geo:
        return np.ones_like(usual)
    by_geo = usual.sum(0)
    if of_week:
        return np.broadcast_to(by_geo, usual.shape)
    if of_geo:
        even = np.full_like(usual, 1.0 / usual.shape[0])
        return np.where(by_geo > 0.0, usual / np.where(by_geo > 0.0, by_geo, 1.0), even)
    return usual


def references(model: FittedModel, spread: Spread) -> tuple[Array, Array]:
    """(cell,) spend of the last weeks, and the most that was ever spent over as long a time."""
    horizon = spread.index.shape[0]
    spend = model.panel.array("spend")
    current = spread.totals(last_weeks(model, horizon))
    most = np.empty(len(spread.cells))
    for i, cell in enumerate(spread.cells):
        own = spend[..., model.structure.channels.index(cell.channel)]
        weekly = own.sum(1) if cell.geo is None else own[:, model.panel.geos.index(cell.geo)]
        weeks = horizon if cell.week is None else 1
        span = min(weeks, weekly.size)
        sums = np.convolve(weekly, np.ones(span), "valid")
        most[i] = sums.max() * (weeks / span)
    return current, most
