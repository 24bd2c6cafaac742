"""Marketing worlds of known truth for comparisons between tools (numpy and pandas alone).

A world is a panel of T weeks x G geos x C channels:

    kpi[t,g] = factor_t * base[t,g] + media[t,g] + rival_t + noise        price_on "baseline"
    kpi[t,g] = factor_t * (base[t,g] + media[t,g] + rival_t) + noise      price_on "all"
    base     = level_g * (1 + trend_t + season_t + demand_t)
    media    = sum_c beta[g,c] * x^s / (k^s + x^s),    x = adstock(spend / mean spend)
    factor   = (price / 20)^-1.2 * (competitor price / 21)^0.5

Adstock is geometric over 8 lags, normalised. The first three channels' budgets follow demand and
season, which the table shows as ``demand_index``. A ``World`` knows each channel's contribution and
ROI, the noiseless media effect of any spend, and the kpi at other prices, so that an attribution, a
plan and a what-if can be scored against what would really happen. This is no part of the product's
own simulator: its shapes differ on purpose (a rival's spend acts linearly, demand acts on the
baseline; the price spares media, as long as ``price_on`` is not "all").
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type Array = NDArray[np.float64]
PriceOn = Literal["baseline", "all"]

LAGS = 8
ELASTICITY, CROSS_ELASTICITY, RIVAL_EFFECT = -1.2, 0.5, -0.06
SIZES: dict[str, dict[str, Any]] = {
    "small": {"weeks": 104, "geos": 1, "channels": 4, "seed": 11},
    "national": {"weeks": 156, "geos": 1, "channels": 8, "seed": 12},
    "regional": {"weeks": 156, "geos": 20, "channels": 6, "seed": 13},
    "large": {"weeks": 156, "geos": 100, "channels": 10, "seed": 14},
}


@dataclass(frozen=True)
class Truth:
    """``spend (week, geo, channel)``, ``scale (1, geo, channel)``, ``beta (geo, channel)``,
    ``base`` and ``lost`` (to the rival's spend) (week, geo), ``factor`` (of the prices) (week,)."""

    spend: Array
    scale: Array
    alpha: Array
    half: Array
    slope: Array
    beta: Array
    population: Array
    base: Array
    lost: Array
    factor: Array
    price_on: PriceOn


@dataclass(frozen=True)
class World:
    frame: pd.DataFrame
    channels: list[str]
    controls: list[str]
    truth: Truth

    def response(self, spend: Array) -> Array:
        """(week, geo) noiseless media contribution of ``spend (week, geo, channel)``."""
        return np.asarray(curves(spend, self.truth).sum(-1))

    @property
    def contribution(self) -> Array:
        """(channel,) kpi that each channel's spend caused in the history."""
        return self._caused(0)

    @property
    def roi(self) -> Array:
        """(channel,) KPI per spend, carryover counted, at the prices of the last week."""
        return np.asarray(self._caused(LAGS) / self.truth.spend.sum((0, 1)))

    def kpi_at(self, own: float = 1.0, rival: float = 1.0) -> float:
        """Noiseless kpi of the history, both prices scaled by these numbers throughout."""
        world = self.truth
        factor = (world.factor * own**ELASTICITY * rival**CROSS_ELASTICITY)[:, None]
        other = self.response(world.spend) + world.lost
        mean = (
            factor * (world.base + other)
            if world.price_on == "all"
            else factor * world.base + other
        )
        return float(mean.sum())

    def _caused(self, after: int) -> Array:
        """(channel,) kpi that the history's spend caused in it and ``after`` weeks later."""
        ahead = np.zeros((after, *self.truth.spend.shape[1:]))
        media = curves(np.concatenate([self.truth.spend, ahead]), self.truth)
        if self.truth.price_on == "all":
            media = media * np.pad(self.truth.factor, (0, after), mode="edge")[:, None, None]
        return np.asarray(media.sum((0, 1)))

    @property
    def weekly_spend(self) -> Array:
        """(channel,) mean spend a week, all geos."""
        return np.asarray(self.truth.spend.sum(1).mean(0))


def adstock(x: Array, alpha: Array) -> Array:
    """``x (week, geo, channel)`` spread over 8 weeks with weights alpha^l that sum to one."""
    weights = alpha[None, :] ** np.arange(LAGS)[:, None]
    weights = weights / weights.sum(0)
    out = np.zeros_like(x)
    for lag in range(LAGS):
        out[lag:] += weights[lag] * x[: x.shape[0] - lag]
    return out


def curves(spend: Array, truth: Truth) -> Array:
    """(week, geo, channel) contribution of each channel."""
    power = adstock(spend / truth.scale, truth.alpha) ** truth.slope
    return np.asarray(truth.beta * power / (truth.half**truth.slope + power))


def make(size: str, seed: int | None = None, price_on: PriceOn = "baseline") -> World:
    """The world of that size; ``seed`` replaces the size's own."""
    recipe = SIZES[size]
    seed = recipe["seed"] if seed is None else seed
    return simulate(**{**recipe, "seed": seed, "price_on": price_on})


def simulate(
    weeks: int,
    geos: int,
    channels: int,
    seed: int,
    media_share: float = 0.35,
    noise: float = 0.06,
    confounded: float = 0.4,
    price_on: PriceOn = "baseline",
) -> World:
    rng = np.random.default_rng(seed)
    t = np.arange(weeks)
    season = 0.12 * np.sin(2 * np.pi * t / 52.18 + 0.6) + 0.05 * np.cos(4 * np.pi * t / 52.18)
    demand = np.zeros(weeks)
    for i in range(1, weeks):
        demand[i] = 0.85 * demand[i - 1] + rng.normal(0, 0.05)
    population = rng.lognormal(0, 0.6, geos) if geos > 1 else np.ones(1)
    level = rng.lognormal(9.5, 0.7, channels)
    spend = _spend(rng, level, population, confounded * (season + demand) * 4)
    kpi_base = 4.0 * level.sum() * population
    alpha = rng.beta(3, 4, channels)
    half, slope = rng.uniform(0.5, 1.8, channels), rng.uniform(0.8, 1.6, channels)
    share = rng.dirichlet(np.ones(channels) * 2) * media_share
    scale = spend.mean((0,), keepdims=True).clip(1e-9)
    beta = kpi_base[:, None] * share * rng.lognormal(0, 0.15, (geos, channels)) * 1.6
    own, rival = _price(rng, weeks, 20), _price(rng, weeks, 21)
    rival_spend = np.exp(rng.normal(0, 0.4, weeks)) * level.sum() * 0.3
    factor = (own / 20) ** ELASTICITY * (rival / 21) ** CROSS_ELASTICITY
    base = kpi_base * (1 + 0.15 * t / weeks + season + demand)[:, None]
    lost = RIVAL_EFFECT * kpi_base * (rival_spend / rival_spend.mean())[:, None]
    truth = Truth(
        spend=spend,
        scale=scale,
        alpha=alpha,
        half=half,
        slope=slope,
        beta=beta,
        population=population,
        base=base,
        lost=lost,
        factor=factor,
        price_on=price_on,
    )
    media = curves(spend, truth).sum(-1)
    everything = factor[:, None] * (base + lost + media)
    mean = everything if price_on == "all" else base * factor[:, None] + lost + media
    series = {
        "price": own,
        "competitor_price": rival,
        "competitor_spend": rival_spend,
        "demand_index": 100 * (1 + demand),
    }
    kpi = mean + rng.normal(0, noise, (weeks, geos)) * kpi_base
    names = [f"ch{c}" for c in range(channels)]
    return World(_frame(kpi, series, spend, names), names, list(series), truth)


def _spend(rng: np.random.Generator, level: Array, population: Array, drive: Array) -> Array:
    weeks, geos = drive.size, population.size
    spend = np.empty((weeks, geos, level.size))
    for c, usual in enumerate(level):
        on = rng.random((weeks, 1)) < rng.uniform(0.7, 1.0)
        moves = np.exp(rng.normal(0, 0.45, (weeks, geos)) + drive[:, None] * (c < 3))
        spend[:, :, c] = usual * population * moves * on
    return spend


def _price(rng: np.random.Generator, weeks: int, usual: float) -> Array:
    path = np.cumsum(rng.normal(0, 0.01, weeks)) * 0.5 + 0.03 * rng.standard_normal(weeks)
    return np.asarray(np.exp(path) * usual)


def _frame(kpi: Array, series: dict[str, Array], spend: Array, names: list[str]) -> pd.DataFrame:
    dates = pd.date_range("2022-01-03", periods=kpi.shape[0], freq="W-MON")
    parts = []
    for g in range(kpi.shape[1]):
        media = {name: spend[:, g, c] for c, name in enumerate(names)}
        columns = {"date": dates, "geo": f"g{g:03d}", "kpi": kpi[:, g], **series, **media}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
