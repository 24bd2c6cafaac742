"""Simulated worlds of known truth, for the demo, tests and documentation (numpy alone).

`make_world` draws a past of weekly spend, prices, a rival and demand, lets the equations of
``truth.py`` act on it, adds normal noise, and returns the table that an analyst would hold, the
spec that fits it, and the truth. The same arguments give the same world.

The six channels differ as real ones do: ``tv`` is flighted, ``search`` and ``tv`` follow demand
(which the table shows as ``demand_index``), ``social`` is proven (a long history, deliberately
varied), and ``new_video`` exists in the last ``new_weeks`` weeks only. About 27 % of sales come
from media.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from mmm.simulate.truth import Series, Truth
from mmm.types import Array

START = date(2022, 1, 3)
VALUE_PER_UNIT = 6.0
UNITS_PER_WEEK = 30_000.0
PRICE, RIVAL_PRICE = 25.0, 27.0
VIDEO_WEEKS = 10


@dataclass(frozen=True)
class ChannelProfile:
    """One simulated channel: usual spend per week, curve, share of weekly sales at saturation, and
    how its spend varies."""

    name: str
    spend: float
    alpha: float
    half: float
    slope: float
    ceiling: float
    spread: float
    on: float = 1.0
    follows_demand: float = 0.0


CHANNEL_PROFILES = (
    ChannelProfile("tv", 16_000, 0.50, 1.1, 1.2, 0.27, 0.60, on=0.60, follows_demand=1.5),
    ChannelProfile("search", 11_000, 0.15, 0.8, 1.0, 0.20, 0.50, on=0.85, follows_demand=1.5),
    ChannelProfile("social", 10_000, 0.35, 2.0, 1.1, 0.42, 0.80, on=0.70),
    ChannelProfile("radio", 7_000, 0.40, 0.7, 1.0, 0.07, 0.60, on=0.65),
    ChannelProfile("outdoor", 6_000, 0.55, 0.8, 1.2, 0.06, 0.60, on=0.55),
    ChannelProfile("new_video", 7_000, 0.40, 2.5, 1.0, 0.20, 0.25),
)


@dataclass(frozen=True)
class World:
    """The table, the spec that fits it (ModelSpec as JSON), and the truth behind it."""

    frame: pd.DataFrame
    spec: dict[str, object]
    truth: Truth


def make_world(
    weeks: int = 156,
    seed: int = 0,
    *,
    geos: int = 1,
    noise: float = 0.04,
    new_weeks: int = VIDEO_WEEKS,
) -> World:
    """A world of ``weeks`` weeks; with ``geos`` > 1 a panel of geos that differ in size and effect.

    ``noise`` is the standard deviation of a week's sales as a share of their base level.
    """
    rng = np.random.default_rng(seed)
    population = rng.lognormal(13.0, 0.5, geos) if geos > 1 else np.array([5e6])
    weight = population / population.mean()
    past = _past(rng, weeks, weight, new_weeks)
    truth = _truth(rng, past, weight)
    scatter = rng.standard_normal((weeks, geos)) * noise * UNITS_PER_WEEK * weight
    return World(_frame(truth, truth.mean(past) + scatter, population), _spec(geos), truth)


def _past(rng: np.random.Generator, weeks: int, weight: Array, new_weeks: int) -> Series:
    demand = _autoregression(rng, weeks, 0.85, 0.035)
    spend = np.stack([_spend(rng, item, demand, weight.size) for item in CHANNEL_PROFILES], axis=-1)
    spend[: weeks - new_weeks, :, -1] = 0.0
    return Series(
        start=START,
        spend=np.round(spend * weight[:, None], 2),
        price=np.round(PRICE * np.exp(_autoregression(rng, weeks, 0.7, 0.035)), 2),
        rival_price=np.round(RIVAL_PRICE * np.exp(_autoregression(rng, weeks, 0.8, 0.03)), 2),
        rival_spend=np.round(20_000 * rng.lognormal(0.0, 0.5, weeks), 2),
        demand=np.round(100 * (1 + demand), 3),
        shock=rng.normal(0.0, 0.015, weeks) * UNITS_PER_WEEK * (weight.size > 1),
    )


def _spend(rng: np.random.Generator, item: ChannelProfile, demand: Array, geos: int) -> Array:
    """(week, geo) spend of a geo of average size: log-normal, in flights of three weeks."""
    size = np.exp(item.spread * rng.standard_normal((demand.size, geos)))
    flight = np.repeat(rng.random(demand.size // 3 + 1) < item.on, 3)[: demand.size]
    return item.spend * size * (flight * np.exp(item.follows_demand * demand))[:, None]


def _truth(rng: np.random.Generator, past: Series, weight: Array) -> Truth:
    spread = 0.15 if weight.size > 1 else 0.0
    beta = np.array([[item.ceiling * UNITS_PER_WEEK] for item in CHANNEL_PROFILES]) * weight
    active = np.maximum((past.spend > 0).sum((0, 1)), 1)
    return Truth(
        channels=tuple(item.name for item in CHANNEL_PROFILES),
        value_per_unit=VALUE_PER_UNIT,
        past=past,
        weight=weight,
        level=UNITS_PER_WEEK * weight * np.exp(spread * rng.standard_normal(weight.size)),
        trend=0.12 * UNITS_PER_WEEK,
        season=np.array([0.10, 0.04]) * UNITS_PER_WEEK,
        phase=np.array([0.6, 1.9]),
        alpha=np.array([item.alpha for item in CHANNEL_PROFILES]),
        half=np.array([item.half for item in CHANNEL_PROFILES]),
        slope=np.array([item.slope for item in CHANNEL_PROFILES]),
        beta=beta * np.exp(spread * rng.standard_normal(beta.shape)),
        exposure=((past.spend / weight[:, None]).sum((0, 1)) / active)[:, None] * weight,
        elasticity=-1.8,
        price_ref=float(np.exp(np.log(past.price).mean())),
        cross_elasticity=0.4,
        rival_ref=float(np.exp(np.log(past.rival_price).mean())),
        gamma=0.08 * UNITS_PER_WEEK,
        rival_alpha=0.4,
        rival_rate=1.2,
        rival_exposure=float(past.rival_spend.mean()),
        demand_effect=0.006 * UNITS_PER_WEEK,
        demand_mean=float(past.demand.mean()),
    )


def _autoregression(rng: np.random.Generator, weeks: int, memory: float, step: float) -> Array:
    """(week,) autoregression around zero."""
    out = np.zeros(weeks)
    for t in range(1, weeks):
        out[t] = memory * out[t - 1] + step * rng.standard_normal()
    return out


def _frame(truth: Truth, sales: Array, population: Array) -> pd.DataFrame:
    past = truth.past
    parts = []
    for g, people in enumerate(population):
        columns: dict[str, object] = {"week": pd.DatetimeIndex(past.weeks)}
        if population.size > 1:
            columns |= {"region": f"region_{g:02d}", "population": round(float(people))}
        columns |= {"sales": np.round(sales[:, g], 2), "price": past.price}
        columns |= {name: past.spend[:, g, c] for c, name in enumerate(truth.channels)}
        columns |= {"rival_price": past.rival_price, "rival_spend": past.rival_spend}
        parts.append(pd.DataFrame(columns | {"demand_index": past.demand}))
    return pd.concat(parts, ignore_index=True)


def _spec(geos: int) -> dict[str, object]:
    spec: dict[str, object] = {
        "kpi": {"column": "sales", "kind": "units", "value_per_unit": VALUE_PER_UNIT},
        "date": "week",
        "channels": [item.name for item in CHANNEL_PROFILES],
        "price": {"column": "price", "acts_on": "all"},
        "competitors": [{"name": "rival", "price": "rival_price", "spend": "rival_spend"}],
        "controls": ["demand_index"],
        "seasonality": {"yearly": 2},
        "trend": {"kind": "linear"},
    }
    return spec | ({"geo": "region", "population": "population"} if geos > 1 else {})
