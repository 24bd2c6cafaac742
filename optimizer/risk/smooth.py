r"""Smooth measures and the semideviation: worst cases over weights near the probabilities.

    entropic       -(1/theta) log E exp(-theta pi)          q = softmax, penalty KL(q, p) / theta
    kl_robust      min of q.pi over KL(q, p) <= radius      q = softmax with the theta at which
                   KL(q, p) is the radius; the worst draw alone where there is none
    utility        u^-1(E u(W + pi)) - W, the certainty equivalent at wealth W:
                   CRRA  u(x) = x^(1-g) / (1-g),  log  u(x) = log x (CRRA at g = 1)
                   q_s = p_s ((W + pi_s) / M)^(-g),  M = W + certainty equivalent
                   CARA  u(x) = -exp(-theta x): the entropic measure, whatever the wealth
    semideviation  mean - lambda E[(mean - pi)^+]           q_s = p_s (1 + lambda (z_s - E z)),
                   z_s = 1 below the mean, rounded over a width; lambda in [0, 1]

Entropic and KL: Foellmer and Schied (2002); certainty equivalents of CRRA are power means with an
exponent below 1, hence concave and, as M is homogeneous, q.(W + pi) = M; semideviation: Ogryczak
and Ruszczynski (1999). Coefficients are per unit of the context's scale: theta = aversion / scale.

    pi -> gain    p -> probabilities    q -> weights    theta -> rate    g, lambda -> aversion
    W -> wealth
"""

import numpy as np

from optimizer.response import FloatArray
from optimizer.risk.measure import (
    MeasureEvaluation,
    probabilities_or_equal,
    rounded_positive_part,
    rounded_step,
)

_RUIN = 1e-6
"""Least share of the wealth that a draw keeps: ruin has no certainty equivalent."""
_STEEPEST = 300.0
"""Greatest logarithm of a weight over its probability."""
_HALVINGS = 80


def entropic(
    gain: FloatArray, rate: float, probabilities: FloatArray | None = None
) -> MeasureEvaluation:
    """The certainty equivalent under constant absolute risk aversion; rate per unit of gain."""
    p = probabilities_or_equal(gain, probabilities)
    if rate <= 0.0:
        return MeasureEvaluation(float(p @ gain), p)
    floor = float(gain[p > 0].min())
    tilted = p * np.exp(-rate * np.maximum(gain - floor, 0.0))
    value = floor - float(np.log(tilted.sum())) / rate
    weights = tilted / tilted.sum()
    return MeasureEvaluation(value, weights, value - float(weights @ gain))


def kl_robust(
    gain: FloatArray, radius: float, probabilities: FloatArray | None = None
) -> MeasureEvaluation:
    """The least mean over weights within `radius` (nats) of the probabilities."""
    p = probabilities_or_equal(gain, probabilities)
    above = np.maximum(gain - gain[p > 0].min(), 0.0)
    spread = float(np.sqrt(p @ (gain - p @ gain) ** 2))
    if radius <= 0.0 or spread == 0.0:
        return MeasureEvaluation(float(p @ gain), p)
    worst = p * (above == 0.0)
    if -np.log(worst.sum()) <= radius:
        weights = worst / worst.sum()
        return MeasureEvaluation(float(weights @ gain), weights)
    low, high = np.log(1e-6 / spread), np.log(1e12 / spread)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        within = _divergence(above, float(np.exp(middle)), p) <= radius
        low, high = (middle, high) if within else (low, middle)
    tilted = p * np.exp(-float(np.exp(low)) * above)
    weights = tilted / tilted.sum()
    return MeasureEvaluation(float(weights @ gain), weights)


def crra(
    gain: FloatArray, aversion: float, wealth: float, probabilities: FloatArray | None = None
) -> MeasureEvaluation:
    """The certainty equivalent under constant relative risk aversion, of the gain alone.

    Where a draw is ruined there is none. The value is then that of the tangent at the gain whose
    ruined draws keep a millionth of the wealth, so that plans without ruin are far better; the
    weights and the offset are a cut at every gain without ruin, as everywhere.
    """
    p = probabilities_or_equal(gain, probabilities)
    floor = (_RUIN - 1.0) * wealth
    kept = np.maximum(gain, floor)
    logs = np.log(wealth + kept)
    power = 1.0 - aversion
    if abs(power) < 1e-9:
        middle = float(p @ logs)
    else:
        top = float((power * logs)[p > 0].max())
        middle = (top + float(np.log(p @ np.exp(np.minimum(power * logs - top, 0.0))))) / power
    weights = p * np.exp(np.minimum(aversion * (middle - logs), _STEEPEST))
    value = float(np.exp(middle)) - wealth
    offset = value - float(weights @ kept)
    return MeasureEvaluation(value - float(weights @ (kept - gain)), weights, offset)


def without_ruin(gain: FloatArray, wealth: float, probabilities: FloatArray | None = None) -> bool:
    """Whether every draw that has a probability keeps some wealth, so that `crra` is defined."""
    counted = gain if probabilities is None else gain[probabilities > 0]
    return bool((counted > (_RUIN - 1.0) * wealth).all())


def semideviation(
    gain: FloatArray,
    aversion: float,
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """The mean less aversion times the mean shortfall below it, exact or rounded over a width."""
    p = probabilities_or_equal(gain, probabilities)
    middle = float(p @ gain)
    below = middle - gain
    if smoothing > 0:
        share, shortfall = rounded_step(below, smoothing), rounded_positive_part(below, smoothing)
    else:
        share, shortfall = (below > 0).astype(np.float64), np.maximum(below, 0.0)
    weights = p * (1.0 + aversion * (share - p @ share))
    return MeasureEvaluation(middle - aversion * float(p @ shortfall), weights)


def _divergence(above: FloatArray, rate: float, p: FloatArray) -> float:
    """KL of the tilted weights q to p: -rate E_q[above] - log E_p exp(-rate above)."""
    tilted = p * np.exp(-rate * above)
    total = float(tilted.sum())
    return -rate * float(tilted @ above) / total - float(np.log(total))
