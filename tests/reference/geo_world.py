"""Sales of many geos whose budgets follow a query volume, after Zhang et al. (2024).

For week t = 0..103 and geo g (Media Mix Model Calibration With Bayesian Priors, simulation study):

    y[t,g] = level_g + gamma_g z[t,g] + beta_g h(u[t,g]) + Normal(0, 5)
    z      = cos(2 pi (t - 12) / 52) + Normal(0, 1)
    x      = max(m_g + rho_g z + sqrt(1 - rho_g^2) v, 0),   v, m_g ~ Normal(0, 1), rho_g ~ U(0, 1)
    u      = sum_l .5^l x[t-l] / sum_l .5^l,  l = 0..3        h(u) = u / (1 + u)
    level_g ~ Normal(10, 1),  beta_g ~ Normal(3, 1),  gamma_g ~ Normal(1, 1)

    iROAS  = sum_tg beta_g h(u) / sum_tg x
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.types import Array

WEEKS, GEOS, LAGS = 104, 100, 4
ALPHA, NOISE = 0.5, 5.0


@dataclass(frozen=True)
class GeoWorld:
    """``y``, ``x``, ``z`` (week, geo), and the true return on spend."""

    y: Array
    x: Array
    z: Array
    iroas: float

    @property
    def frame(self) -> pd.DataFrame:
        """The table of an analyst: a row a week and geo."""
        weeks, geos = self.y.shape
        dates = pd.date_range("2022-01-03", periods=weeks, freq="W-MON")
        names = [f"g{g:03d}" for g in range(geos)]
        columns = {name: getattr(self, name).ravel() for name in ("y", "x", "z")}
        return pd.DataFrame({"week": dates.repeat(geos), "geo": names * weeks, **columns})


def geo_world(seed: int, geos: int = GEOS) -> GeoWorld:
    """One replication."""
    rng = np.random.default_rng(seed)
    shape = (WEEKS, geos)
    season = np.cos(2.0 * np.pi * (np.arange(WEEKS) - 12.0) / 52.0)
    z = season[:, None] + rng.standard_normal(shape)
    usual, rho = rng.standard_normal(geos), rng.uniform(size=geos)
    x = np.maximum(usual + rho * z + np.sqrt(1.0 - rho**2) * rng.standard_normal(shape), 0.0)
    caused = rng.normal(3.0, 1.0, geos) * _curve(x)
    level, gamma = rng.normal(10.0, 1.0, geos), rng.normal(1.0, 1.0, geos)
    y = level + gamma * z + caused + NOISE * rng.standard_normal(shape)
    return GeoWorld(y, x, z, float(caused.sum() / x.sum()))


def _curve(x: Array) -> Array:
    weights = ALPHA ** np.arange(LAGS)
    carried = np.zeros_like(x)
    for lag, weight in enumerate(weights / weights.sum()):
        carried[lag:] += weight * x[: x.shape[0] - lag]
    return np.asarray(carried / (1.0 + carried))
