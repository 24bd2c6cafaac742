"""Contributions, returns and response curves as JSON: types only, which load no numerics."""

from datetime import date
from typing import Literal

from mmm.interval import Answer, Interval
from mmm.posterior.evidence import GradeNote

Breakdown = Literal["total", "week", "geo"]


class ChannelReturn(Answer):
    """Spend, contribution and returns of a channel, in the report's ``unit`` and ``roi_unit``.

    Spend and returns are null for owned and organic media, which cost nothing.
    """

    name: str
    spend: float | None
    contribution: Interval
    roi: Interval | None
    marginal_roi: Interval | None


class Component(Answer):
    """One row of the decomposition; ``share`` is of the fitted mean of that week or geo."""

    name: str
    kind: str
    week: date | None = None
    geo: str | None = None
    contribution: Interval
    share: Interval


class ContributionReport(Answer):
    """The decomposition of the fitted mean, and the channels' returns, over the observed weeks.

    ``evidence``: the grade of every channel and of the price; null where the model has no record.
    """

    unit: str
    roi_unit: str
    by: Breakdown
    components: tuple[Component, ...]
    channels: tuple[ChannelReturn, ...]
    evidence: dict[str, GradeNote] | None = None


class CurvePoint(Answer):
    """At ``spend`` per week: contribution per week, and that of the next unit, in KPI units."""

    spend: float
    contribution: Interval
    marginal: Interval


class ChannelCurve(Answer):
    """A channel's curve and its observed spend, in currency per week over all geos.

    ``current``: mean of the recent weeks. ``cost`` "none": owned or organic media, whose "spend" is
    exposure in the unit of their column.
    """

    name: str
    cost: Literal["spend", "none"] = "spend"
    observed_min: float
    observed_max: float
    observed_mean: float
    current: float
    points: tuple[CurvePoint, ...]


class ResponseCurves(Answer):
    """Every channel's response curve, with the grade of each as in ``ContributionReport``."""

    unit: str
    channels: tuple[ChannelCurve, ...]
    evidence: dict[str, GradeNote] | None = None


class ObservedWeek(Answer):
    """One week: ``kpi`` as observed (null where it is unknown), the fitted ``mean``, the predictive
    interval ``predicted``, noise included, and ``spend`` by channel in currency."""

    week: date
    kpi: float | None
    mean: float
    predicted: Interval
    spend: dict[str, float]


class ObservedWeeks(Answer):
    """Every observed week, all geos together."""

    unit: str
    weeks: tuple[ObservedWeek, ...]
