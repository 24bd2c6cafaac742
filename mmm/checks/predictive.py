"""How well predictive draws fit the data, and whether uncertainty grows outside the data."""

import numpy as np

from mmm.checks.residuals import normal_scores, residual_values
from mmm.types import Array


def predictive_values(observed: Array, mean: Array, predictive: Array) -> dict[str, float]:
    """Fit of draws ``mean`` and ``predictive (draw, week, geo)`` to ``observed (week, geo)``.

    All in KPI units. ``predictive`` is each week's KPI given the weeks before it, with the fitted
    common shock: where the noise is autocorrelated, its known part carried over from the week
    before belongs to it. ``observed`` is NaN in weeks that the likelihood leaves out.
    """
    centre, known = mean.mean(0), np.isfinite(observed)
    low, high = np.quantile(predictive, (0.05, 0.95), axis=0)
    average = np.nansum(observed, axis=0) / np.maximum(known.sum(0), 1)
    total_squares = np.sum((observed - average)[known] ** 2)
    residual_squares = np.sum((observed - centre)[known] ** 2)
    return {
        "r_squared": float(1.0 - residual_squares / total_squares) if total_squares > 0.0 else 0.0,
        "predictive_coverage": float(np.mean(((observed >= low) & (observed <= high))[known])),
        **residual_values(normal_scores(observed, predictive), centre),
    }


def uncertainty_ratio(at_largest: Array, at_twice: Array) -> float:
    """Smallest ratio of a response's s.d. at twice the largest observed spend to that at it.

    Both are (draw, channel), over the same draws. Channels whose response is certain at the largest
    spend are left out; 1.0 where none remains.
    """
    largest, twice = at_largest.std(0), at_twice.std(0)
    moves = largest > 0.0
    ratios = twice[moves] / largest[moves]
    if not ratios.size:
        return 1.0
    return round(float(ratios.min()), 6)  # a flat curve's last digits are not a fall
