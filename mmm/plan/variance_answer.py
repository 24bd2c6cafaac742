"""Plan against actual, as JSON."""

from datetime import date

from pydantic import Field

from mmm.interval import Answer, Interval


class VarianceRow(Answer):
    """What one cause added to the kpi of the weeks."""

    name: str
    kind: str
    amount: Interval


class Residual(Answer):
    """What the model did not foresee, beside what it may miss by chance and by not knowing."""

    amount: Interval
    expected: Interval = Field(description="Predictive interval of the amount.")
    within: bool = Field(description="Whether the mean amount lies within it.")
    share_below: float = Field(description="Share of predictive draws below the actual kpi.")


class VarianceWeek(Answer):
    """One week; ``amounts`` by cause add up to ``actual``."""

    week: date
    actual: float
    planned: Interval
    amounts: dict[str, Interval]
    residual: Residual
    spend_planned: float
    spend_actual: float


class SpendRow(Answer):
    """What a channel was to get in these weeks, and what it got; currency."""

    name: str
    planned: float
    actual: float


class PlanVersusActual(Answer):
    """The kpi of the weeks that have happened, from reference to actual.

    ``rows`` in ``order`` add up to ``actual`` (their means too); ``execution`` and ``market`` list
    what theirs are made of. ``planned`` is reference and plan together.
    """

    start: date
    end: date
    weeks: int
    weeks_planned: int
    unit: str
    order: tuple[str, ...]
    actual: float
    planned: Interval = Field(description="Expected kpi under the plan.")
    promised: Interval = Field(description="The same with noise: what the plan let expect.")
    promise_kept: bool = Field(description="Whether actual lies within promised.")
    difference: Interval = Field(description="Actual less planned.")
    rows: tuple[VarianceRow, ...]
    execution: tuple[VarianceRow, ...]
    market: tuple[VarianceRow, ...]
    residual: Residual
    by_week: tuple[VarianceWeek, ...]
    spend: tuple[SpendRow, ...]
