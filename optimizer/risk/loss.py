r"""A custom loss: utility that is piecewise linear in the outcome.

    u(x) = 0 at the first point;  slope m_0 below it, m_k between points k and k + 1, m_K above all
         = m_0 (x - x_1) + sum_k (m_k - m_{k-1}) (x - x_k)^+
    rho(pi) = E u(pi)

Missing 5.0 M costs three times what beating it earns: points [5.0e6], slopes [3, 1]. Slopes that
never rise make u concave: each z_k in [0, 1] gives a line  m_0 (x - x_1) + sum (m_k - m_{k-1}) z_k
(x - x_k)  that is nowhere below u, and rounding the positive part chooses such z_k. Slopes that
rise somewhere reward a gamble: no cut bounds the measure.

    pi -> gain    x_k -> points    m_k -> slopes
"""

from collections.abc import Sequence

import numpy as np

from optimizer.response import FloatArray
from optimizer.risk.measure import (
    MeasureEvaluation,
    probabilities_or_equal,
    rounded_positive_part,
    rounded_step,
)


def is_concave_loss(slopes: Sequence[float]) -> bool:
    """Whether the slopes never rise, so that the utility is concave."""
    return bool(np.all(np.diff(slopes) <= 0))


def piecewise_loss(
    gain: FloatArray,
    points: Sequence[float],
    slopes: Sequence[float],
    smoothing: float = 0.0,
    probabilities: FloatArray | None = None,
) -> MeasureEvaluation:
    """The mean utility, exact or rounded over a width; points rise, one slope more than points."""
    p = probabilities_or_equal(gain, probabilities)
    knots, turns = np.asarray(points, dtype=np.float64), np.diff(np.asarray(slopes, np.float64))
    above = gain[:, None] - knots
    if smoothing > 0:
        share, plus = rounded_step(above, smoothing), rounded_positive_part(above, smoothing)
    else:
        share, plus = (above > 0).astype(np.float64), np.maximum(above, 0.0)
    value = slopes[0] * float(p @ gain - knots[0]) + float(p @ (plus @ turns))
    weights = p * (slopes[0] + share @ turns)
    offset = -slopes[0] * float(knots[0]) - float(p @ (share @ (turns * knots)))
    return MeasureEvaluation(value, weights, offset)
