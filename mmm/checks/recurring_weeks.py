"""Weeks that recur every year and that the specification has nothing for, found before the fit.

The log of the KPI is regressed on what the specification models besides media: trend, season,
holidays, events, logs of prices, controls. Media are left out, since pulses of media that coincide
with a feast would explain it away. Each week's residual is then compared with the mean residual of
the same week of *other* years:

    z = atanh(r) sqrt(n - 3)            r: their correlation over the n weeks that have both

A season without more than the model has gives a z about normal; a feast that is missing gives 5.5
and more (``benchmarks/README.md``). Weeks are named by their mean residual over the years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from mmm.data.design import Design
from mmm.data.timeline import date_basis
from mmm.types import Array

LIMIT = 4.5
"""Of z; above it weeks recur that nothing models."""

YEAR = 365.2425 / 7.0
"""Weeks."""

LEAST_WEEKS = 104
NAMED_FROM = 3.0
"""A week is named from this many standard errors of its mean residual on."""

MOST_GROUPS = 6


@dataclass(frozen=True)
class RecurringWeeks:
    """Weeks that recur: ``z`` of the test; ``groups``: neighbouring weeks of the year, each with
    its dates in all years, the strongest first."""

    z: float
    groups: tuple[tuple[date, ...], ...]

    @property
    def sentence(self) -> str:
        """What was found and what to do, for people."""
        named = "; ".join(_of_year(group) for group in self.groups)
        return (
            f"sales depart from trend and season in the same weeks of every year ({named}; z "
            f"{self.z:.1f}, chance stays below {LIMIT}): name these weeks as events, or add "
            "holidays with the weeks around them (weeks_before, weeks_after), else media that "
            "coincide with them are credited with it"
        )

    def events(self) -> list[dict[str, object]]:
        """The events to add to a specification, one for each group."""
        return [
            {"name": f"recurring_{number}", "weeks": [day.isoformat() for day in group]}
            for number, group in enumerate(self.groups, start=1)
        ]


def recurring_weeks(design: Design) -> RecurringWeeks | None:
    """The weeks that recur and that the specification of ``design`` does not model; None where
    there are none, or for less than two years."""
    n = len(design.panel.weeks)
    if n < LEAST_WEEKS:
        return None
    columns = _modelled_besides_media(design)
    kpi = design.panel.array("kpi").sum(1)
    if kpi.min() > 0.0:
        kpi = np.log(kpi)
    if len(columns.T) > n // 2:
        return None
    residual = kpi - columns @ np.linalg.lstsq(columns, kpi)[0]
    usual = _other_years(residual)
    known = np.isfinite(usual)
    if (
        known.sum() < LEAST_WEEKS // 2
        or not residual[known].std() > 0.0
        or not usual[known].std() > 0.0
    ):
        return None
    r = float(np.corrcoef(residual[known], usual[known])[0, 1])
    z = float(np.arctanh(np.clip(r, -0.999999, 0.999999)) * np.sqrt(known.sum() - 3.0))
    return RecurringWeeks(z, _groups(design.panel.weeks, residual)) if z > LIMIT else None


def _modelled_besides_media(design: Design) -> Array:
    """(week, column) levels, functions of the date, prices, controls and events, over all geos."""
    world, structure, weeks = design.observed, design.structure, design.panel.weeks
    basis = date_basis(weeks, design.scales, design.spec)
    columns = [np.ones((1, len(weeks))), np.atleast_2d(basis["trend"])]
    columns += [basis[name] for name in ("changepoint", "smooth", "season", "holiday")]
    columns += [world.controls.mean(1).T, world.events.mean(1).T]
    columns += [np.log(world.rival_price).mean(1).T]
    if structure.has_price:
        columns.append(np.log(world.price).mean(1)[None])
    return np.concatenate(columns).T


def _other_years(residual: Array) -> Array:
    """(week,) mean of ``residual`` in the same week of all other years; NaN where there is none."""
    n = len(residual)
    years = int(n / YEAR) + 1
    total, count = np.zeros(n), np.zeros(n)
    for year in range(-years, years + 1):
        there = np.arange(n) + round(year * YEAR)
        inside = (there >= 0) & (there < n) & (year != 0)
        total[inside] += residual[there[inside]]
        count[inside] += 1.0
    return np.where(count > 0.0, total / np.maximum(count, 1.0), np.nan)


def _groups(weeks: Sequence[date], residual: Array) -> tuple[tuple[date, ...], ...]:
    """Neighbouring weeks of the year whose residual recurs, with their dates; strongest first."""
    position = np.array([(week - weeks[0]).days // 7 for week in weeks])
    of_year = np.round(position % YEAR).astype(int) % 52
    typical = float(np.median(np.abs(residual))) / 0.6745
    mean = np.array([residual[of_year == k].mean() for k in range(52)])
    count = np.array([np.sum(of_year == k) for k in range(52)])
    strength = np.abs(mean) * np.sqrt(count) / typical if typical > 0.0 else np.zeros(52)
    same_sign = np.array([np.ptp(np.sign(residual[of_year == k])) == 0.0 for k in range(52)])
    named = np.flatnonzero((strength > NAMED_FROM) & same_sign & (count > 1))
    runs: list[list[int]] = [[int(named[0])]] if named.size else []
    for before, after in pairwise(named):
        if after - before <= 1 and np.sign(mean[after]) == np.sign(mean[before]):
            runs[-1].append(int(after))
        else:
            runs.append([int(after)])
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][-1] == 51:
        runs[0] = runs.pop() + runs[0]
    runs.sort(key=lambda run: -float(np.max(strength[run])))
    return tuple(
        tuple(week for week, k in zip(weeks, of_year, strict=True) if k in run)
        for run in runs[:MOST_GROUPS]
    )


def _of_year(group: tuple[date, ...]) -> str:
    """The group's weeks in its last year, as a span of dates."""
    last = [day for day in group if (group[-1] - day).days < 180]
    first, final = last[0], last[-1]
    return f"about {first:%-d %b}" if first == final else f"{first:%-d %b} to {final:%-d %b}"
