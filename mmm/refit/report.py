"""The stability report of a refit, as JSON."""

from datetime import date
from typing import Literal

from pydantic import Field

from mmm.interval import Answer, Interval

QuantityKind = Literal["contribution", "roi", "elasticity", "parameter"]
StabilityStatus = Literal["stable", "caution", "unstable"]


class QuantityMove(Answer):
    """One quantity before and after a refit; ``move`` is the difference of the posterior means.

    The three causes add up to ``move``; null where the draws cannot separate them (see notes).
    """

    name: str
    kind: QuantityKind
    before: Interval
    after: Interval
    move: float
    in_sd: float = Field(description="move / posterior s.d. before.")
    expected_sd: float = Field(description="s.d. of the move if both fits are right.")
    surprise: float = Field(description="move / expected_sd.")
    by_restated: float | None
    by_specification: float | None
    by_new_weeks: float | None


class WeekMove(Answer):
    """How far a single week moves a quantity, in posterior s.d. before the refit."""

    name: str
    kind: QuantityKind
    in_sd: float


class NewWeek(Answer):
    """A new week: the previous model's forecast of it, and how far it moves the fit by itself."""

    week: date
    kpi: float
    forecast: Interval | None = Field(description="By the previous model, given the week's spend.")
    z: float | None = Field(description="Distance of the KPI from the forecast in its s.d.")
    pareto_k: float | None = Field(
        description="Above 0.7 the week's moves are unreliable; null: unbounded."
    )
    moves: tuple[WeekMove, ...] = Field(
        description="The largest moves of contributions and prices."
    )


class RestatedCell(Answer):
    """An old number that was changed; null is an empty cell."""

    column: str
    week: date
    geo: str
    old: float | None
    new: float | None


class StabilityCheck(Answer):
    """One check of a refit."""

    name: str
    value: float
    limit: float
    passed: bool
    status: StabilityStatus
    message: str
    advice: str


class StabilityReport(Answer):
    """Moves of quantities between two fits over the weeks of both, their sizes and causes."""

    status: StabilityStatus
    summary: str
    start: date
    end: date
    kpi_unit: str
    checks: tuple[StabilityCheck, ...]
    moved: tuple[QuantityMove, ...]
    new_weeks: tuple[NewWeek, ...]
    restated: tuple[RestatedCell, ...] = Field(description="The first hundred.")
    restated_count: int
    specification_changed: bool
    notes: tuple[str, ...]
