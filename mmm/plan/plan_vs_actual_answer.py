"""Plan against actual, as JSON."""

from datetime import date

from pydantic import Field

from mmm.interval import Answer, Interval


class DifferenceRow(Answer):
    """The part of the KPI of these weeks that is due to one cause."""

    name: str
    kind: str
    amount: Interval


class Residual(Answer):
    """The part that the model did not predict, and its predictive interval."""

    amount: Interval
    expected: Interval = Field(description="Predictive interval of the amount.")
    within: bool = Field(description="Whether the mean amount lies within it.")
    share_below: float = Field(description="Share of predictive draws below the actual KPI.")


class DifferenceWeek(Answer):
    """One week; ``amounts`` by cause add up to ``actual``."""

    week: date
    actual: float
    planned: Interval
    amounts: dict[str, Interval]
    residual: Residual
    spend_planned: float
    spend_actual: float


class SpendRow(Answer):
    """Planned and actual spend of a channel in these weeks; currency."""

    name: str
    planned: float
    actual: float


class PlanVersusActual(Answer):
    """The KPI of the weeks that have happened, from reference to actual.

    ``rows`` in ``order`` add up to ``actual`` (their means too); ``execution`` and ``market`` list
    the parts of the rows of that name. ``planned`` is reference and plan together.
    """

    start: date
    end: date
    weeks: int
    weeks_planned: int
    unit: str
    order: tuple[str, ...]
    actual: float
    planned: Interval = Field(description="Expected KPI under the plan.")
    promised: Interval = Field(description="The same with noise: the KPI that the plan promised.")
    promise_kept: bool = Field(description="Whether actual lies within promised.")
    difference: Interval = Field(description="Actual less planned.")
    rows: tuple[DifferenceRow, ...]
    execution: tuple[DifferenceRow, ...]
    market: tuple[DifferenceRow, ...]
    residual: Residual
    by_week: tuple[DifferenceWeek, ...]
    spend: tuple[SpendRow, ...]
