"""The answer of a reading, as JSON."""

from datetime import date
from typing import Literal

from pydantic import Field

from mmm.interval import Answer, Interval

Phase = Literal["before", "window", "cooldown"]


class ReadInterval(Interval):
    """An interval with the ends of the central 95 %, which leave zero out where p is below .05."""

    p2_5: float
    p97_5: float


class ReadPeriod(Answer):
    """A day or week: what was sold in the treated geos, and what would have been."""

    date: date
    phase: Phase
    observed: float
    predicted: float
    p2_5: float | None = Field(description="Of what would have been sold; null before the window.")
    p97_5: float | None


class DonorWeight(Answer):
    """How much of an estimator's prediction a donor makes up."""

    geo: str
    weight: float


class ReadEstimator(Answer):
    """One estimator's own reading, and its weight in the stack by how it predicted the history."""

    name: str
    weight: float
    incremental: ReadInterval
    p_value: float
    donors: tuple[DonorWeight, ...] = Field(description="Of half a percent or more.")


class PublishedEstimate(Answer):
    """A published estimator of sales themselves, beside the reading and never part of it."""

    name: str
    incremental: float
    standard_error: float | None = Field(description="From placebos, where the estimator has one.")
    per_geo_and_period: float
    fit_distance: float = Field(description="Root of the summed squared gaps before the window.")


class PlaceboGeo(Answer):
    """A donor read over the same window as if it had been treated."""

    geo: str
    lift: float
    p_value: float


class PlaceboWindow(Answer):
    """A window of the history of the treated geos, in which nothing was done."""

    start: date
    end: date
    lift: float
    p_value: float


class PlacebosInSpace(Answer):
    """Donors as if treated: the test should stand out, and few of them should show an effect."""

    share_below_5: float | None = Field(
        description="Of donors with p below .05; about .05 is right."
    )
    share_below_10: float | None
    rank_p_value: float | None = Field(
        description="Share of donors, the treated counted, whose p is as small as the test's."
    )
    geos: tuple[PlaceboGeo, ...]


class PlacebosInTime(Answer):
    """Windows of the history; they overlap, so that their share is a rough one."""

    share_below_10: float | None
    windows: tuple[PlaceboWindow, ...]


class ReadSpend(Answer):
    """Money of the treated geos over window and cool-down, currency."""

    spent: float
    usual: float
    extra: float = Field(description="Spent less usual; negative for a cut.")


class Detectable(Answer):
    """The smallest true lift found at 5 % four times in five; null where none is."""

    increase: float | None
    cut: float | None


class GeoTestReading(Answer):
    """What a geo test says: every figure from one predictive distribution of untreated sales."""

    summary: str
    method: Literal["stacked", "interrupted_time_series"]
    treated: tuple[str, ...]
    donors: int
    start: date
    end: date
    read_until: date = Field(description="Last period of the cool-down, or of the window.")
    period: Literal["day", "week"]
    incremental: ReadInterval = Field(description="KPI units over window and cool-down.")
    lift: ReadInterval = Field(description="The same as a share of what would have been sold.")
    p_value: float = Field(description="Two-sided, of no effect.")
    probability_positive: float
    observed: float
    undisturbed: ReadInterval = Field(description="What would have been sold.")
    per_geo_and_period: ReadInterval
    window_incremental: ReadInterval | None = Field(description="Without the cool-down.")
    lift_after_ramp: ReadInterval | None = Field(description="Of the window after its ramp.")
    spend: ReadSpend | None
    incremental_value: ReadInterval | None = Field(description="Currency, at value_per_unit.")
    iroas: ReadInterval | None = Field(
        description="Incremental value over extra spend; of a cut, value lost over spend saved."
    )
    detectable: Detectable
    periods: tuple[ReadPeriod, ...]
    estimators: tuple[ReadEstimator, ...]
    comparisons: tuple[PublishedEstimate, ...]
    placebos_in_space: PlacebosInSpace
    placebos_in_time: PlacebosInTime
    warnings: tuple[str, ...]
