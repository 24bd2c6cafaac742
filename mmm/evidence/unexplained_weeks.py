"""Weeks that nothing in the model explains: a level that breaks, a stretch that is off.

Scanned are all steps that leave ``EDGE`` weeks on both sides, and all stretches of the lengths
``LENGTHS``, each as one more column d of the weekly regression with residual r:

    z(d) = d'r / (s |d|)        d: beside the other columns

The largest |z| is compared with that of ``SIMULATED`` series without a break. Their innovations are
drawn from the fit's own, and they have its memory, both taken after the column found, so that
neither heavy tails nor autocorrelation look like a break. Found columns are added and the scan goes
on, up to ``MOST`` of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mmm.evidence.linear_view import LinearView
from mmm.posterior.evidence import UnexplainedWeeks
from mmm.types import Array

EDGE = 8
LENGTHS = (3, 4, 6, 8, 13)
SIMULATED = 400
MOST = 3
LEAST_LEFT = 0.2
"""A column of which less is left beside the others cannot be told from them."""

TOUCHED = 1.0
"""Standard errors. Unnamed weeks make errors remember, and standard errors too small, so less than
the whole width of an interval counts."""


class _Candidate(NamedTuple):
    kind: str
    start: int
    end: int


def unexplained_weeks(view: LinearView, level: float) -> Iterator[UnexplainedWeeks]:
    """The weeks found at ``level``, the strongest first."""
    n = len(view.weeks)
    if n < 4 * EDGE:
        return
    columns = view.by_week(view.columns) / view.geos
    kpi = view.by_week(view.regressions.kpi) / view.geos
    candidates = [*_candidates(n)]
    shapes = np.zeros((n, len(candidates)))
    for position, item in enumerate(candidates):
        shapes[item.start : item.end, position] = 1.0
    for _ in range(MOST):
        scan = _scan(kpi, columns, shapes)
        if scan is None or scan.p_value >= level:
            return
        item, column = candidates[scan.position], shapes[:, scan.position]
        yield _described(view, item, scan, float(kpi.mean()))
        columns = np.column_stack([columns, column])


def _candidates(n: int) -> Iterator[_Candidate]:
    for start in range(EDGE, n - EDGE):
        yield _Candidate("step", start, n)
    for length in LENGTHS:
        for start in range(n - length + 1):
            yield _Candidate("stretch", start, start + length)


class _Scan(NamedTuple):
    position: int
    p_value: float
    size: float


def _scan(kpi: Array, columns: Array, shapes: Array) -> _Scan | None:
    """The candidate with the largest |z|; None where the regression leaves no freedom."""
    basis = _orthonormal(columns)
    freedom = len(kpi) - basis.shape[1]
    if freedom < EDGE:
        return None
    left = shapes - basis @ (basis.T @ shapes)
    size = np.linalg.norm(left, axis=0)
    usable = size > LEAST_LEFT * np.linalg.norm(shapes, axis=0)
    if not usable.any():
        return None
    unit = left[:, usable] / size[usable]
    residual = kpi - basis @ (basis.T @ kpi)
    position = int(np.argmax(np.abs(unit.T @ residual)))
    found = unit[:, position]
    after = residual - found * (found @ residual)
    noise = _similar_noise(after, SIMULATED)
    noise -= basis @ (basis.T @ noise)
    by_chance = _largest(unit, noise, freedom)
    observed = _largest(unit, residual[:, None], freedom)[0]
    p_value = (1.0 + np.sum(by_chance >= observed)) / (1.0 + SIMULATED)
    where = int(np.flatnonzero(usable)[position])
    return _Scan(where, float(p_value), float(found @ residual) / float(size[where]))


def _largest(unit: Array, series: Array, freedom: int) -> Array:
    """(series,) largest |z| of each column of ``series (week, series)``, with its own s.d. after
    the column that has it."""
    projection = np.abs(unit.T @ series).max(0)
    squares = (series**2).sum(0) - projection**2
    return np.asarray(projection / np.sqrt(np.maximum(squares, 1e-300) / max(freedom - 1, 1)))


def _similar_noise(residual: Array, count: int) -> Array:
    """(week, series) series with the memory of ``residual (week,)`` and its innovations, drawn
    again; equal residuals give equal series."""
    rng = np.random.default_rng(0)
    size = float(residual @ residual)
    memory = float(np.clip(residual[1:] @ residual[:-1] / size, 0.0, 0.95)) if size > 0.0 else 0.0
    fresh = residual[1:] - memory * residual[:-1]
    fresh = fresh - fresh.mean()
    drawn = rng.choice(fresh, (len(residual) + 2 * EDGE, count))
    series = np.zeros_like(drawn)
    for week in range(1, len(drawn)):
        series[week] = memory * series[week - 1] + drawn[week]
    return series[2 * EDGE :]


def _orthonormal(columns: Array) -> Array:
    """(week, rank) orthonormal basis of ``columns (week, column)``."""
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, values > 1e-10 * values.max(initial=0.0)])


def _described(view: LinearView, item: _Candidate, scan: _Scan, typical: float) -> UnexplainedWeeks:
    start, end = view.weeks[item.start], view.weeks[item.end - 1]
    relative = scan.size / typical if typical else 0.0
    direction = "below" if relative < 0.0 else "above"
    touches = _touched(view, item)
    stretch = f"from {start} on" if item.kind == "step" else f"in the weeks {start} to {end}"
    detail = (
        f"{stretch[0].upper()}{stretch[1:]} the KPI is about {abs(relative):.0%} {direction} what "
        "the model explains: name what happened as an event"
        + (", or let the trend bend" if item.kind == "step" else "")
        + (f"; it changes the effect of {', '.join(touches)}" if touches else "")
        + "."
    )
    return UnexplainedWeeks(
        kind="step" if item.kind == "step" else "stretch",
        start=start,
        end=end,
        size=relative,
        p_value=scan.p_value,
        touches=touches,
        detail=detail,
    )


def _touched(view: LinearView, item: _Candidate) -> tuple[str, ...]:
    """Levers whose coefficient moves by more than ``TOUCHED`` s.e. once the weeks are named."""
    weeks: NDArray[np.bool_] = (view.week >= item.start) & (view.week < item.end)
    shape = view.beside_all(weeks.astype(np.float64))
    size = float(shape @ shape)
    if not size > 0.0:
        return ()
    step = float(shape @ view.residual) / size
    moved = []
    for lever in view.levers:
        own = view.beside_others(lever)
        # The coefficient of the lever changes by -step times that of the weeks on the lever.
        change = step * float(own @ weeks) / max(float(own @ own), 1e-300)
        if abs(change) > TOUCHED * view.strength(lever).se:
            moved.append(lever)
    return tuple(moved)
