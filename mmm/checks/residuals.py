"""Whether the residuals are the noise that the model claims: departures, with limits by chance.

All checks start from normal scores, which are independent standard normal numbers where the model
is right, whatever its likelihood (Dunn & Smyth 1996, Randomized quantile residuals):

    score = Phi^-1(share of the predictive draws that lie below the observed kpi)

Every value ``x`` comes with ``x_limit``: independent normal noise stays below it 99 times of 100,
so that all checks together are in error less than one time in twenty. A fit absorbs some of the
noise into its coefficients, which lowers the values (autocorrelation below zero): each check is
therefore one-sided, on the side where the intervals become too narrow.
"""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from mmm.types import Array

STANDARD = NormalDist()
CHANCE = 0.01
MIN_WEEKS = 12
MONTH = 4


class Departure(NamedTuple):
    """A departure from the claimed noise, and the limit below which chance alone stays."""

    value: float
    limit: float


def normal_scores(observed: Array, predictive: Array) -> Array:
    """(week, geo) scores of ``observed (week, geo)`` among ``predictive (draw, week, geo)``.

    An equal draw counts half, so that counts have scores too. NaN where ``observed`` is NaN.
    """
    n_draws = predictive.shape[0]
    twice_rank = np.sum(predictive < observed, axis=0) + np.sum(predictive <= observed, axis=0)
    shares = (np.arange(2 * n_draws + 1) + 1.0) / (2.0 * n_draws + 2.0)
    quantiles = np.array([STANDARD.inv_cdf(share) for share in shares])
    return np.where(np.isfinite(observed), quantiles[twice_rank], np.nan)


def residual_values(scores: Array, mean: Array) -> dict[str, float]:
    """Value and limit of every check on ``scores (week, geo)``, by name.

    ``mean (week, geo)`` is the fitted mean in KPI units. NaN scores are left out, and so are geos
    that have fewer than ``MIN_WEEKS`` scores or only equal ones; checks between geos need two. With
    no geo left the autocorrelation is 0 and nothing else is known.
    """
    enough = np.sum(np.isfinite(scores), axis=0) >= MIN_WEEKS
    scores, mean = scores[:, enough], mean[:, enough]
    moves = np.nanmax(scores, axis=0) > np.nanmin(scores, axis=0)
    scores, mean = scores[:, moves], mean[:, moves]
    if not scores.size:
        return {"residual_autocorrelation": 0.0}
    z = (scores - np.nanmean(scores, axis=0)) / np.nanstd(scores, axis=0)
    departures = {
        "residual_autocorrelation": mean_autocorrelation(z, 1),
        "residual_persistence": mean_autocorrelation(z, MONTH),
        "residual_tails": excess_kurtosis(z),
        "residual_spread_by_mean": spread_by_mean(z, mean),
    }
    if z.shape[1] > 1:
        departures["residual_spread_by_geo"] = spread_by_geo(scores, z)
        departures["residual_correlation_of_geos"] = correlation_of_geos(z)
    values = {name: estimate.value for name, estimate in departures.items()}
    return values | {f"{name}_limit": estimate.limit for name, estimate in departures.items()}


def mean_autocorrelation(z: Array, lags: int) -> Departure:
    """Autocorrelation of ``z (week, geo)``, averaged over lags 1 to ``lags`` and over geos."""
    products = [z[lag:] * z[:-lag] for lag in range(1, lags + 1)]
    by_lag = [np.nansum(each) / max(np.isfinite(each).sum(), 1) for each in products]
    return Departure(float(np.mean(by_lag)), _normal_limit() / np.sqrt(lags * _independent(z)))


def excess_kurtosis(z: Array) -> Departure:
    """Kurtosis of ``z (week, geo)`` less its expectation for normal noise.

    The limit inverts Anscombe & Glynn (1983), Distribution of the kurtosis statistic b2.
    """
    n, weeks = _independent(z), np.sum(np.isfinite(z), axis=0)
    expected = float(np.average(3.0 * (weeks - 1) / (weeks + 1), weights=weeks))
    variance = 24.0 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    skew = 6.0 * (n**2 - 5 * n + 2) / ((n + 7) * (n + 9))
    skew *= np.sqrt(6.0 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6.0 + 8.0 / skew * (2.0 / skew + np.sqrt(1.0 + 4.0 / skew**2))
    root = 1.0 - 2.0 / (9.0 * a) - _normal_limit() * np.sqrt(2.0 / (9.0 * a))
    standard = ((1.0 - 2.0 / a) / root**3 - 1.0) / np.sqrt(2.0 / (a - 4.0))
    return Departure(float(np.nanmean(z**4)) - expected, float(standard * np.sqrt(variance)))


def spread_by_mean(z: Array, mean: Array) -> Departure:
    """Correlation of ``|z|`` with the rank of ``mean (week, geo)`` among its geo's weeks.

    Levene's measure of spread; the limit is that of the permutations of ``|z|``.
    """
    by_geo = []
    for size, level in zip(np.abs(z).T, mean.T, strict=True):
        observed = np.isfinite(size)
        rank = np.argsort(np.argsort(level[observed])).astype(np.float64)
        varies = np.ptp(level[observed]) > 0.0 and np.ptp(size[observed]) > 0.0
        by_geo.append(np.corrcoef(size[observed], rank)[0, 1] if varies else 0.0)
    weeks = np.sum(np.isfinite(z), axis=0)
    limit = _normal_limit() / np.sqrt(_independent(z) - 1.0)
    return Departure(float(np.average(by_geo, weights=weeks)), float(limit))


def spread_by_geo(scores: Array, z: Array) -> Departure:
    """Typical size of the geo with the largest ``scores (week, geo)`` over that of the smallest.

    ``z (week, geo)`` are the scores with each geo's own spread taken out. The limit is for the most
    different of all pairs (Bonferroni), on the log scale, with the variation of the sizes and the
    memory as found, so that neither heavy tails nor autocorrelation break it by themselves.
    """
    size = np.abs(scores - np.nanmedian(scores, axis=0))
    typical = np.nanmean(size, axis=0)
    geos, weeks = typical.size, float(np.sum(np.isfinite(size), axis=0).min())
    error = np.nanstd(size / typical) * np.sqrt(2.0 / _effective_weeks(z, weeks))
    limit = np.exp(_normal_limit(geos * (geos - 1)) * error)
    return Departure(float(typical.max() / typical.min()), float(limit))


def correlation_of_geos(z: Array) -> Departure:
    """Root mean square correlation between two geos' ``z (week, geo)``, beyond the common shock.

    Taking a common weekly shock out leaves every pair correlated by -1 / (geos - 1): a negative
    mean is taken off each. The limit is that of Breusch & Pagan (1980): the sum of n r^2 over pairs
    is chi-squared.
    """
    r, shared = _correlations(z)
    limit = np.sqrt(_chi_squared_limit(r.size) / (r.size * _effective_weeks(z, shared)))
    return Departure(float(np.sqrt(np.mean((r - min(r.mean(), 0.0)) ** 2))), float(limit))


def _correlations(z: Array) -> tuple[Array, float]:
    """Correlation of each pair of geos in ``z (week, geo)``, and the weeks that a pair shares."""
    observed = np.isfinite(z)
    filled, weight = np.where(observed, z, 0.0), observed.astype(np.float64)
    norms = (filled**2).T @ weight
    products = filled.T @ filled / np.sqrt(np.maximum(norms * norms.T, np.finfo(float).tiny))
    pairs = np.triu_indices(z.shape[1], 1)
    return products[pairs], float((weight.T @ weight)[pairs].mean())


def _independent(z: Array) -> float:
    """How many independent numbers ``z (week, geo)`` is worth: products of two geos' scores are
    correlated by the square of the geos' correlation."""
    observed, geos = float(np.isfinite(z).sum()), z.shape[1]
    if geos == 1:
        return observed
    return float(observed / (1.0 + (geos - 1) * np.mean(_correlations(z)[0] ** 2)))


def _effective_weeks(z: Array, weeks: float) -> float:
    """``weeks`` less what the memory of ``z (week, geo)`` costs products of scores (Bartlett)."""
    memory = float(np.clip(mean_autocorrelation(z, 1).value, 0.0, 0.9))
    return max(weeks * (1.0 - memory**2) / (1.0 + memory**2), 1.0)


def _normal_limit(comparisons: int = 1) -> float:
    return STANDARD.inv_cdf(1.0 - CHANCE / comparisons)


def _chi_squared_limit(freedom: int) -> float:
    """Wilson & Hilferty (1931): the cube root of chi-squared is nearly normal."""
    spread = 2.0 / (9.0 * freedom)
    return float(freedom * (1.0 - spread + _normal_limit() * np.sqrt(spread)) ** 3)
