"""The truth of a simulated world: its equations, and the true answers to questions.

Written with loops over channels and lags, independently of ``mmm/equations`` on purpose: each
checks the other. For week t, geo g, in KPI units:

    mean[t,g] = factor[t] * (base[t,g] + sum_c media[t,g,c] - rival[t,g]) + delta w_g (q_t - qbar)
    factor    = (price / price_ref)^e * (rival_price / rival_ref)^h
    base      = level_g + w_g * (trend * (position_t - 1/2) + season_t + u_t)
    season    = sum_k a_k sin(2 pi k d_t / 365.25 + f_k)
    media     = beta[c,g] * x^s / (k^s + x^s),     x = sum_l alpha^l z[t-l] / sum_l alpha^l
    rival     = gamma w_g * (1 - e^(-r x)) / (1 + e^(-r x)),   x as above from the rival's spend

    z  spend / ``exposure`` (mean spend of the active weeks)    d  days since 2000-01-01    l = 0..8
    w  population relative to the average geo    q  demand index    u  shock of the week (panels)
    e -> elasticity    h -> cross_elasticity    k -> half    s -> slope    r -> rival_rate

Questions follow the product's conventions: spend before the data is zero, carryover after the
window counts, prices and the rival stay at their last values after the data. Answers are of the
mean, without noise.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from mmm.types import Array

LAGS = 9
EPOCH = date(2000, 1, 1)
WeekRange = tuple[date, date]


@dataclass(frozen=True)
class Series:
    """The series that drive a world, one row per week: ``spend (week, geo, channel)`` and
    ``rival_spend (week,)`` in currency, ``price``, ``rival_price``, ``demand``, ``shock`` each
    ``(week,)``."""

    start: date
    spend: Array
    price: Array
    rival_price: Array
    rival_spend: Array
    demand: Array
    shock: Array

    @property
    def weeks(self) -> tuple[date, ...]:
        return tuple(self.start + timedelta(weeks=i) for i in range(self.price.size))

    def continued_by(self, spend: Array) -> "Series":
        """The series continued by ``spend (week, geo, channel)``: prices, the rival and demand stay
        as in the last week, and no shock falls."""
        count = spend.shape[0]
        still: dict[str, Any] = {
            name: np.append(series, np.full(count, 0.0 if name == "shock" else series[-1]))
            for name, series in self.national().items()
        }
        return replace(self, spend=np.concatenate([self.spend, spend]), **still)

    def national(self) -> dict[str, Array]:
        """The national series by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)[2:]}


@dataclass(frozen=True)
class Truth:
    """The parameters of a world and its past; arrays are (channel,), (geo,) or (channel, geo)."""

    channels: tuple[str, ...]
    value_per_unit: float
    past: Series
    weight: Array
    level: Array
    trend: float
    season: Array
    phase: Array
    alpha: Array
    half: Array
    slope: Array
    beta: Array
    exposure: Array
    elasticity: float
    price_ref: float
    cross_elasticity: float
    rival_ref: float
    gamma: float
    rival_alpha: float
    rival_rate: float
    rival_exposure: float
    demand_effect: float
    demand_mean: float

    def factor(self, series: Series) -> Array:
        """(week,) price factor."""
        own: Array = (series.price / self.price_ref) ** self.elasticity
        return own * (series.rival_price / self.rival_ref) ** self.cross_elasticity

    def base(self, series: Series) -> Array:
        """(week, geo) baseline before prices."""
        moves = series.shock.copy()
        span = self.past.price.size - 1
        for t, week in enumerate(series.weeks):
            days = (week - EPOCH).days
            moves[t] += self.trend * (((week - self.past.start).days / 7) / span - 0.5)
            for k, (size, phase) in enumerate(zip(self.season, self.phase, strict=True), start=1):
                moves[t] += size * np.sin(2 * np.pi * k * days / 365.25 + phase)
        return self.level + moves[:, None] * self.weight

    def media(self, series: Series) -> Array:
        """(week, geo, channel) contribution at the reference prices."""
        out = np.zeros_like(series.spend)
        for c in range(len(self.channels)):
            x = geometric_adstock(series.spend[:, :, c] / self.exposure[c], float(self.alpha[c]))
            power = x ** self.slope[c]
            out[:, :, c] = self.beta[c] * power / (self.half[c] ** self.slope[c] + power)
        return out

    def rival(self, series: Series) -> Array:
        """(week, geo) KPI that the rival's spend takes away, at the reference prices."""
        x = geometric_adstock(series.rival_spend[:, None] / self.rival_exposure, self.rival_alpha)
        decay: Array = np.exp(-self.rival_rate * x)
        return self.gamma * self.weight * (1 - decay) / (1 + decay)

    def mean(self, series: Series) -> Array:
        """(week, geo) expected KPI."""
        inner = self.base(series) + self.media(series).sum(-1) - self.rival(series)
        demand = self.demand_effect * (series.demand - self.demand_mean)
        return self.factor(series)[:, None] * inner + demand[:, None] * self.weight

    @property
    def contribution(self) -> dict[str, float]:
        """KPI units that each channel's spend caused within the history."""
        caused = self.factor(self.past)[:, None, None] * self.media(self.past)
        return dict(zip(self.channels, caused.sum((0, 1)).tolist(), strict=True))

    @property
    def roi(self) -> dict[str, float]:
        """Value per unit of spend over the history, carryover after it counted."""
        spent = self.past.spend.sum((0, 1)).tolist()
        caused = [-self.do_spend(name, 0.0) for name in self.channels]
        return {
            name: self.value_per_unit * units / cost
            for name, units, cost in zip(self.channels, caused, spent, strict=True)
        }

    def outcome(self, plan: Array) -> float:
        """Value that ``plan (week, channel)``, currency for the weeks after the data, brings over
        no spend in these weeks; geos share it by population. Its cost is not subtracted."""
        spend = plan[:, None, :] * (self.weight / self.weight.sum())[:, None]
        tail = np.zeros((LAGS - 1, *spend.shape[1:]))
        chosen = self.past.continued_by(np.concatenate([spend, tail]))
        silent = self.past.continued_by(np.concatenate([np.zeros_like(spend), tail]))
        return self.value_per_unit * float((self.mean(chosen) - self.mean(silent)).sum())

    def do_price(self, scale: float, window: WeekRange | None = None) -> float:
        """KPI change when the own price is scaled in the window (default: the whole history)."""
        return self._change("price", self._scaled(self.past.price, scale, window))

    def do_rival_spend(self, scale: float, window: WeekRange | None = None) -> float:
        """KPI change when the rival's spend is scaled in the window, carryover after it counted."""
        return self._change("rival_spend", self._scaled(self.past.rival_spend, scale, window))

    def do_spend(self, channel: str, scale: float, window: WeekRange | None = None) -> float:
        """KPI change when a channel's spend is scaled in the window, carryover after it counted."""
        spend = self.past.spend.copy()
        c = self.channels.index(channel)
        spend[:, :, c] = self._scaled(spend[:, :, c], scale, window)
        return self._change("spend", spend)

    def _change(self, name: str, past: Array) -> float:
        """KPI change, carryover counted, if the series ``name`` had been ``past``."""
        actual = self.past.continued_by(np.zeros((LAGS - 1, *self.past.spend.shape[1:])))
        changed: dict[str, Any] = {name: np.concatenate([past, getattr(actual, name)[len(past) :]])}
        return float((self.mean(replace(actual, **changed)) - self.mean(actual)).sum())

    def _scaled(self, series: Array, scale: float, window: WeekRange | None) -> Array:
        first, last = window or (self.past.weeks[0], self.past.weeks[-1])
        inside = np.array([first <= week <= last for week in self.past.weeks])
        return np.where(inside if series.ndim == 1 else inside[:, None], series * scale, series)


def geometric_adstock(x: Array, alpha: float) -> Array:
    """Geometric adstock of ``x (week, geo)`` over the lags 0..8, weights summing to one."""
    weights = [alpha**lag for lag in range(LAGS)]
    out = np.zeros_like(x)
    for t in range(x.shape[0]):
        for lag in range(min(LAGS, t + 1)):
            out[t] += weights[lag] / sum(weights) * x[t - lag]
    return out
