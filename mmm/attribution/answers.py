"""ContributionReport, returns and response curves as JSON: types alone, which load no numerics."""

from datetime import date
from typing import Literal

from mmm.interval import Answer, Interval

Breakdown = Literal["total", "week", "geo"]


class ChannelReturn(Answer):
    """What a channel cost and earned; ``roi`` is in value per currency (see ``roi_unit``)."""

    name: str
    spend: float
    contribution: Interval
    roi: Interval
    marginal_roi: Interval


class Component(Answer):
    """One row of the decomposition; ``share`` is of the fitted mean of the same week or geo."""

    name: str
    kind: str
    week: date | None = None
    geo: str | None = None
    contribution: Interval
    share: Interval


class ContributionReport(Answer):
    """The decomposition and the channels' returns over the observed weeks."""

    unit: str
    roi_unit: str
    by: Breakdown
    components: tuple[Component, ...]
    channels: tuple[ChannelReturn, ...]


class CurvePoint(Answer):
    """At ``spend`` per week: contribution in kpi units per week, and kpi units of the next unit."""

    spend: float
    contribution: Interval
    marginal: Interval


class ChannelCurve(Answer):
    """A channel's curve with the spend observed, in currency per week over all geos."""

    name: str
    observed_min: float
    observed_max: float
    observed_mean: float
    current: float
    points: tuple[CurvePoint, ...]


class ResponseCurves(Answer):
    """Every channel's response curve."""

    unit: str
    channels: tuple[ChannelCurve, ...]
