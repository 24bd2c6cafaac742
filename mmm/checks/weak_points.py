"""What will make a fit weak, told before it: from the panel and the specification alone.

Nothing here is an error. A channel that was idle, two that moved as one, more parameters than the
weeks can carry, a lift test that no week could hold and an event given twice all give a fit; it
then rests on priors, or says something else than was meant.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from mmm.data.design import Design
from mmm.data.panel_checks import parameter_count
from mmm.lift.resolve import ResolvedTest, resolve_lift_tests
from mmm.types import Array

IDLE = 0.5
"""Share of weeks without a channel from which it is named."""
TOGETHER = 0.8
"""Correlation by week from which two columns move together."""
WEEKS_EACH = 3.0
"""Weeks for each parameter below which their number is named."""
BEYOND = 3.0
"""Times the largest spend of a week that a lift test may reach."""


def weak_points(design: Design) -> tuple[str, ...]:
    """A sentence for each weak point of ``design``; raises SpecError for lift tests that do not fit
    it."""
    return (
        *_few_weeks(design),
        *_idle_channels(design),
        *_moving_together(design),
        *_undated_tests(design),
        *_events_given_twice(design),
    )


def _few_weeks(design: Design) -> Iterator[str]:
    weeks, count = len(design.panel.weeks), parameter_count(design.spec)
    if weeks < WEEKS_EACH * count:
        yield (
            f"{weeks} weeks for {count} parameters, {weeks / count:.1f} each: below "
            f"{WEEKS_EACH:.0f} the priors decide much of what the model says; leave out controls "
            "and small channels, or add weeks"
        )


def _idle_channels(design: Design) -> Iterator[str]:
    weekly = design.panel.array("spend").sum(1)
    for name, spend in zip(design.structure.channels, weekly.T, strict=True):
        idle = int((spend == 0.0).sum())
        if idle > IDLE * len(spend):
            yield (
                f"{name} is idle in {idle} of {len(spend)} weeks: what is known of it comes from "
                f"the other {len(spend) - idle}"
            )


def _moving_together(design: Design) -> Iterator[str]:
    series = _series(design)
    for one, two in combinations(series, 2):
        still = min(np.ptp(series[one]), np.ptp(series[two])) == 0.0
        if still or one not in design.structure.channels:
            continue
        correlation = float(np.corrcoef(series[one], series[two])[0, 1])
        if abs(correlation) >= TOGETHER:
            yield (
                f"{one} and {two} move together (correlation {correlation:.2f}): the data cannot "
                "tell their effects apart; a lift test can, or weeks in which only one moves"
            )


def _series(design: Design) -> Mapping[str, Array]:
    """(week,) of channels, then of everything else that has an effect of its own."""
    panel, s = design.panel, design.structure
    exposure = panel.array("spend") / panel.array("unit_cost")
    found = dict(zip(s.channels, exposure.sum(1).T, strict=True))
    if s.has_price:
        found["price"] = panel.array("price").mean(1)
    rivals = [f"{name}.spend" for name in s.spending_rivals]
    found |= dict(zip(rivals, panel.array("rival_spend").sum(1).T, strict=True))
    found |= dict(zip(s.controls, panel.array("controls").mean(1).T, strict=True))
    return found


def _undated_tests(design: Design) -> Iterator[str]:
    """Tests without dates are compared with the best week of the data: a dated one that contradicts
    its weeks is refused."""
    for test in resolve_lift_tests(design):
        if not test.window.dated:
            yield from _beyond_any_week(design, test)


def _beyond_any_week(design: Design, test: ResolvedTest) -> Iterator[str]:
    inside, panel = test.share > 0.0, design.panel
    label = test.test.label
    best = float((panel.array("kpi") * test.share)[:, inside].sum(1).max())
    if test.lift - 2.0 * test.se > best:
        yield (
            f"lift test {label!r}: a lift of {test.lift:,.6g} in one week is more than the "
            f"{best:,.6g} that the best week sold in its geos; is it the lift of several weeks, or "
            "of another unit?"
        )
    most = float((panel.array("spend")[..., test.channel] * test.share)[:, inside].sum(1).max())
    spent = max(
        float((world.spend[-1, :, test.channel] * test.share)[inside].sum())
        for world in (test.control, test.treatment)
    )
    if spent > BEYOND * most:
        yield (
            f"lift test {label!r}: {spent:,.6g} in one week is {spent / max(most, 1e-300):.3g} "
            f"times the most that {test.test.channel} had in any week ({most:,.6g}): spend of a "
            "test without dates is per week"
        )


def _events_given_twice(design: Design) -> Iterator[str]:
    events = design.panel.array("events")
    marks = {name: events[..., i] for i, name in enumerate(design.structure.events)}
    for one, two in combinations(marks, 2):
        if _same(marks[one], marks[two]):
            yield f"the events {one!r} and {two!r} mark the same weeks: keep one of them"
    holidays = design.basis["holiday"][: len(design.scales.holidays)]
    for name, mark in marks.items():
        for holiday, weeks in zip(design.scales.holidays, holidays, strict=True):
            if _same(mark, np.broadcast_to(weeks[:, None], mark.shape)):
                yield (
                    f"the event {name!r} marks the weeks of the holiday {holiday!r}, which the "
                    "model has already: keep one of them"
                )


def _same(one: Array, two: Array) -> bool:
    """Whether two events are equal but for their unit."""
    scale_one, scale_two = np.abs(one).max(), np.abs(two).max()
    return bool(scale_one > 0 and scale_two > 0 and np.allclose(one / scale_one, two / scale_two))
