r"""Measures without a certificate: they are not worst cases, so no cut bounds them.

    quantile            the least t with P(pi <= t) >= level; rounded: the t at which the share of
                        draws below, each counted over a width, is the level
    mean_variance       E pi - aversion / (2 scale) Var pi; weights may be negative: a draw that
                        gains more can lower it
    target_probability  P(pi >= target); rounded: E logistic((pi - target) / width)

Their evaluations hold the gradient of the rounded value and an offset that makes the tangent exact
at that gain only.

    pi -> gain
"""

import numpy as np

from optimizer.response import FloatArray
from optimizer.risk.cvar import rounded_quantile
from optimizer.risk.measure import MeasureEvaluation, probabilities_or_equal

_EXACT = 1e-12
_STEEPEST = 40.0
_USUAL_WIDTH = 0.2


def quantile(
    gain: FloatArray,
    level: float,
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """The quantile of the gain at a level in (0, 1), exact or rounded over a width."""
    p = probabilities_or_equal(gain, probabilities)
    if smoothing > 0:
        at = rounded_quantile(gain, level, smoothing, probabilities)
        near = p * (np.abs(at - gain) <= 0.5 * smoothing)
        if near.sum() > 0:
            return _tangent(at, near / near.sum(), gain)
    order = np.argsort(gain, kind="stable")
    place = int(np.searchsorted(np.cumsum(p[order]), level - _EXACT))
    chosen = order[min(place, gain.size - 1)]
    weights = np.zeros(gain.size)
    weights[chosen] = 1.0
    return _tangent(float(gain[chosen]), weights, gain)


def mean_variance(
    gain: FloatArray, rate: float, probabilities: FloatArray | None = None
) -> MeasureEvaluation:
    """The mean less rate / 2 times the variance; rate per unit of gain."""
    p = probabilities_or_equal(gain, probabilities)
    middle = float(p @ gain)
    away = gain - middle
    value = middle - 0.5 * rate * float(p @ away**2)
    return _tangent(value, p * (1.0 - rate * away), gain)


def target_probability(
    gain: FloatArray,
    target: float,
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """The probability of reaching the target, exact or rounded over a width.

    The exact probability is flat between draws; its weights are those of a rounded one.
    """
    p = probabilities_or_equal(gain, probabilities)
    width = smoothing if smoothing > 0 else _USUAL_WIDTH * float(gain.std()) or 1.0
    away = np.clip((gain - target) / width, -_STEEPEST, _STEEPEST)
    share = 1.0 / (1.0 + np.exp(-away))
    reached = share if smoothing > 0 else gain >= target
    return _tangent(float(p @ reached), p * share * (1.0 - share) / width, gain)


def _tangent(value: float, weights: FloatArray, gain: FloatArray) -> MeasureEvaluation:
    return MeasureEvaluation(value, weights, value - float(weights @ gain))
