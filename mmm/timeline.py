"""Variables in natural units on a stretch of weeks, and the calendar basis that goes with it.

The observed weeks give one ``Variables``; a question about the future extends it, an intervention
replaces parts of it. ``basis`` computes trend and season for any date from the stored origin, so
that a question or a refit never moves them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from mmm.panel import Panel
from mmm.types import Array

DAYS_PER_YEAR = 365.25
SEASON_EPOCH = date(2000, 1, 1)


@dataclass(frozen=True)
class Variables:
    """Everything that the equations take from the world, in natural units.

    ``spend (week, geo, channel)`` and ``rival_spend (week, geo, spending_rival)`` in currency per
    week, ``price (week, geo)`` (empty second axis kept; ones where the spec has no price),
    ``rival_price (week, geo, priced_rival)``, ``controls (week, geo, control)``.
    """

    weeks: tuple[date, ...]
    spend: Array
    rival_spend: Array
    price: Array
    rival_price: Array
    controls: Array

    def index(self, week: date) -> int:
        """Position of ``week``; raises ValueError where the timeline has no such week."""
        return self.weeks.index(week)


def observed(panel: Panel) -> Variables:
    """The variables of the observed weeks."""
    kpi = panel.array("kpi")
    return Variables(
        weeks=panel.weeks,
        spend=panel.array("spend"),
        rival_spend=panel.array("rival_spend"),
        price=panel.array("price") if "price" in panel.data else np.ones_like(kpi),
        rival_price=panel.array("rival_price"),
        controls=panel.array("controls"),
    )


def weeks_after(last: date, count: int) -> tuple[date, ...]:
    """The ``count`` week starts that follow ``last``."""
    return tuple(last + timedelta(weeks=step + 1) for step in range(count))


def append(first: Variables, second: Variables) -> Variables:
    """``first`` followed by ``second``."""
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("spend", "rival_spend", "price", "rival_price", "controls")
    }
    return replace(first, weeks=(*first.weeks, *second.weeks), **joined)


def date_basis(
    weeks: Sequence[date], origin: date, span_weeks: int, yearly: int
) -> dict[str, Array]:
    """``trend`` and ``season`` of the given weeks, as below."""
    return {
        "trend": trend_basis(weeks, origin, span_weeks),
        "season": season_basis(weeks, yearly),
    }


def trend_basis(weeks: Sequence[date], origin: date, span_weeks: int) -> Array:
    """(week,) position in the reference window, -0.5 at its first week and 0.5 at its last."""
    position = np.array([(week - origin).days / 7.0 for week in weeks])
    return position / max(span_weeks - 1, 1) - 0.5


def season_basis(weeks: Sequence[date], yearly: int) -> Array:
    """(2 * yearly, week) sines then cosines of the day of the year's 1..yearly-th harmonic."""
    days = np.array([(week - SEASON_EPOCH).days for week in weeks], dtype=np.float64)
    harmonics = np.arange(1, yearly + 1, dtype=np.float64)[:, None]
    angle = 2.0 * np.pi * harmonics * days / DAYS_PER_YEAR
    return np.concatenate([np.sin(angle), np.cos(angle)])
