r"""Risk measures of a gain: one definition each, used by the objective and the report alike.

A measure is a worst case over draw weights, rho(pi) = min_q q.pi, so its gradient by the gain is
the minimising q, and any feasible q bounds it from above.

    mean         q_s = 1/S
    CVaR_tail    mean of the worst `tail` share: the worst draws have q_s = 1/(tail S), the draw at
                 the boundary the fraction that makes the weights sum to 1
    mean_cvar    (1 - risk_aversion) * mean + risk_aversion * CVaR_tail

CVaR has kinks where draws change rank. It equals max_t t - E[(t - pi)^+] / tail (Rockafellar and
Uryasev, 2000). With the positive part rounded over a width mu,

    plus_mu(u) = 0 (u < -mu/2),   (u + mu/2)^2 / (2 mu) (|u| <= mu/2),   u (u > mu/2),

the value is smooth, at most mu / (8 tail) below the exact one, and its gradient
q_s = clip((t - pi_s)/mu + 1/2, 0, 1) / (tail S) is a feasible weight of the exact CVaR.

    pi -> gain    mu -> smoothing    t -> threshold    q -> weights
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from optimizer.problem import Expected, MeanCvar
from optimizer.response import FloatArray

WIDTHS = (0.2, 0.02, 0.001)
"""Rounding, as shares of the gain's standard deviation, from the first climb to the last."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """A measure's value, and weights: (draw,), its gradient by the gain; they sum to 1."""

    value: float
    weights: FloatArray


@dataclass(frozen=True)
class Measure:
    """weigh(gain, smoothing): gain (draw,) without NaN; smoothing in its unit, 0 is exact.

    smooth: the exact measure has no kinks, so that smoothing changes nothing.
    """

    weigh: Callable[[FloatArray, float], Weighing]
    smooth: bool

    def value(self, gain: FloatArray) -> float:
        """The exact measure of the gain, in its unit."""
        return self.weigh(gain, 0.0).value


def mean(gain: FloatArray) -> Weighing:
    """The mean over draws."""
    return Weighing(float(gain.mean()), np.full(gain.size, 1.0 / gain.size))


def cvar(gain: FloatArray, tail: float, smoothing: float = 0.0) -> Weighing:
    """The mean of the worst `tail` share of the draws, exact or rounded over a width."""
    return _rounded_cvar(gain, tail, smoothing) if smoothing > 0 else _exact_cvar(gain, tail)


def mean_cvar(
    gain: FloatArray, risk_aversion: float, tail: float, smoothing: float = 0.0
) -> Weighing:
    """(1 - risk_aversion) * mean + risk_aversion * CVaR."""
    average, worst = mean(gain), cvar(gain, tail, smoothing)
    return Weighing(
        (1 - risk_aversion) * average.value + risk_aversion * worst.value,
        (1 - risk_aversion) * average.weights + risk_aversion * worst.weights,
    )


@singledispatch
def measure_of(objective: object) -> Measure:
    """The measure that an objective names; each kind of objective registers its own."""
    raise TypeError(f"no risk measure is registered for {type(objective).__name__}")


@measure_of.register
def _(_: Expected) -> Measure:
    return Measure(lambda gain, _smoothing: mean(gain), smooth=True)


@measure_of.register
def _(objective: MeanCvar) -> Measure:
    risk_aversion, tail = objective.risk_aversion, objective.tail
    return Measure(
        lambda gain, smoothing: mean_cvar(gain, risk_aversion, tail, smoothing),
        smooth=risk_aversion == 0,
    )


def _exact_cvar(gain: FloatArray, tail: float) -> Weighing:
    mass = tail * gain.size
    weights = np.empty(gain.size)
    weights[np.argsort(gain, kind="stable")] = np.clip(mass - np.arange(gain.size), 0, 1) / mass
    return Weighing(float(weights @ gain), weights)


def _rounded_cvar(gain: FloatArray, tail: float, width: float) -> Weighing:
    threshold = _threshold(gain, tail * gain.size, width)
    shortfall = threshold - gain
    share = np.clip(shortfall / width + 0.5, 0, 1)
    plus = np.where(share < 1, 0.5 * width * share**2, shortfall)
    return Weighing(threshold - float(plus.mean()) / tail, share / share.sum())


def _threshold(gain: FloatArray, mass: float, width: float) -> float:
    """t with sum_s clip((t - gain_s)/width + 1/2, 0, 1) = mass: piecewise linear, increasing."""
    corners = np.concatenate([gain - width / 2, gain + width / 2])
    order = np.argsort(corners, kind="stable")
    corners = corners[order]
    rising = np.cumsum(np.where(order < gain.size, 1, -1))
    reached = np.concatenate([[0.0], np.cumsum(rising[:-1] * np.diff(corners) / width)])
    return float(np.interp(mass, reached, corners))
