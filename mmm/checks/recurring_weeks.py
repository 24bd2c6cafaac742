"""Weeks that recur every year and that the specification has nothing for, found before the fit.

The log of the KPI is regressed on what the specification models besides media: trend, season,
holidays, events, logs of prices, controls. Media are left out, since pulses of media that coincide
with a feast would explain it away. Each week's residual is then compared with the mean residual of
the same week of *other* years:

    z = atanh(r) sqrt(n - 3)            r: their correlation over the n weeks that have both

A season without more than the model has gives a z about normal; a feast that is missing gives 5.5
and more (``benchmarks/README.md``). Weeks are named by their mean residual over the years.
"""

from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class Window(NamedTuple):
    """Weeks of the year, counted from the first of the data, that rise (1) or fall (-1) as one."""

    weeks: frozenset[int]
    sign: float


@dataclass(frozen=True)
class RecurringWeeks:
    """Weeks that recur: ``z`` of the test; ``groups``: windows of the year, each with the
    dates of its weeks in all years, the strongest first."""

    z: float
    groups: tuple[tuple[date, ...], ...]

    @property
    def sentence(self) -> str:
        """What was found and what to do, for people."""
        named = "; ".join(_of_year(group) for group in self.groups) or "no window stands out"
        return (
            f"sales depart from trend and season in the same weeks of every year ({named}; z "
            f"{self.z:.1f}, chance stays below {LIMIT}): name these weeks as events, or add "
            "holidays with the weeks around them (weeks_before, weeks_after), else media that "
            "coincide with them are credited with it"
        )

    def events(self) -> list[dict[str, object]]:
        """The events to add to a specification: one for each group, named by its window."""
        return [
            {
                "name": f"recurring {_of_year(group)}",
                "weeks": [day.isoformat() for day in group],
            }
            for group in self.groups
        ]


def recurring_weeks(design: Design) -> RecurringWeeks | None:
    """The weeks that recur and that the specification of ``design`` does not model; None where
    there are none, or for less than two years.

    The strongest window is taken out before the next is looked for: trend and season bend towards
    a feast that is missing, and the weeks around it depart from them the other way.
    """
    weeks = design.panel.weeks
    if len(weeks) < LEAST_WEEKS:
        return None
    columns = _modelled_besides_media(design)
    kpi = design.panel.array("kpi").sum(1)
    if kpi.min() > 0.0:
        kpi = np.log(kpi)
    if len(columns.T) > len(weeks) // 2:
        return None
    position = np.array([(week - weeks[0]).days // 7 for week in weeks])
    of_year = np.round(position % YEAR).astype(int) % 52
    found, windows, residual = None, list[Window](), kpi
    while len(windows) < MOST_GROUPS:
        marks = np.array([np.isin(of_year, [*w.weeks]) for w in windows]).reshape(-1, len(weeks))
        modelled = np.concatenate([columns, marks.T.astype(np.float64)], axis=1)
        residual = kpi - modelled @ np.linalg.lstsq(modelled, kpi)[0]
        z = _recurrence(residual)
        if z is None or z <= LIMIT:
            break
        found = found or z
        strongest = _strongest(of_year, residual)
        if strongest is None or any(strongest.weeks <= each.weeks for each in windows):
            break
        windows = _with_window(windows, strongest)
    if found is None:
        return None
    windows = _without_gaps(windows, of_year, residual)
    groups = (
        tuple(week for week, k in zip(weeks, of_year, strict=True) if k in window.weeks)
        for window in windows
    )
    return RecurringWeeks(found, tuple(groups))


def _recurrence(residual: Array) -> float | None:
    """z of the correlation with the same weeks of other years; None where too few are known."""
    usual = _other_years(residual)
    known = np.isfinite(usual)
    varies = residual[known].std() > 0.0 and usual[known].std() > 0.0
    if known.sum() < LEAST_WEEKS // 2 or not varies:
        return None
    r = float(np.corrcoef(residual[known], usual[known])[0, 1])
    return float(np.arctanh(np.clip(r, -0.999999, 0.999999)) * np.sqrt(known.sum() - 3.0))


def _modelled_besides_media(design: Design) -> Array:
    """(week, column) levels, functions of the date, prices, controls and events, over all geos."""
    world, structure, weeks = design.observed, design.structure, design.panel.weeks
    basis = date_basis(weeks, design.scales, design.spec)
    columns = [np.ones((1, len(weeks))), np.atleast_2d(basis["trend"])]
    columns += [basis[name] for name in ("changepoint", "smooth", "walk", "season", "holiday")]
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


def _strongest(of_year: NDArray[np.int_], residual: Array) -> Window | None:
    """The window of the year whose residual recurs most; ``of_year (week,)``: each week's number.

    A weaker week between two of a window belongs to it.
    """
    typical = float(np.median(np.abs(residual))) / 0.6745
    mean = np.array([residual[of_year == k].mean() for k in range(52)])
    count = np.array([np.sum(of_year == k) for k in range(52)])
    strength = np.abs(mean) * np.sqrt(count) / typical if typical > 0.0 else np.zeros(52)
    same_sign = np.array([np.ptp(np.sign(residual[of_year == k])) == 0.0 for k in range(52)])
    named = (strength > NAMED_FROM) & same_sign & (count > 1)
    if not named.any():
        return None
    peak = int(np.argmax(np.where(named, strength, 0.0)))
    alike = np.sign(mean) == np.sign(mean[peak])
    window = {peak}
    for step in (1, -1):
        at = peak
        while len(window) < 26:
            near, next_ = (at + step) % 52, (at + 2 * step) % 52
            if named[near] and alike[near]:
                at = near
            elif alike[near] and named[next_] and alike[next_]:
                window.add(near)
                at = next_
            else:
                break
            window.add(at)
    return Window(frozenset(window), float(np.sign(mean[peak])))


def _with_window(windows: list[Window], found: Window) -> list[Window]:
    """``windows`` with ``found``, as a part of one that it adjoins and that goes the same way."""
    for number, window in enumerate(windows):
        beside = {(k + step) % 52 for k in window.weeks for step in (-1, 0, 1)}
        if window.sign == found.sign and beside & found.weeks:
            joined = Window(window.weeks | found.weeks, window.sign)
            return [*windows[:number], joined, *windows[number + 1 :]]
    return [*windows, found]


def _without_gaps(
    windows: list[Window], of_year: NDArray[np.int_], residual: Array
) -> list[Window]:
    """``windows`` with two as one where a single week parts them that goes their way too, judged by
    the ``residual (week,)`` that they leave."""
    for one, other in permutations(windows, 2):
        between = {(k + 1) % 52 for k in one.weeks} & {(k - 1) % 52 for k in other.weeks}
        between -= one.weeks | other.weeks
        if one.sign != other.sign or len(between) != 1:
            continue
        (week,) = between
        if one.sign * residual[of_year == week].mean() > 0.0:
            joined = Window(one.weeks | other.weeks | between, one.sign)
            rest = [each for each in windows if each not in (one, other)]
            return _without_gaps([joined, *rest], of_year, residual)
    return windows


def _of_year(group: tuple[date, ...]) -> str:
    """The group's weeks in its last year, as a span of dates."""
    last = [day for day in group if (group[-1] - day).days < 180]
    first, final = last[0], last[-1]
    return f"about {first:%-d %b}" if first == final else f"{first:%-d %b} to {final:%-d %b}"
