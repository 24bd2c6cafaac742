"""A world in which brand media work directly and through brand search (numpy and pandas alone).

    search_t = S (1 + path * r(tv) + .25 demand_t + .06 noise)
    sales_t  = B (.45 + trend_t + season_t + .5 demand_t + social * h(social) + direct * h(tv))
               + B worth * search_t / S + .025 B noise
    h(x) = x^s / (k^s + x^s)      r(x) = (1 - e^(-rate x)) / (1 + e^(-rate x))

x is spend / mean active spend, carried over by its own geometric adstock (lags 0..8, normalised).
Demand is an autoregression that the table shows; it moves sales, search and both budgets. Sales
follow search whatever moved it, so about half of tv's total effect runs through search: holding
search fixed, a regression sees the other half alone.

With ``observed="monthly"`` search is known in every fourth week only, as from a brand tracker.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.worlds import Array

LAGS = 9
SALES, SEARCH = 50_000.0, 8_000.0
Observed = Literal["weekly", "monthly"]


@dataclass(frozen=True)
class Curve:
    """Carryover, and the shape of the effect: ``half`` and ``slope`` (Hill) or ``rate``."""

    alpha: float
    height: float
    half: float = 1.0
    slope: float = 1.0
    rate: float | None = None

    def __call__(self, exposure: Array) -> Array:
        """(week,) effect of ``exposure (week,)`` in multiples of mean active spend."""
        weights = self.alpha ** np.arange(LAGS)
        carried = np.convolve(exposure, weights / weights.sum())[: exposure.size]
        if self.rate is not None:
            decay = np.exp(-self.rate * carried)
            return np.asarray(self.height * (1 - decay) / (1 + decay))
        power = carried**self.slope
        return np.asarray(self.height * power / (self.half**self.slope + power))


@dataclass(frozen=True)
class MediatedWorld:
    """The table, and what is behind it; ``tv (week,)`` in currency."""

    frame: pd.DataFrame
    tv: Array
    direct: Curve
    path: Curve
    worth: float

    @property
    def total(self) -> float:
        """Sales that all of tv's spend caused, carryover counted."""
        return self.through(self.direct, SALES) + self.mediated

    @property
    def mediated(self) -> float:
        """The part of the total that runs through search."""
        return self.through(self.path, SALES * self.worth)

    def through(self, curve: Curve, unit: float) -> float:
        """Sum over the history and the carryover after it of one curve of tv, in ``unit``."""
        exposure = self.tv / self.tv[self.tv > 0].mean()
        return float(unit * curve(np.concatenate([exposure, np.zeros(LAGS)])).sum())


def mediated_world(seed: int, weeks: int = 156, observed: Observed = "weekly") -> MediatedWorld:
    """The world of that seed; its shapes and sizes differ from seed to seed."""
    rng = np.random.default_rng(seed)
    demand = _demand(rng, weeks)
    tv, social = _flights(rng, demand, 20_000.0, 0.55), _flights(rng, demand, 9_000.0, 0.8)
    direct = _hill(rng, 0.12)
    path = Curve(rng.uniform(0.3, 0.7), rng.uniform(0.5, 0.8), rate=rng.uniform(0.8, 1.6))
    worth = rng.uniform(0.20, 0.30)
    scaled = tv / tv[tv > 0].mean()
    search = 1 + path(scaled) + 0.25 * demand + 0.06 * rng.standard_normal(weeks)
    sales = _baseline(weeks) + 0.5 * demand + direct(scaled) + worth * search
    sales += _hill(rng, 0.15)(social / social[social > 0].mean())
    sales += 0.025 * rng.standard_normal(weeks)
    seen = np.arange(weeks) % 4 == 0 if observed == "monthly" else np.full(weeks, True)
    frame = pd.DataFrame(
        {
            "week": pd.date_range("2022-01-03", periods=weeks, freq="W-MON"),
            "sales": SALES * sales,
            "tv": tv,
            "social": social,
            "brand_queries": np.where(seen, SEARCH * search, np.nan),
            "demand_index": 100 * (1 + 0.1 * demand),
        }
    )
    return MediatedWorld(frame, tv, direct, path, worth)


def _demand(rng: np.random.Generator, weeks: int) -> Array:
    """(week,) autoregression with a standard deviation of about 0.2."""
    out = np.zeros(weeks)
    for t in range(1, weeks):
        out[t] = 0.8 * out[t - 1] + 0.12 * rng.standard_normal()
    return out


def _flights(rng: np.random.Generator, demand: Array, usual: float, on: float) -> Array:
    """(week,) spend in flights of two weeks, higher where demand is."""
    flight = np.repeat(rng.random(demand.size // 2 + 1) < on, 2)[: demand.size]
    moves = np.exp(0.5 * rng.standard_normal(demand.size) + 1.2 * demand)
    return np.asarray(usual * moves * flight)


def _hill(rng: np.random.Generator, height: float) -> Curve:
    """A curve near one: its effect at mean active spend is about half of ``height``."""
    size = height * rng.uniform(0.8, 1.2)
    return Curve(rng.uniform(0.2, 0.6), size, rng.uniform(0.6, 1.5), rng.uniform(0.9, 1.4))


def _baseline(weeks: int) -> Array:
    t = np.arange(weeks)
    season = 0.06 * np.sin(2 * np.pi * t / 52.18 + 0.6) + 0.02 * np.cos(4 * np.pi * t / 52.18)
    return np.asarray(0.45 + 0.08 * t / weeks + season)
