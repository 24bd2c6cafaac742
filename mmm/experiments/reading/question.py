"""The question of a reading, as JSON: which columns hold what, who was treated, and when."""

from typing import Annotated, Literal

from pydantic import Field

from mmm.counterfactual.question import WeekRange
from mmm.spec.base import Column, Frozen
from mmm.spec.numbers import Positive
from mmm.spec.sizes import LONGEST_NAME

MOST_GEOS = 1_000
MOST_PERIODS = 1_500
"""Of a panel: four years of days."""
MOST_CELLS = 100_000
"""Periods times geos: a reading of so many takes about half a minute."""
MOST_TESTS = 100

GeoName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Geos = Annotated[tuple[GeoName, ...], Field(max_length=MOST_GEOS)]


class HistoryColumns(Frozen):
    """Columns of a table with a row for each period and geo, before any test."""

    date: Column
    geo: Column
    kpi: Column
    excluded: Geos = Field(default=(), description="Geos that take no part.")
    missing_rows: Literal["refuse", "zero"] = Field(
        default="refuse", description="zero: a period of a geo without a row is one without sales."
    )


class OtherTest(Frozen):
    """Another test on the same panel, its window as this test's: first and last period."""

    name: GeoName
    geos: Annotated[Geos, Field(min_length=1)]
    window: WeekRange


class ReadTestQuestion(Frozen):
    """Columns of a table with a row for each period and geo, and the test within it.

    A period is a day or a week, as the table has it.
    """

    date: Column
    geo: Column
    kpi: Column
    treated: Annotated[Geos, Field(min_length=1, description="Geos that were treated.")]
    window: WeekRange = Field(description="First and last period of the test.")
    spend: Column | None = Field(
        default=None, description="What was spent on what was tested, currency."
    )
    usual_spend: Column | None = Field(
        default=None,
        description="What would have been spent without the test. Default: each geo's mean before.",
    )
    cooldown: Annotated[int, Field(ge=0, le=MOST_PERIODS)] = Field(
        default=0, description="Periods after the window in which the effect goes on; they count."
    )
    ramp: Annotated[int, Field(ge=0, le=MOST_PERIODS)] = Field(
        default=0, description="First periods of the window in which the effect builds up."
    )
    excluded: Geos = Field(default=(), description="Geos that take no part.")
    missing_rows: Literal["refuse", "zero"] = Field(
        default="refuse", description="zero: a period of a geo without a row is one without sales."
    )
    other_tests: Annotated[tuple[OtherTest, ...], Field(max_length=MOST_TESTS)] = ()
    value_per_unit: Positive = Field(default=1.0, description="Currency a unit of the KPI.")
