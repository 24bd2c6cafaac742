"""Resolves lift tests against a design into the plain arrays that the likelihood takes.

For test i with worlds C (control) and T (treatment), which differ in the channel's spend alone,

    contrast_i(theta) = sum over its geos, weeks and cool-down of
                        share_g * (E[kpi | do(T), theta] - E[kpi | do(C), theta])
    lift_i ~ Normal(contrast_i, sd_i),   sd_i^2 = se_i^2 + transport_sd_i^2 (lift_i^2 + se_i^2)

The second term lets the effect in the test differ from the model's: lift^2 + se^2 is the mean
square of the effect that the test leaves plausible, so that a measured zero has a transport s.d.
too. It is scaled by the measured lift, not by the contrast: with a standard deviation that grows
with the contrast, ever larger effects would stay plausible (the density falls like 1 / contrast
only) and small ones would be favoured by the normalising constant.

A test of a part s of its geos' people (``treated_share``) sees s times what the geos would show if
everybody had the part's spend per head: spend / s enters the curves, and share_g = s.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmm.data.design import Design
from mmm.data.panel import Panel
from mmm.data.timeline import Variables
from mmm.errors import FieldsError, Issue, SpecError, pointer
from mmm.lift.units import MeasuredLift, lift_in_kpi_units
from mmm.lift.window import LiftArea, LiftWindow, lift_area, lift_window
from mmm.lift.worlds import (
    PathContext,
    spend_paths,
    spend_reach,
    weeks_ahead,
    with_spend,
    world_before_spend,
)
from mmm.spec.lift_rules import unit_value
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec
from mmm.types import Array

HINT = "check the unit, the weeks and the geos"


@dataclass(frozen=True)
class ResolvedTest:
    """One lift test as the likelihood takes it.

    ``lift`` and ``se`` in KPI units; ``control`` and ``treatment`` on the window's weeks and all
    geos; ``share (geo,)``: part of each geo that the test covered, zero outside its geos;
    ``channel``: position among the channels.
    """

    test: LiftTest
    channel: int
    lift: float
    se: float
    window: LiftWindow
    share: Array
    control: Variables
    treatment: Variables

    @property
    def sd(self) -> float:
        """S.d. of the measured lift around the contrast: sampling and transport."""
        transport = self.test.transport_sd * np.hypot(self.lift, self.se)
        return float(np.hypot(self.se, transport))

    @property
    def weight(self) -> Array:
        """(week, geo) of the KPI in the contrast: ``share`` in the weeks that were measured."""
        weight = np.zeros((len(self.window.weeks), self.share.size))
        weight[self.window.ahead :] = self.share
        return weight


def resolve_lift_tests(design: Design) -> tuple[ResolvedTest, ...]:
    """Every lift test on the design's panel; raises SpecError with one issue per fault."""
    tests: list[ResolvedTest] = []
    issues: list[Issue] = []
    for i, test in enumerate(design.spec.lift_tests):
        try:
            tests.append(_resolve(test, design))
        except FieldsError as error:
            where = pointer("lift_tests", i)
            issues += [Issue(where + e.pointer, e.code, e.detail) for e in error.issues]
    if issues:
        raise SpecError(issues)
    return tuple(tests)


def _resolve(test: LiftTest, design: Design) -> ResolvedTest:
    structure, panel = design.structure, design.panel
    channel = structure.channels.index(test.channel)
    window = lift_window(test, panel, weeks_ahead(structure))
    area = lift_area(test, panel, design.scales.geo_weight)
    base = world_before_spend(test, window, design)
    history = None if window.position is None else base.spend[..., channel] * test.treated_share
    context = PathContext(window, area, spend_reach(structure, channel), history)
    control, treatment = paths = spend_paths(test, context)
    result = _lift_in_kpi_units(
        test, design.spec, control[window.ahead :], treatment[window.ahead :]
    )
    issues = [*_contradictions(test, window, area, panel, result)]
    if issues:
        raise FieldsError(issues)
    worlds = [with_spend(base, channel, area, path / test.treated_share) for path in paths]
    share = np.where(area.cells, test.treated_share, 0.0)
    return ResolvedTest(test, channel, result.value, result.se, window, share, *worlds)


def _lift_in_kpi_units(
    test: LiftTest, spec: ModelSpec, control: Array, treatment: Array
) -> MeasuredLift:
    """Lift in KPI units, from spend ``(week, geo)`` of both worlds in the weeks measured."""
    result, extra = test.result, float((treatment - control).sum())
    rounding = 1e-9 * float((treatment + control).sum())
    if result.form in {"roas", "cost_per_unit"} and abs(extra) <= rounding:
        detail = "both worlds spend the same in total, so a return on extra spend has no meaning"
        raise FieldsError([Issue(pointer("result", result.form), "no_extra_spend", detail)])
    return lift_in_kpi_units(result, extra, unit_value(spec, result))


def _contradictions(
    test: LiftTest, window: LiftWindow, area: LiftArea, panel: Panel, result: MeasuredLift
) -> Iterator[Issue]:
    """Issues of results that contradict the KPI in the test's own weeks and geos, where
    observed."""
    if window.position is None:
        return
    weeks = slice(window.position, window.position + window.length + window.cooldown)
    kpi = panel.array("kpi")
    observed = float(kpi[weeks, area.cells].sum()) * test.treated_share
    yield from _impossible(test, result, observed, positive=bool(kpi.min() >= 0.0))
    if test.result.control_total is None:
        return
    lifted = 1.0 + test.result.value / 100.0 if test.treatment is None else 1.0
    implied = test.result.control_total * lifted
    if not observed / 2.0 <= implied <= observed * 2.0:
        detail = (
            f"{test.result.control_total:,.6g} implies {implied:,.6g} in the test's geos and weeks "
            f"(cool-down included), but the data have {observed:,.6g}; {HINT}"
        )
        yield Issue("/result/control_total", "wrong_total", detail)


def _impossible(
    test: LiftTest, result: MeasuredLift, observed: float, *, positive: bool
) -> Iterator[Issue]:
    """An issue of a lift that implies a negative KPI in the world that was not observed."""
    if not positive or (test.control is not None and test.treatment is not None):
        return
    other = observed - result.value if test.treatment is None else observed + result.value
    if other + 2.0 * result.se < 0.0:
        detail = (
            f"a lift of {result.value:,.6g} with s.e. {result.se:,.6g} leaves {other:,.6g} of the "
            f"{observed:,.6g} that the test's geos had in its weeks; {HINT}"
        )
        yield Issue(pointer("result", test.result.form), "impossible", detail)
