"""What a refit changed, as JSON."""

from datetime import date
from typing import Literal

from pydantic import Field

from mmm.interval import Answer, Interval

QuantityKind = Literal["contribution", "roi", "elasticity", "parameter"]
StabilityStatus = Literal["stable", "caution", "unstable"]


class QuantityMove(Answer):
    """One quantity before and after; ``move`` is the difference of the posterior means.

    The three causes add up to ``move``; null where the draws cannot tell them apart (see notes).
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
    """How far one week alone moves a quantity, in posterior s.d. before."""

    name: str
    kind: QuantityKind
    in_sd: float


class NewWeek(Answer):
    """A new week: what the model before expected of it, and what it moves by itself."""

    week: date
    kpi: float
    forecast: Interval | None = Field(description="Of the model before, given the week's spend.")
    z: float | None = Field(description="Distance of the kpi from the forecast in its s.d.")
    pareto_k: float | None = Field(
        description="Above 0.7 the week's moves are rough; null: without any bound."
    )
    moves: tuple[WeekMove, ...] = Field(description="The largest, of contributions and prices.")


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
    """What moved between two fits over the weeks that both have seen, how far, and why."""

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
