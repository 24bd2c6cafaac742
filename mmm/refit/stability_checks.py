"""Checks of a refit against the previous model: stable, caution or unstable."""

from collections.abc import Sequence

import numpy as np
from scipy.special import bdtrik

from mmm.posterior.fitted import FittedModel
from mmm.refit.quantities import HEADLINES
from mmm.refit.report import NewWeek, QuantityMove, StabilityCheck, StabilityStatus
from mmm.types import Array

SURPRISE = (3.0, 4.5)
LEVEL_Z = (2.5, 4.0)
NOTABLE = 0.5
"""Moves of fewer posterior s.d. change no decision."""
WINDOW_WEEKS = 52
CHANCE = 0.01


def stability_checks(
    old: FittedModel,
    new: FittedModel,
    moved: Sequence[QuantityMove],
    weeks: Sequence[NewWeek],
    forecast: Array | None,
) -> tuple[StabilityCheck, ...]:
    """All checks; those on ``forecast (draw, new week)`` only where there is one."""
    checks = [_surprise(moved)]
    if forecast is not None:
        checks += [_coverage(weeks), _level(sum(week.kpi for week in weeks), forecast.sum(1))]
    weeks_past_window = len(new.panel.weeks) - old.scales.span_weeks
    advice = (
        "trend and priors still refer to the window of the first fit: fit anew on all weeks, and "
        "compare before you promote it"
    )
    message = f"the data reach {weeks_past_window} weeks beyond the first fit's window"
    checks.append(
        _check("window", float(weeks_past_window), (WINDOW_WEEKS, np.inf), message, advice)
    )
    return tuple(checks)


def worst_status(checks: Sequence[StabilityCheck]) -> StabilityStatus:
    """The worst status of the checks."""
    order: tuple[StabilityStatus, ...] = ("unstable", "caution", "stable")
    return next(status for status in order if any(c.status == status for c in (*checks, _FINE)))


def stability_summary(
    status: StabilityStatus, moved: Sequence[QuantityMove], weeks: Sequence[NewWeek], restated: int
) -> str:
    """One sentence: the status, the data behind it, and the largest move."""
    opening = {
        "stable": "The model's answers have not changed beyond what new data explain",
        "caution": "Some answers of the refit differ: read the checks before you use it",
        "unstable": "The refit contradicts the previous model: do not plan with it yet",
    }[status]
    headlines = [item for item in moved if item.kind in HEADLINES]
    data = f"{len(weeks)} new weeks, {restated} restated numbers"
    if not headlines:
        return f"{opening} ({data})."
    largest = max(headlines, key=lambda item: abs(item.in_sd))
    return (
        f"{opening} ({data}); the largest move is {_name_of(largest)}: {largest.before.mean:.4g} "
        f"to {largest.after.mean:.4g}, {largest.in_sd:+.2f} posterior s.d."
    )


def _name_of(item: QuantityMove) -> str:
    """The name of a quantity: a contribution by its channel, a price effect by its parameter."""
    return item.name if item.kind == "elasticity" else f"the {item.kind} of {item.name}"


def _surprise(moved: Sequence[QuantityMove]) -> StabilityCheck:
    """The largest surprise; moves that are small in s.d. do not count, however precise the fits."""
    headlines = [m for m in moved if m.kind in HEADLINES and abs(m.in_sd) >= NOTABLE]
    worst = max(headlines, key=lambda item: abs(item.surprise), default=None)
    value = abs(worst.surprise) if worst else 0.0
    message = f"no contribution or price moved by more than {NOTABLE:g} posterior s.d.; surprise"
    if worst is not None:
        message = f"{_name_of(worst)} moved by {value:.3g} times what new data explain; this"
    advice = (
        "old and new weeks contradict each other: look at the weeks that moved it and at restated "
        "numbers; a change in the world (a new product, a break in measurement) belongs in the "
        "specification as an event, a control or a trend with changepoints"
    )
    return _check("surprise", value, SURPRISE, message, advice)


def _coverage(weeks: Sequence[NewWeek]) -> StabilityCheck:
    inside = [w.forecast.p5 <= w.kpi <= w.forecast.p95 for w in weeks if w.forecast is not None]
    missed, count = inside.count(False), len(inside)
    # With a chance of 1 in 10 a week, the misses stay at or below this number 99 times in 100.
    limit = float(np.ceil(bdtrik(1.0 - CHANCE, count, 0.1)))
    message = (
        f"{missed} of {count} new weeks lie outside the previous model's 90 % forecast interval"
    )
    advice = "the noise or the drivers of the KPI have changed: see the weeks with the largest z"
    return _check("forecast_misses", float(missed), (limit, np.inf), message, advice)


def _level(kpi: float, forecast: Array) -> StabilityCheck:
    """Total of the new weeks against its forecast; a shift of the level moves all of them."""
    value = float((kpi - forecast.mean()) / forecast.std())
    side = "above" if value > 0.0 else "below"
    message = f"the new weeks together lie {abs(value):.3g} s.d. {side} their forecast"
    advice = "the level has shifted: add its cause as an event, or a changepoint to the trend"
    return _check("forecast_level", abs(value), LEVEL_Z, message, advice)


def _check(
    name: str, value: float, limits: tuple[float, float], message: str, advice: str
) -> StabilityCheck:
    caution, reject = limits
    status: StabilityStatus = "stable"
    if value > caution:
        status = "unstable" if value > reject else "caution"
    limit = reject if status == "unstable" else caution
    return StabilityCheck(
        name=name,
        value=value,
        limit=limit,
        passed=status == "stable",
        status=status,
        message=f"{message}, should be at most {limit:.3g}",
        advice="" if status == "stable" else advice,
    )


_FINE = _check("", 0.0, (1.0, 1.0), "", "")
