"""A series in which a hidden demand z drives both sales and the budget of one of two channels.

For week t = 0..130 on day of the year d, in units of 100 sales:

    y / 100 = trend + season + z + 2 f(x1; .3, 1) + 1.5 f(x2; .5, 2.5) + Normal(0, .09)
    trend   = (linspace(0, 50) + 10)^(1/3) - 1
    season  = .3 (-sin(4 pi d / 365.25) + cos(2 pi d / 365.25))
    f(x; a, rate) = (1 - e^(-rate u)) / (1 + e^(-rate u))
    u       = sum_l a^l x[t-l] / sum_l a^l,  l = 0..3
    z  = |Normal(0, 1)|,   x1 = c (z + own) with corr(x1, z) = .71,   x2 apart from z

Without z, x1 takes the credit for cov(z, x1) / var(x1) sales per unit of spend, so c sets by how
much its ROI is overstated. The recipe follows J. Orduz's study of lift tests under confounding
(PyMC Labs, 2024), whose own series is another draw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from mmm.types import Array

WEEKS, LAGS = 131, 4
START = date(2021, 10, 4)
ALPHA = {"x1": 0.3, "x2": 0.5}
RATE = {"x1": 1.0, "x2": 2.5}
BETA = {"x1": 2.0, "x2": 1.5}
UNIT = 100.0
NOISE = 0.09
SPEND = 0.3


@dataclass(frozen=True)
class Confounded:
    """The table with the hidden ``z`` in it, and the channels' spend, each (week,)."""

    frame: pd.DataFrame
    spend: Mapping[str, Array]

    @property
    def roi(self) -> dict[str, float]:
        """Sales per unit of spend, carryover after the window counted."""
        return {name: self.lift(name, -x) / -x.sum() for name, x in self.spend.items()}

    def lift(self, channel: str, extra: Array) -> float:
        """Sales from ``extra (week,)`` spend on ``channel``, carryover after the window counted."""
        usual = self.spend[channel]
        return float((effect(channel, usual + extra) - effect(channel, usual)).sum())


def effect(channel: str, spend: Array) -> Array:
    """(week + 3,) sales that ``spend (week,)`` causes, in its weeks and the three after."""
    weights = ALPHA[channel] ** np.arange(LAGS)
    carried = np.convolve(spend, weights / weights.sum())
    decay = np.exp(-RATE[channel] * carried)
    return np.asarray(UNIT * BETA[channel] * (1.0 - decay) / (1.0 + decay))


def confounded_world(seed: int = 4) -> Confounded:
    """The series of that seed."""
    rng = np.random.default_rng(seed)
    z, own, other = np.abs(rng.standard_normal((3, WEEKS)))
    spend = {"x1": SPEND * (z + own), "x2": SPEND * other}
    weeks = [START + timedelta(weeks=t) for t in range(WEEKS)]
    day = np.array([week.timetuple().tm_yday for week in weeks])
    trend = (np.linspace(0.0, 50.0, WEEKS) + 10.0) ** (1.0 / 3.0) - 1.0
    angle = 2.0 * np.pi * day / 365.25
    season = 0.3 * (-np.sin(2.0 * angle) + np.cos(angle))
    y = UNIT * (trend + season + z + NOISE * rng.standard_normal(WEEKS))
    y += sum(effect(name, x)[:WEEKS] for name, x in spend.items())
    frame = pd.DataFrame({"week": pd.DatetimeIndex(weeks), "y": y, "z": z, **spend})
    return Confounded(frame, spend)
