"""The region that data support: what a channel had over a window as long as a plan.

    seen_c      = max over windows of the data of the channel's total in the window
    supported_c = MULTIPLE * seen_c

A window has as many consecutive weeks as the horizon. A channel that has fewer weeks from its first
spend on has seen its mean over those, times the weeks of the horizon. The same holds for a channel
in one geo, where geos are decided, for a single week of it, where weeks are, and for all media
together. A plan within the supported amounts asks the curves where they were seen, or nearly so.

``MULTIPLE`` leaves room to grow: at one, a channel whose spend is steady could never get more.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mmm.plan.cells import PlanLayout, observed_spend
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

MULTIPLE = 1.1
"""How far beyond the most ever seen a plan may go without being asked to explore."""

PRICE_MULTIPLE = 1.1
"""How far beyond the observed range of the own price a price may be chosen."""

SEASON_WEEKS = 4
"""Windows that start within so many weeks of the horizon's start in earlier years are in season."""

_YEAR = 52


@dataclass(frozen=True)
class Seen:
    """The most that was spent over a window of a plan's length, in currency.

    ``first`` and ``last``: the weeks of that window. ``scaled``: whether there were fewer weeks
    than the horizon has, so that ``most`` is their total brought to its length. ``in_season``: the
    most over windows at the same time of year; None where the data do not reach.
    """

    most: float
    first: date
    last: date
    scaled: bool
    in_season: float | None

    @property
    def supported(self) -> float:
        """The most that a plan may spend without leaving the region."""
        return MULTIPLE * self.most


@dataclass(frozen=True)
class Region:
    """What data support over one horizon.

    ``by_channel``: by name; ``together``: of all media; ``seen_cells (cell,)``: the most seen by
    cell, currency. Satisfies ``optimizer.response.SupportedSpend``.
    """

    by_channel: dict[str, Seen]
    together: Seen
    seen_cells: Array

    @property
    def cells(self) -> Array:
        """(cell,) the most that each cell may get, currency."""
        return MULTIPLE * self.seen_cells

    @property
    def channels(self) -> dict[str, float]:
        """The most that each channel may get, currency."""
        return {name: seen.supported for name, seen in self.by_channel.items()}

    @property
    def total(self) -> float:
        """The most that all media together may get, currency."""
        return self.together.supported


def region_of(model: FittedModel, layout: PlanLayout, horizon: tuple[date, ...]) -> Region:
    """The region for plans of ``layout`` over the weeks ``horizon``."""
    spend = model.panel.array("spend")[..., [*model.structure.paid]].sum(1)
    weeks = model.panel.weeks
    by_channel = {
        name: seen_over(spend[:, position], weeks, horizon)
        for position, name in enumerate(model.structure.paid_channels)
    }
    cells = [
        by_channel[cell.channel].most
        if cell.geo is None and cell.week is None
        else seen_over(observed_spend(model, cell), weeks, horizon[: 1 if cell.week else None]).most
        for cell in layout.cells
    ]
    return Region(by_channel, seen_over(spend.sum(1), weeks, horizon), np.array(cells))


def best_sold(model: FittedModel, length: int) -> float | None:
    """The most that the KPI reached over ``length`` weeks; None where the data are shorter."""
    kpi = np.nansum(model.panel.array("kpi"), axis=1)
    return float(np.convolve(kpi, np.ones(length), "valid").max()) if length <= kpi.size else None


def seen_over(weekly: Array, weeks: tuple[date, ...], horizon: tuple[date, ...]) -> Seen:
    """The most of ``weekly (week,)`` over a window of the horizon's length.

    ``weeks``: the dates of ``weekly``. Spend that is zero throughout has seen nothing.
    """
    length = len(horizon)
    began = int(np.argmax(weekly > 0.0)) if weekly.any() else 0
    span = min(length, weekly.size - began)
    sums = np.convolve(weekly[began:], np.ones(span), "valid")
    start = began + int(sums.argmax())
    # A horizon longer than the data repeats them, or last year: such a plan has been seen as well.
    repeated = max(_repeated(weekly, length), _repeated(weekly[-_YEAR:], length))
    return Seen(
        most=max(float(sums.max()) * length / span, repeated if span < length else 0.0),
        first=weeks[start],
        last=weeks[start + span - 1],
        scaled=span < length,
        in_season=_in_season(weekly, weeks, horizon),
    )


def _repeated(weekly: Array, length: int) -> float:
    """The most of ``length`` weeks of ``weekly (week,)`` repeated, from either end."""
    weeks = np.tile(weekly, -(-length // weekly.size))
    return float(max(weeks[:length].sum(), weeks[-length:].sum()))


def _in_season(weekly: Array, weeks: tuple[date, ...], horizon: tuple[date, ...]) -> float | None:
    """The most over windows of the horizon's length around the same weeks of earlier years."""
    length = len(horizon)
    ahead = (horizon[0] - weeks[0]) // timedelta(weeks=1)
    sums = np.convolve(weekly, np.ones(length), "valid") if length <= weekly.size else np.empty(0)
    starts = np.arange(sums.size)
    away = (starts - ahead + SEASON_WEEKS) % _YEAR
    earlier = starts <= ahead - _YEAR + SEASON_WEEKS
    near = sums[earlier & (away <= 2 * SEASON_WEEKS)]
    return float(near.max()) if near.size else None
