"""A world of known truth in which demand drives a budget and sales, and an index shows it noisily.

    d        AR(1), memory 0.9, s.d. 1                index    50 + 5 (d + e)    e of s.d. 0.6
    tv       10 exp(0.5 d + 0.4 n)                    radio    8 exp(0.4 n)      with weeks off
    sales    100 + 8 d + 12 x / (1 + x) of tv + 8 x / (1 + x) of radio + season + noise of s.d. 2.5

x is spend over its mean in active weeks, carried over geometrically. The index's reliability is
0.74, so that adjusting for it leaves a quarter of demand to tv.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.types import Array

WEEKS, LAGS = 156, 9
RETENTION, HEIGHT = np.array([0.5, 0.3]), np.array([12.0, 8.0])
CHANNELS = ("tv", "radio")


@dataclass(frozen=True)
class NoisyIndexWorld:
    """``roi (channel,)``: sales caused by a unit of spend over all weeks."""

    frame: pd.DataFrame
    roi: Array


def noisy_index_world(seed: int) -> NoisyIndexWorld:
    """The world of ``seed``; equal seeds give equal worlds."""
    rng = np.random.default_rng([seed, 28])
    demand = np.zeros(WEEKS)
    demand[0] = rng.standard_normal()
    for week in range(1, WEEKS):
        demand[week] = 0.9 * demand[week - 1] + np.sqrt(1.0 - 0.81) * rng.standard_normal()
    spend = np.array([10.0, 8.0]) * np.exp(0.4 * rng.standard_normal((WEEKS, 2)))
    spend[:, 0] *= np.exp(0.5 * demand)
    spend *= rng.random((WEEKS, 2)) < 0.85
    media = np.column_stack([_response(spend[:, c], c) for c in range(2)])
    season = 5.0 * np.sin(2.0 * np.pi * np.arange(WEEKS) / 52.18)
    sales = 100.0 + 8.0 * demand + media.sum(1) + season + rng.normal(0.0, 2.5, WEEKS)
    frame = pd.DataFrame(
        {
            "week": pd.date_range("2021-01-04", periods=WEEKS, freq="W-MON"),
            "sales": sales,
            "index": 50.0 + 5.0 * (demand + rng.normal(0.0, 0.6, WEEKS)),
            **dict(zip(CHANNELS, spend.T, strict=True)),
        }
    )
    return NoisyIndexWorld(frame, media.sum(0) / spend.sum(0))


def _response(spend: Array, channel: int) -> Array:
    weights = RETENTION[channel] ** np.arange(LAGS)
    x = np.convolve(spend / spend[spend > 0.0].mean(), weights / weights.sum())[:WEEKS]
    return np.asarray(HEIGHT[channel] * x / (1.0 + x))
