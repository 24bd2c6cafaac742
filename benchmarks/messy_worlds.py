"""Known-truth worlds that break the usual form in many ways at once, as businesses do.

156 weeks, six channels. An unseen demand that persists (a noisy index shows it) drives three
budgets and sales; the baseline wanders; noise remembers and has heavy tails; two peaks a year,
which budgets follow; one channel saturates before it carries over, one loses effectiveness, one is
new, and a search budget follows the brand medium's. ``SPEC`` is that of an analyst's first day.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.wrong_worlds import KnownWorld, remembering
from mmm.types import Array

CHANNELS = tuple(f"m{c}" for c in range(6))
SPEC = {
    "kpi": {"column": "kpi", "kind": "units", "value_per_unit": 1.0},
    "date": "date",
    "channels": list(CHANNELS),
    "price": {"column": "price"},
    "competitors": [{"name": "rival", "price": "competitor_price", "spend": "competitor_spend"}],
    "controls": ["demand_index"],
}
WEEKS, LAGS = 156, 12
FOLLOWS = np.array([2.5, 0.0, 1.5, 0.0, 1.0, 0.0])
"""How strongly each budget follows demand and the peaks."""

FIRST_SATURATES, LOSES, IS_NEW, NEW_WEEKS = 2, 3, 5, 16


@dataclass(frozen=True)
class Curves:
    """The media of a world: carryover ``kernel (channel, lag)``, Hill curves, ``height`` in KPI
    units, and what spend is measured in, ``scale`` (all ``(channel,)``)."""

    kernel: Array
    half: Array
    power: Array
    height: Array
    scale: Array

    def of(self, spend: Array, effect: Array) -> Array:
        """(week, channel) KPI units at reference prices; ``effect``: multiples of it."""
        out = np.empty_like(spend)
        for c in range(len(CHANNELS)):
            scaled = spend[:, c] / self.scale[c]
            first = self._hill(c) if c == FIRST_SATURATES else self._carry(c)
            then = self._carry(c) if c == FIRST_SATURATES else self._hill(c)
            out[:, c] = then(first(scaled))
        return np.asarray(out * effect * self.height)

    def _hill(self, c: int) -> Callable[[Array], Array]:
        half, power = self.half[c] ** self.power[c], self.power[c]
        return lambda x: np.asarray(x**power / (half + x**power))

    def _carry(self, c: int) -> Callable[[Array], Array]:
        return lambda x: np.convolve(x, self.kernel[c])[: x.size]


@dataclass(frozen=True)
class MessyWorld(KnownWorld):
    """``effect (week, channel)``: effectiveness over time."""

    effect: Array
    curves: Curves

    channels = CHANNELS

    def response(self, spend: Array) -> Array:
        """(week,) what media add with ``spend (week, channel)``."""
        return np.asarray(self.curves.of(spend, self.effect[-1:]).sum(1))


def make(seed: int) -> MessyWorld:
    """The world of ``seed``; equal seeds give equal worlds."""
    rng = np.random.default_rng([seed, 613])
    channels, week, lag = len(CHANNELS), np.arange(WEEKS), np.arange(LAGS) + 0.5
    shape, rate = rng.uniform(1.0, 2.4, channels), rng.uniform(0.5, 1.6, channels)
    kernel = lag ** (shape[:, None] - 1.0) * np.exp(-rate[:, None] * lag)
    half, power = rng.uniform(0.5, 1.6, channels), rng.uniform(0.8, 1.6, channels)
    level = rng.lognormal(9.0, 0.7, channels)
    demand = remembering(0.94, 0.022 * rng.standard_normal(WEEKS - 1))
    peaks = np.isin(week % 52, (49, 50)) * rng.uniform(0.2, 0.6)
    peaks = peaks + np.isin(week % 52, (22, 23, 24)) * rng.uniform(0.05, 0.25)
    wander = np.cumsum(rng.normal(0.0, 0.007, WEEKS))
    followed = FOLLOWS * (demand + 0.6 * peaks)[:, None]
    spend = level * np.exp(rng.normal(0.0, 0.5, (WEEKS, channels)) + followed)
    spend[:, 1] *= (0.3 + spend[:, 0] / spend[:, 0].mean()) ** 0.6
    spend *= rng.random((WEEKS, channels)) < rng.uniform(0.5, 1.0, channels)
    spend[: WEEKS - NEW_WEEKS, IS_NEW] = 0.0
    base = 5.0 * level.sum()
    share = 0.35 * rng.dirichlet(np.full(channels, 1.8))
    share[IS_NEW] = 0.04
    scale = np.array([s[s > 0.0].mean() for s in spend.T])
    curves = Curves(kernel / kernel.sum(1, keepdims=True), half, power, base * share, scale)
    effect = np.ones((WEEKS, channels))
    effect[:, LOSES] = np.linspace(1.3, 0.7, WEEKS)
    walk = np.cumsum(rng.normal(0.0, 0.01, WEEKS)) * 0.7
    price = 20.0 * np.exp(walk + 0.04 * rng.standard_normal(WEEKS))
    rival_price = 21.0 * np.exp(0.05 * rng.standard_normal(WEEKS))
    rival_spend = 0.5 * level.sum() * (0.4 + rng.gamma(2.0, 0.3, WEEKS))
    season = 0.12 * np.cos(2.0 * np.pi * (week - 30) / 52.18)
    factor = (price / 20.0) ** -2.0 * (rival_price / 21.0) ** 0.5 * (1.0 + season)
    noise = remembering(0.35, (0.025 * rng.standard_t(5, WEEKS))[1:])
    media = curves.of(spend, effect)
    kpi = (base * (1.0 + wander + demand + peaks) + media.sum(1)) * factor + base * noise
    kpi -= 0.05 * base * rival_spend / rival_spend.mean()
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2021-01-04", periods=WEEKS, freq="W-MON"),
            "kpi": kpi,
            "price": price,
            "competitor_price": rival_price,
            "competitor_spend": rival_spend,
            "demand_index": 50.0 + 80.0 * (demand + rng.normal(0.0, 0.02, WEEKS)),
            **dict(zip(CHANNELS, spend.T, strict=True)),
        }
    )
    return MessyWorld("messy", frame, factor @ media, spend, effect, curves)
