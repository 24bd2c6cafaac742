"""What a backtest has found, as it is stored: origin by origin, and for each horizon."""

from datetime import date
from typing import Literal

from mmm.interval import Answer, Interval

NAIVE = {"last_year": "last year's same weeks", "seasonal_random_walk": "a seasonal random walk"}
"""The naive forecasts, in words."""


class WindowScore(Answer):
    """One window of an origin: the KPI's total over its weeks and geos, and the joint weekly score.

    ``pit``: share of the forecast below the outcome; ``crps`` in KPI units, lower is better;
    ``log_score``: natural log of the joint density of the weeks, higher is better, with ``se`` by
    simulation; ``naive_crps``, ``naive_log_score``: of each naive forecast.
    """

    weeks: int
    outcome: float
    forecast: Interval
    pit: float
    crps: float
    covered: bool
    log_score: float
    se: float
    effective_draws: float
    naive_crps: dict[str, float]
    naive_log_score: dict[str, float]


class WeekAhead(Answer):
    """One week, forecast from all weeks before it by the last fit of an origin before it.

    ``p5``, ``p50``, ``p95`` and ``mean`` of the KPI over geos, in its unit.
    """

    week: date
    outcome: float
    mean: float
    p5: float
    p50: float
    p95: float
    pit: float


class Origin(Answer):
    """What the model, fitted on the weeks before ``start`` alone, said of those from it on.

    ``verdict``: of that fit; ``compiled``: whether its structure needed code of its own.
    """

    start: date
    known_weeks: int
    verdict: str
    compiled: bool
    windows: tuple[WindowScore, ...]
    weeks_ahead: tuple[WeekAhead, ...]


class SkippedOrigin(Answer):
    """An origin whose weeks alone carry no model, and why."""

    start: date
    reason: str


class Against(Answer):
    """The model against one naive forecast, by the joint weekly log score of a window.

    ``difference``: mean over windows, above zero where the model is better; ``se`` with the overlap
    of windows allowed for; ``p_worse``: one-sided p-value of a t-test that the model is worse; null
    where the windows are too few to judge.
    """

    naive: Literal["last_year", "seasonal_random_walk"]
    difference: float
    se: float | None
    p_worse: float | None
    crps_ratio: float


class HorizonScores(Answer):
    """The windows of one length together.

    ``effective``: how many independent windows they are worth; ``judged``: whether that is enough.
    ``covered``: share of the outcomes inside the 90 % interval. ``bias``: mean outcome less mean
    forecast, relative to the mean outcome. ``total_error``: absolute error of the summed forecasts
    over the summed outcomes.
    """

    weeks: int
    windows: int
    effective: float
    judged: bool
    covered: float
    mean_pit: float
    crps: float
    log_score: float
    bias: float
    total_error: float
    against: tuple[Against, ...]
    sentence: str


class Backtest(Answer):
    """Exact leave-future-out of a model.

    ``judged_on``: weeks of the longest horizon with enough windows; null where none has. ``weeks``:
    one-step-ahead forecasts of ``weeks_covered`` of which the 90 % interval held.
    """

    origins: tuple[Origin, ...]
    skipped: tuple[SkippedOrigin, ...] = ()
    horizons: tuple[HorizonScores, ...]
    judged_on: int | None
    weeks: int
    weeks_covered: int
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...]
