"""Known-truth worlds in which the usual specification is wrong: what should not be trusted.

150 weeks, three channels, own price, a rival's price and spend, distribution. The specification
``SPEC`` is that of an analyst's first day; only the world differs:

    clean          nothing is wrong
    hidden_demand  an unseen AR(1) demand drives the budgets of tv and search, and the KPI
    white_demand   the same without memory
    affiliate      radio's spend is 6 % of the week's sales and causes nothing
    drift          tv's effectiveness falls from 1.6 to 0.3 times its mean
    null           radio does nothing
    tiny           media are 0.4 % of sales
    collinear      radio's spend is proportional to tv's, up to 5 % noise
    outage         six weeks at half the sales, not named
    level_break    the level falls by 18 % once, not named
    promotion      promotions that tv follows, not in the table
    feedback       budgets follow last week's sales, and noise remembers
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.types import Array

CHANNELS = ("tv", "search", "radio")
KINDS = (
    "clean",
    "hidden_demand",
    "white_demand",
    "affiliate",
    "drift",
    "null",
    "tiny",
    "collinear",
    "outage",
    "level_break",
    "promotion",
    "feedback",
)
SPEC = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 1.0},
    "date": "week",
    "channels": list(CHANNELS),
    "price": {"column": "price"},
    "competitors": [{"name": "rival", "price": "rival_price", "spend": "rival_spend"}],
    "controls": ["distribution"],
}
WEEKS, BASE, NOISE = 150, 100_000.0, 0.035
LEVEL, CEILING = np.array([9000.0, 6000.0, 4000.0]), np.array([0.30, 0.18, 0.10])
HALF, SLOPE = np.array([1.0, 0.8, 1.2]), np.array([1.1, 1.0, 1.0])
RETENTION = np.array([0.5, 0.2, 0.4])
LAGS = 9


@dataclass(frozen=True)
class KnownWorld(ABC):
    """``frame``: the table. ``contribution (channel,)``: KPI units over all weeks against no spend.
    ``spend (week, channel)``."""

    kind: str
    frame: pd.DataFrame
    contribution: Array
    spend: Array

    @property
    @abstractmethod
    def channels(self) -> tuple[str, ...]:
        """Names in the order of ``contribution``."""

    @property
    def roi(self) -> Array:
        """(channel,) contribution per unit of spend."""
        return np.asarray(self.contribution / self.spend.sum(0))

    @abstractmethod
    def response(self, spend: Array) -> Array:
        """(week,) what media with ``spend (week, channel)`` add at reference prices, at the last
        week's effectiveness."""


@dataclass(frozen=True)
class WrongWorld(KnownWorld):
    """``scale (channel,)``: mean spend of active weeks."""

    scale: Array

    channels = CHANNELS

    def response(self, spend: Array) -> Array:
        """(week,) what media add with ``spend (week, channel)``."""
        curves = _curves(spend, self.scale, "" if self.kind == "drift" else self.kind)
        if self.kind == "drift":
            curves[:, 0] *= 0.3
        return np.asarray(curves.sum(1))


def make(kind: str, seed: int) -> WrongWorld:
    """The world of ``kind``; equal seeds give equal worlds. Raises KeyError for another kind."""
    if kind not in KINDS:
        raise KeyError(f"{kind!r} is none of {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, 2026])
    week = np.arange(WEEKS)
    if kind == "hidden_demand":
        demand = remembering(0.85, np.sqrt(1 - 0.85**2) * rng.standard_normal(WEEKS - 1))
    else:
        demand = rng.standard_normal(WEEKS)
    promotion = (rng.random(WEEKS) < 0.15).astype(float)
    spend = LEVEL * np.exp(rng.normal(0, 0.6, (WEEKS, 3)))
    spend *= rng.random((WEEKS, 3)) < [0.75, 0.95, 0.7]
    if kind in ("hidden_demand", "white_demand"):
        spend[:, :2] *= np.exp(0.8 * demand)[:, None]
    if kind == "promotion":
        on = np.where(promotion > 0, 2.5, rng.random(WEEKS) < 0.6)
        spend[:, 0] = LEVEL[0] * np.exp(rng.normal(0, 0.5, WEEKS)) * on
    if kind == "collinear":
        spend[:, 2] = 0.45 * spend[:, 0] * np.exp(rng.normal(0, 0.05, WEEKS))
    price = 20 * np.exp(0.05 * rng.standard_normal(WEEKS) + 0.03 * np.sin(week / 9))
    rival_price = 20 * np.exp(0.05 * rng.standard_normal(WEEKS))
    rival_spend = 5000 * np.exp(0.5 * rng.standard_normal(WEEKS))
    distribution = 70 + 5 * np.cumsum(rng.normal(0, 0.2, WEEKS))
    factor = price_factor(price, rival_price)
    size = 40.0 if kind == "tiny" else 1.0
    season = 0.1 * np.sin(2 * np.pi * week / 52.18) + 0.06 * (week / WEEKS - 0.5)
    others = 0.01 * (distribution - distribution.mean()) - 0.015 * (rival_spend / 5000 - 1)
    base = size * BASE * (1 + season + others)
    base -= 0.18 * BASE * (week >= 0.55 * WEEKS) if kind == "level_break" else 0.0
    base -= 0.5 * BASE * ((week >= 60) & (week < 66)) if kind == "outage" else 0.0
    scale = np.array([s[s > 0].mean() for s in spend.T])
    noise = NOISE * size * BASE * rng.standard_normal(WEEKS)
    if kind == "feedback":
        sales = _with_feedback(base, factor, noise, spend, scale)
    else:
        sales = (base + _curves(spend, scale, kind).sum(1)) * factor + noise
    share = {"hidden_demand": 0.08, "white_demand": 0.07}.get(kind, 0.0)
    sales = sales + share * BASE * demand
    sales = sales + (0.25 * BASE * promotion if kind == "promotion" else 0.0)
    if kind == "affiliate":
        spend[:, 2] = 0.06 * sales * np.exp(rng.normal(0, 0.05, WEEKS))
    media = _curves(spend, scale, kind) * factor[:, None]
    frame = pd.DataFrame(
        {
            "week": pd.date_range("2022-01-03", periods=WEEKS, freq="W-MON"),
            "sales": sales,
            "price": price,
            "rival_price": rival_price,
            "rival_spend": rival_spend,
            "distribution": distribution,
            **dict(zip(CHANNELS, spend.T, strict=True)),
        }
    )
    return WrongWorld(kind, frame, media.sum(0), spend, scale)


def price_factor(price: Array, rival_price: Array) -> Array:
    """(week,) what the prices multiply the sales by."""
    return np.asarray((price / 20) ** -1.8 * (rival_price / 20) ** 0.4)


def _with_feedback(base: Array, factor: Array, noise: Array, spend: Array, scale: Array) -> Array:
    """(week,) sales in a world where the first two budgets, changed in place, follow them."""
    sales, memory = np.zeros(WEEKS), 0.0
    for t in range(WEEKS):
        memory = 0.7 * memory + noise[t]
        if t:
            spend[t, :2] *= np.exp(4 * (sales[t - 1] / (1.35 * BASE) - 1))
        sales[t] = ((base + _curves(spend, scale, "feedback").sum(1)) * factor)[t] + memory
    return sales


def remembering(memory: float, shocks: Array) -> Array:
    """(week,) an AR(1) series that begins at zero, with ``shocks (week - 1,)`` from the second."""
    series = np.zeros(len(shocks) + 1)
    for t in range(1, len(series)):
        series[t] = memory * series[t - 1] + shocks[t - 1]
    return series


def _curves(spend: Array, scale: Array, kind: str) -> Array:
    """(week, channel) KPI units at reference prices."""
    out = np.empty_like(spend)
    for c in range(3):
        weights = RETENTION[c] ** np.arange(LAGS)
        carried = np.convolve(spend[:, c] / scale[c], weights / weights.sum())[: len(spend)]
        powered = carried ** SLOPE[c]
        out[:, c] = CEILING[c] * BASE * powered / (HALF[c] ** SLOPE[c] + powered)
    if kind == "drift":
        out[:, 0] *= np.linspace(1.6, 0.3, len(spend))
    if kind in ("null", "affiliate"):
        out[:, 2] = 0.0
    return out
