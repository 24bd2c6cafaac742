"""Documents of a plan: spend by channel, week, geo and cell."""

from datetime import date

from pydantic import Field

from app.contract.plan_details import PlanDocument
from mmm.interval import Interval


class PlannedChannel(PlanDocument):
    """One channel: totals over the horizon in currency; ``change`` is relative to ``current``."""

    name: str
    spend: float
    current: float
    change: float | None = Field(description="spend / current - 1; null if current is 0.")
    marginal_roi: Interval = Field(description="Value of the next unit of currency.")
    beyond_observed: bool = Field(
        description="Extrapolation: more than the observed maximum in as many weeks."
    )


class GainByTime(PlanDocument):
    """A gain in two parts that add up to it, draw by draw."""

    inside: Interval = Field(description="Within the horizon, less what the plan costs more.")
    later: Interval = Field(description="By carryover after the horizon.")


class PlannedWeek(PlanDocument):
    """One week's spend by channel, all geos together."""

    week: date
    spend: dict[str, float]


class PlannedGeo(PlanDocument):
    """One geo's spend by channel over the horizon."""

    geo: str
    spend: dict[str, float]


class PlannedCell(PlanDocument):
    """Spend of one channel in one geo, one week, or both; null means all geos or all weeks."""

    channel: str
    geo: str | None
    week: date | None
    spend: float
    current: float
    beyond_observed: bool = Field(
        description="Extrapolation: more than the observed maximum there in as many weeks."
    )


class PlannedPlace(PlanDocument):
    """One week's spend by channel in one geo."""

    week: date
    geo: str
    spend: dict[str, float]


class Plan(PlanDocument):
    """Spend by channel, week, geo and cell."""

    total: float
    channels: tuple[PlannedChannel, ...]
    by_week: tuple[PlannedWeek, ...]
    by_geo: tuple[PlannedGeo, ...]
    by_week_and_geo: tuple[PlannedPlace, ...] = Field(description="Only with several geos.")
    cells: tuple[PlannedCell, ...] = Field(description="Only if weeks or geos were decided.")
