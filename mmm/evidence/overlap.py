"""What else moves when a lever moves: another lever, or the calendar.

    partner     squared correlation of two levers' movements, beside all that is no lever
    season      squared correlation of a lever's movement with that of the same weeks of other
                years, beside trend and levels; needs two years

A share near one means that data cannot tell the two apart, and that more draws will not help.
"""

from typing import NamedTuple

import numpy as np

from mmm.causal.least_squares import residuals
from mmm.checks.recurring_weeks import LEAST_WEEKS, YEAR
from mmm.evidence.linear_view import LinearView
from mmm.types import Array

NEAR_WEEKS = 1
"""Weeks of another year count as the same this many weeks around, for feasts that move."""


class Partner(NamedTuple):
    """The lever that moves along most, and the share of movement shared."""

    name: str
    share: float


def partners(view: LinearView) -> dict[str, Partner]:
    """For every lever that has one, the lever that moves along with it most."""
    regressions = view.regressions
    levers = view.levers
    own = [name in levers for name in view.names]
    others = view.columns[:, np.logical_not(own)]
    moves = np.stack([regressions.moves[lever] for lever in levers], axis=1)
    left, _ = residuals(others, moves)
    size = np.linalg.norm(left, axis=0)
    enough = size > 1e-9 * np.maximum(np.linalg.norm(moves, axis=0), 1e-300)
    unit = np.where(enough, left / np.where(enough, size, 1.0), 0.0)
    shares = (unit.T @ unit) ** 2
    np.fill_diagonal(shares, 0.0)
    if len(levers) < 2:
        return {}
    best = shares.argmax(1)
    return {
        lever: Partner(levers[best[i]], float(shares[i, best[i]]))
        for i, lever in enumerate(levers)
        if shares[i, best[i]] > 0.0
    }


def season_overlap(view: LinearView, lever: str) -> float | None:
    """Share of the lever's movement that the same weeks of other years have too; None for less
    than two years."""
    n = len(view.weeks)
    if n < LEAST_WEEKS:
        return None
    moves = view.by_week(view.regressions.moves[lever]) / view.geos
    trend = np.column_stack([np.ones(n), np.linspace(-1.0, 1.0, n)])
    moves = moves - trend @ np.linalg.lstsq(trend, moves)[0]
    usual = same_weeks_of_other_years(moves)
    if not (usual.std() > 0.0 and moves.std() > 0.0):
        return None
    correlation = float(np.corrcoef(moves, usual)[0, 1])
    return max(correlation, 0.0) ** 2


def same_weeks_of_other_years(values: Array) -> Array:
    """(week,) for each week, the mean of ``values (week,)`` in the same week of other years.

    Of the weeks within ``NEAR_WEEKS`` of it in each other year the one with the value furthest
    from the mean of all counts.
    """
    n, centre = len(values), float(values.mean())
    years = int(n / YEAR) + 1
    usual = np.zeros(n)
    for week in range(n):
        similar = []
        for year in range(-years, years + 1):
            middle = week + round(year * YEAR)
            near = values[max(middle - NEAR_WEEKS, 0) : max(middle + NEAR_WEEKS + 1, 0)]
            if year and near.size:
                similar.append(near[np.argmax(np.abs(near - centre))])
        usual[week] = np.mean(similar) if similar else centre
    return usual
