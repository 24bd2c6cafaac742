"""Two naive forecasts that a model has to beat, each with its predictive density.

    last year              y_t = y_{t-52} + e_t
    seasonal random walk   y_t = y_{t-1} + y_{t-52} - y_{t-53} + e_t

e of a week and geo has a variance of the geo's own, weeks are independent, and geos of a week share
the mean correlation of their past errors. With the prior 1 / variance the errors of a window are,
given n past weeks of them, multivariate t with n degrees of freedom and the mean square of the past
errors as scale (Gelman et al., Bayesian Data Analysis, 2013, 3.2, with mean zero).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from mmm.types import Array

YEAR = 52
FEWEST_ERRORS = 8
NEEDED = YEAR + 1 + FEWEST_ERRORS
"""Weeks before an origin that both naive forecasts need."""
DRAWS = 4000
MOST_CORRELATED = 0.99


@dataclass(frozen=True)
class NaiveForecast:
    """``score (week,)``: joint log score of the first 1, 2, .. weeks of the window, all geos;
    ``totals (draw, week)``: draws of the KPI over geos, summed over the first 1, 2, .. weeks."""

    score: Array
    totals: Array


def naive_forecasts(kpi: Array, origin: int, weeks: int, seed: int) -> Mapping[str, NaiveForecast]:
    """Forecasts of ``weeks`` weeks from ``kpi (week, geo)``, of which the weeks before ``origin``
    are known; the later ones are scored."""
    last_year = kpi[YEAR:] - kpi[:-YEAR]
    steps = np.diff(kpi, axis=0)
    walk = steps[YEAR:] - steps[:-YEAR]
    window = slice(origin, origin + weeks)
    rng = np.random.default_rng(seed)
    of_last_year = _of_errors(last_year, origin - YEAR, weeks, rng)
    of_walk = _of_errors(walk, origin - YEAR - 1, weeks, rng)
    expected = kpi[origin - YEAR : origin - YEAR + weeks].sum(-1)
    rise = (kpi[window.start - YEAR : window.stop - YEAR] - kpi[origin - YEAR - 1]).sum(-1)
    path = kpi[origin - 1].sum() + rise + of_walk.errors.cumsum(1)
    return {
        "last_year": NaiveForecast(of_last_year.score, (expected + of_last_year.errors).cumsum(1)),
        "seasonal_random_walk": NaiveForecast(of_walk.score, path.cumsum(1)),
    }


@dataclass(frozen=True)
class _Errors:
    score: Array
    errors: Array


def _of_errors(all_errors: Array, known: int, weeks: int, rng: np.random.Generator) -> _Errors:
    """Score and draws of the errors after the first ``known`` of ``all_errors (week, geo)``."""
    past, came = all_errors[:known], all_errors[known : known + weeks]
    scale = np.sqrt((past**2).mean(0))
    scale = np.maximum(scale, 1e-9 * max(float(scale.max()), 1e-300))
    together = _common_correlation(past / scale)
    square = _squared_distance(came / scale, together).cumsum()
    geos = came.shape[1]
    size = geos * np.arange(1, len(came) + 1)
    root = np.log(scale).sum() + 0.5 * _log_determinant(geos, together)
    score = (
        gammaln((known + size) / 2.0)
        - gammaln(known / 2.0)
        - 0.5 * size * np.log(known * np.pi)
        - np.arange(1, len(came) + 1) * root
        - 0.5 * (known + size) * np.log1p(square / known)
    )
    spread = np.sqrt(known / rng.chisquare(known, (DRAWS, 1)))
    common = np.sqrt(together) * rng.standard_normal((DRAWS, weeks)) * scale.sum()
    own = np.sqrt((1.0 - together) * (scale**2).sum()) * rng.standard_normal((DRAWS, weeks))
    return _Errors(score, spread * (common + own))


def _common_correlation(standard: Array) -> float:
    """The mean correlation between geos, from zero up."""
    geos = standard.shape[1]
    if geos == 1:
        return 0.0
    products = standard.T @ standard / len(standard)
    pairs = (products.sum() - np.trace(products)) / (geos * (geos - 1))
    return float(np.clip(pairs, 0.0, MOST_CORRELATED))


def _squared_distance(standard: Array, together: float) -> Array:
    """(week,) x' R^-1 x with the correlation ``together`` between all geos."""
    geos = standard.shape[1]
    square, total = (standard**2).sum(-1), standard.sum(-1) ** 2
    shared = together / (1.0 + (geos - 1) * together)
    return np.asarray((square - shared * total) / (1.0 - together))


def _log_determinant(geos: int, together: float) -> float:
    return (geos - 1) * float(np.log1p(-together)) + float(np.log1p((geos - 1) * together))
