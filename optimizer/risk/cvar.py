r"""Mean and conditional value at risk: worst cases over draw weights with an upper bound.

    mean         q_s = p_s
    CVaR_tail    mean of the worst `tail` share: the worst draws have q_s = p_s / tail, the draw at
                 the boundary the fraction that makes the weights sum to 1
    mean_cvar    (1 - risk_aversion) * mean + risk_aversion * CVaR_tail

CVaR has kinks where draws change rank. It equals max_t t - E[(t - pi)^+] / tail (Rockafellar and
Uryasev, 2000). With the positive part rounded over a width mu,

    plus_mu(u) = 0 (u < -mu/2),   (u + mu/2)^2 / (2 mu) (|u| <= mu/2),   u (u > mu/2),

the value is smooth, at most mu / (8 tail) below the exact one, and its gradient
q_s = p_s clip((t - pi_s)/mu + 1/2, 0, 1) / tail is a feasible weight of the exact CVaR.

    pi -> gain    p -> probabilities    mu -> smoothing    t -> threshold    q -> weights
"""

import numpy as np

from optimizer.response import FloatArray
from optimizer.risk.measure import (
    MeasureEvaluation,
    probabilities_or_equal,
    rounded_positive_part,
    rounded_step,
)


def mean(gain: FloatArray, probabilities: FloatArray | None = None) -> MeasureEvaluation:
    """The mean over draws."""
    if probabilities is None:
        return MeasureEvaluation(float(gain.mean()), probabilities_or_equal(gain, None))
    return MeasureEvaluation(float(probabilities @ gain), probabilities)


def cvar(
    gain: FloatArray,
    tail: float,
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """The mean of the worst `tail` share of the draws, exact or rounded over a width."""
    if smoothing > 0:
        return _rounded_cvar(gain, tail, smoothing, probabilities)
    return _exact_cvar(gain, tail, probabilities)


def mean_cvar(
    gain: FloatArray,
    risk_aversion: float,
    tail: float,
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """(1 - risk_aversion) * mean + risk_aversion * CVaR."""
    average, worst = mean(gain, probabilities), cvar(gain, tail, smoothing, probabilities)
    return MeasureEvaluation(
        (1 - risk_aversion) * average.value + risk_aversion * worst.value,
        (1 - risk_aversion) * average.weights + risk_aversion * worst.weights,
    )


def worst_draw_tail(probabilities: FloatArray | None, draws: int) -> float:
    """The tail at which CVaR is the worst draw: the least positive probability."""
    if probabilities is None:
        return 1.0 / draws
    return float(probabilities[probabilities > 0].min())


def rounded_quantile(
    gain: FloatArray, share: float, width: float, probabilities: FloatArray | None
) -> float:
    """The rounded quantile t:  sum_s p_s clip((t - gain_s)/width + 1/2, 0, 1) = share.

    The sum is piecewise linear in t and never falls; probabilities may be zero.
    """
    size = gain.size
    steps = np.ones(size) if probabilities is None else probabilities * size
    corners = np.concatenate([gain - width / 2, gain + width / 2])
    order = np.argsort(corners)
    corners = corners[order]
    rising = np.cumsum(np.concatenate([steps, -steps])[order])
    rises = np.maximum(rising[:-1], 0.0) * np.diff(corners) / width
    reached = np.concatenate([[0.0], np.cumsum(rises)])
    return float(np.interp(share * size, reached, corners))


def _exact_cvar(
    gain: FloatArray, tail: float, probabilities: FloatArray | None
) -> MeasureEvaluation:
    order = np.argsort(gain, kind="stable")
    weights = np.empty(gain.size)
    if probabilities is None:
        mass = tail * gain.size
        weights[order] = np.clip(mass - np.arange(gain.size), 0, 1) / mass
    else:
        inner = np.cumsum(probabilities[order])
        before = np.concatenate([[0.0], inner[:-1]])
        used = np.minimum(inner, tail) - np.minimum(before, tail)
        weights[order] = used / used.sum()
    return MeasureEvaluation(float(weights @ gain), weights)


def _rounded_cvar(
    gain: FloatArray, tail: float, width: float, probabilities: FloatArray | None
) -> MeasureEvaluation:
    at = rounded_quantile(gain, tail, width, probabilities)
    p = probabilities_or_equal(gain, probabilities)
    share = p * rounded_step(at - gain, width)
    value = at - float(p @ rounded_positive_part(at - gain, width)) / tail
    return MeasureEvaluation(value, share / share.sum())
