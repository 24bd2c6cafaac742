"""What a model expects of a test that has not been run: its lift and its cost, draw by draw.

Weeks of the data stand for those of the test: the latest in which the channel was on, spending what
it usually does. In the treated geos it then spends more or less than it did. The lift is the
contrast of the two do-worlds, carry-over into the cool-down included, as a measured test of the
same form would enter the likelihood.

    cost_s = extra spend - value of the lift_s       (a cut saves money and loses sales)
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

import numpy as np

from mmm.data.design import design_of
from mmm.data.kpi_value import weekly_value
from mmm.errors import Issue, QueryError, SpecError, pointer
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import ResolvedTest, resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import LiftResult, LiftTest, SpendPath
from mmm.types import Array

YEAR = 52


@dataclass(frozen=True)
class PlannedTest:
    """A test to come: another spend of a channel for ``weeks``, read with its ``cooldown``.

    ``change``: ``scale`` or ``add`` to the spend, in currency per week over the geos. ``geos``: the
    treated ones, None for all. ``treated_share``: of these geos' people, the part that the test
    covers; below one where it runs in parts of a national series.
    """

    channel: str
    change: SpendPath
    weeks: int
    cooldown: int = 0
    geos: tuple[str, ...] | None = None
    treated_share: float = 1.0


@dataclass(frozen=True, eq=False)
class PredictedEffect:
    """lift, value, cost (draw,): in KPI units, and in money.  spend: extra, negative for a cut.

    kpi: of the treated geos in the test and its cool-down, in KPI units.  start: of the weeks that
    stand for those of the test.
    """

    lift: Array
    value: Array
    spend: float
    kpi: float
    start: date

    @property
    def cost(self) -> Array:
        """(draw,) what the test costs in money; negative where it earns."""
        return np.asarray(self.spend - self.value)

    def measured_sd(self, standard_error: float, transport: float) -> float:
        """S.d. of the measured lift around this one: sampling, and the relative ``transport``."""
        return float(np.hypot(standard_error, transport * np.sqrt(np.square(self.lift).mean())))

    def times(self, share: float) -> Self:
        """The effect of the same test in ``share`` of what it treated."""
        return replace(
            self,
            lift=share * self.lift,
            value=share * self.value,
            spend=share * self.spend,
            kpi=share * self.kpi,
        )


def predicted_effect(model: FittedModel, test: PlannedTest) -> PredictedEffect:
    """The lift, spend and cost of a planned test; raises QueryError for one that cannot be run."""
    require_bought(model, test.channel)
    resolved = _resolved(model, test)
    rows = resolved.window.rows[resolved.window.ahead :]
    extra = (resolved.treatment.spend - resolved.control.spend)[resolved.window.ahead :]
    spend = float((extra[..., resolved.channel] * resolved.share).sum())
    draws = model.posterior.draws
    lift = predicted_lifts([resolved], draws, model.design, np, plain_array)[..., 0]
    kpi = model.panel.array("kpi")[rows] * resolved.share
    worth = weekly_value(model.panel, model.spec, model.design.observed.price)[rows]
    each = float((worth * kpi).sum() / kpi.sum()) if kpi.sum() > 0.0 else float(worth.mean())
    lift = np.asarray(lift, dtype=np.float64).ravel()
    return PredictedEffect(lift, each * lift, spend, float(kpi.sum()), resolved.window.first)


def _resolved(model: FittedModel, test: PlannedTest) -> ResolvedTest:
    """The test in weeks of the data, as one whose result is still unknown."""
    start = model.panel.weeks[_first_week(model, test)]
    planned = LiftTest(
        channel=test.channel,
        start=start,
        end=start + timedelta(weeks=test.weeks - 1),
        cooldown=test.cooldown,
        geos=test.geos,
        treated_share=test.treated_share,
        control=_spend_of_part(model, test, start),
        treatment=test.change,
        result=LiftResult(lift=0.0, se=1.0),
    )
    spec = model.spec.model_copy(update={"lift_tests": (planned,)})
    try:
        return resolve_lift_tests(design_of(spec, model.panel, model.scales))[0]
    except SpecError as error:
        own = pointer("lift_tests", 0)
        issues = [
            Issue(issue.pointer.removeprefix(own), issue.code, issue.detail)
            for issue in error.issues
        ]
        raise QueryError(issues) from error


def _first_week(model: FittedModel, test: PlannedTest) -> int:
    """The latest week of the last year from which the channel spent what it usually does."""
    weeks, length = len(model.panel.weeks), test.weeks + test.cooldown
    if length > weeks:
        detail = f"{test.weeks} weeks and {test.cooldown} to cool down; the data have {weeks}"
        raise QueryError([Issue("/weeks", "too_long", detail)])
    channel = model.structure.channels.index(test.channel)
    spend = model.panel.array("spend")[..., channel].sum(axis=1)
    usual = test.weeks * spend[-YEAR:].mean()
    last, earliest = weeks - length, max(weeks - YEAR, 0)
    for first in range(last, min(earliest, last) - 1, -1):
        if spend[first : first + test.weeks].sum() >= usual:
            return first
    return last


def _spend_of_part(model: FittedModel, test: PlannedTest, start: date) -> SpendPath | None:
    """The spend of a part of a national series, which is not in the data by itself.

    None where the whole of the geos is treated: then the data have it.
    """
    if test.treated_share == 1.0:
        return None
    if len(model.panel.geos) > 1:
        detail = "the model has geos: name the treated ones instead of their share"
        raise QueryError([Issue("/treated_share", "has_geos", detail)])
    first, channel = model.panel.weeks.index(start), model.structure.channels.index(test.channel)
    spend = model.panel.array("spend")[first : first + test.weeks, 0, channel]
    return SpendPath(weekly=tuple((test.treated_share * spend).tolist()))


def require_channel(model: FittedModel, channel: str) -> None:
    """Raise QueryError for what is no channel."""
    known = model.structure.channels
    if channel not in known:
        detail = f"{channel!r} is not a channel; the channels are: {', '.join(known)}"
        raise QueryError([Issue("/channel", "unknown_channel", detail)])


def require_bought(model: FittedModel, channel: str) -> None:
    """Raise QueryError for what is no channel, or has no spend that a test could change."""
    require_channel(model, channel)
    if channel in model.structure.owned_channels:
        detail = f"{channel!r} has no cost, so a test cannot change its spend"
        raise QueryError([Issue("/channel", "owned", detail)])
