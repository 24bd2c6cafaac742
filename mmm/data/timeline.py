"""Variables in natural units over consecutive weeks, and the basis functions of their dates.

The observed weeks give one ``Variables``; a question about the future extends it, an intervention
replaces parts of it. ``date_basis`` computes trend, season and holidays for any date from the
stored origin, so that a question or a refit never moves them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np

from mmm.data.holiday_calendar import holiday_basis
from mmm.data.panel import Panel
from mmm.data.scales import Scales
from mmm.data.time_basis import piecewise_basis, smooth_basis, smooth_size, walk_basis
from mmm.spec.environment import Holidays
from mmm.spec.model import ModelSpec
from mmm.types import Array

DAYS_PER_YEAR = 365.25
SEASON_EPOCH = date(2000, 1, 1)


@dataclass(frozen=True)
class Variables:
    """The inputs of the equations in natural units, each by (week, geo, ...).

    ``spend (channel)`` and ``rival_spend (spending_rival)`` in currency per week; ``unit_cost
    (channel)`` currency per unit of exposure; ``frequency (channel)``; ``price`` (no last axis;
    ones where the spec has none); ``rival_price (priced_rival)``; ``controls (control)``; ``events
    (event)``; and interventions on mediators: ``mediator_factor``, ``mediator_shift (mediator)``
    turn the equation's value m into factor * m + shift.
    """

    weeks: tuple[date, ...]
    spend: Array
    unit_cost: Array
    frequency: Array
    rival_spend: Array
    price: Array
    rival_price: Array
    controls: Array
    events: Array
    mediator_factor: Array
    mediator_shift: Array

    def index(self, week: date) -> int:
        """Position of ``week``; raises ValueError where the timeline has no such week."""
        return self.weeks.index(week)


VARIABLE_NAMES = tuple(field.name for field in fields(Variables) if field.name != "weeks")


def observed_variables(panel: Panel) -> Variables:
    """The variables of the observed weeks."""
    mediators = panel.array("mediators")
    same = ("spend", "unit_cost", "frequency", "rival_spend", "rival_price", "controls", "events")
    return Variables(
        weeks=panel.weeks,
        price=panel.array("price") if "price" in panel.data else np.ones_like(panel.array("kpi")),
        mediator_factor=np.ones_like(mediators),
        mediator_shift=np.zeros_like(mediators),
        **{name: panel.array(name) for name in same},
    )


def weeks_after(last: date, count: int) -> tuple[date, ...]:
    """The ``count`` week starts that follow ``last``."""
    return tuple(last + timedelta(weeks=step + 1) for step in range(count))


def concatenate_weeks(first: Variables, second: Variables) -> Variables:
    """``first`` followed by ``second``."""
    joined = {n: np.concatenate([getattr(first, n), getattr(second, n)]) for n in VARIABLE_NAMES}
    return replace(first, weeks=(*first.weeks, *second.weeks), **joined)


def select_weeks(world: Variables, start: int, stop: int) -> Variables:
    """The weeks ``start`` to ``stop - 1`` of ``world``."""
    cut = {name: getattr(world, name)[start:stop] for name in VARIABLE_NAMES}
    return replace(world, weeks=world.weeks[start:stop], **cut)


def date_basis(
    weeks: Sequence[date], scales: Scales, spec: ModelSpec, last: date | None = None
) -> dict[str, Array]:
    """Basis functions of the weeks: ``trend (week,)``, ``season (2 * yearly, week)``,
    ``changepoint``, ``smooth``, ``walk`` and ``holiday (function, week)``, ``varying (group,
    function, week)``, the last with mean zero over the reference window and held from the week
    ``last`` on: nothing is known of how an effectiveness goes on."""
    position = trend_basis(weeks, scales.origin, scales.span_weeks)
    held = position if last is None else np.minimum(position, _position(last, scales))
    empty, holidays = np.zeros((0, len(weeks))), spec.holidays
    piecewise, smooth = spec.trend.kind == "piecewise", spec.trend.kind == "smooth"
    return {
        "trend": position,
        "season": season_basis(weeks, spec.seasonality.yearly),
        "changepoint": piecewise_basis(position, spec.trend.changepoints) if piecewise else empty,
        "smooth": _smooth_basis(position, spec.trend.lengthscale, scales) if smooth else empty,
        "walk": _walk_basis(weeks, scales) if spec.trend.kind == "random_walk" else empty,
        "holiday": _holiday_basis(weeks, holidays, scales) if holidays else empty,
        "varying": _varying_basis(held, scales, spec),
    }


def _position(week: date, scales: Scales) -> Array:
    """(1,) position of one week in the reference window."""
    return trend_basis((week,), scales.origin, scales.span_weeks)


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


def _smooth_basis(position: Array, lengthscale: float, scales: Scales) -> Array:
    return smooth_basis(position, *smooth_size(scales.span_weeks, lengthscale))


def _walk_basis(weeks: Sequence[date], scales: Scales) -> Array:
    since = np.array([(week - scales.origin).days / 7.0 for week in weeks])
    return walk_basis(since, scales.span_weeks, scales.walk_weeks)


def _holiday_basis(weeks: Sequence[date], wanted: Holidays, scales: Scales) -> Array:
    place = (wanted.country, wanted.subdivision)
    return holiday_basis(weeks, *place, scales.holidays, wanted.offsets)


def _varying_basis(position: Array, scales: Scales, spec: ModelSpec) -> Array:
    """(group, function, week); groups with fewer functions are filled with zeros."""
    window = np.linspace(-0.5, 0.5, scales.span_weeks)
    rows = []
    for group in spec.time_varying:
        mean = _smooth_basis(window, group.lengthscale, scales).mean(1, keepdims=True)
        rows.append(_smooth_basis(position, group.lengthscale, scales) - mean)
    size = max((len(row) for row in rows), default=0)
    padded = [np.pad(row, ((0, size - len(row)), (0, 0))) for row in rows]
    return np.stack(padded) if padded else np.zeros((0, 0, len(position)))
