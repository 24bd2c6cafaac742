"""The form of a curve beyond the region that data support, as a draw of its own.

Inside the region the posterior knows the curve. Beyond it only the chosen family says how response
goes on, and families differ: at large exposures x the slope falls like x^0 (straight), x^-0.5
(power), x^-1 (logarithm) or x^-2 (Hill), with the same fit to what was seen. So for each draw s and
channel c the slope is multiplied beyond the exposure x_0 that the region reaches in that week:

    slope(x) = slope_family(x) * m_s(d),   d = log(x / x_0) > 0
    m_s(d)   = exp(SD * d * z_sc) / mean over draws,   z_sc standard normal

m is positive, so that response still rises with spend; its mean is one, so that no plan looks
better or worse on average; and its spread grows with the distance. d takes the midpoints of steps
of ``STEP``, up to the last of ``STEPS``, which lets the value be exact: it is the sum of the
family's increments over the steps, each times its m.

    m -> factors    x_0 -> reach    z -> normal scores, the same for equal models
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import ndtri

from mmm.equations.transforms import SATURATION, SATURATION_DERIVATIVE
from mmm.types import Array, Parameters

SD = 1.0
"""Standard deviation of the exponent of the slope: about that of the four families above."""

STEP, STEPS = np.log(2.0), 6
LEAST_REACH = 0.01
"""Share of usual active spend that counts as seen where nothing was."""

FORM_NOT_COUNTED = (
    "beyond what the data support the form of the curves is uncertain; with a log link or "
    "interactions the intervals do not count that"
)

_ROUNDING = 1e-12
_SEED = 4127


@dataclass(frozen=True)
class CurveForm:
    """The uncertain form of a group's curves; axes before week and geo are those of the curves.

    ``reach (..., week, geo)``: exposure up to which the curve is known; ``factors (..., step)``: of
    the slope in each step beyond it.
    """

    reach: Array
    factors: Array

    def is_beyond(self, exposure: Array) -> bool:
        """Whether any of ``exposure (..., week, geo)`` is beyond the reach."""
        return bool((exposure > self.reach).any())

    def value(self, kind: str, exposure: Array, p: Parameters) -> Array:
        """The curve at ``exposure (..., week, geo)``."""
        curve = SATURATION[kind]
        value = np.asarray(curve(np.minimum(exposure, self.reach), p, np))
        for low, high, factor in self._steps(exposure):
            rise = curve(np.clip(exposure, low, high), p, np) - curve(low, p, np)
            value = value + factor * rise
        return value

    def slope(self, kind: str, exposure: Array, p: Parameters) -> Array:
        """The derivative of ``value``, at a border that of the step below."""
        factors = np.ones_like(exposure)
        for low, _, factor in self._steps(exposure):
            factors = np.where(exposure > low, factor, factors)
        return np.asarray(SATURATION_DERIVATIVE[kind](exposure, p, np) * factors)

    def factor_range(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Least and largest factor of the slope for exposures in [low, high]."""
        inside = low <= self.reach
        least, most = np.where(inside, 1.0, np.inf), np.where(inside, 1.0, -np.inf)
        for start, end, factor in self._steps(high):
            met = (high >= start) & (low <= end)
            least = np.where(met, np.minimum(least, factor), least)
            most = np.where(met, np.maximum(most, factor), most)
        return least, most

    def part(self, member: int, geos: slice | Array) -> Self:
        """The form of one member of the group, in some of the geos."""
        return replace(
            self, reach=self.reach[:, member][..., geos], factors=self.factors[:, member]
        )

    def _steps(self, exposure: Array) -> Iterator[tuple[Array, Array, Array]]:
        """Lower and upper border, and factor, of the steps that any of ``exposure`` reaches."""
        for step in range(STEPS):
            low = self.reach * np.exp(step * STEP)
            if not (exposure > low).any():
                return
            end = np.exp((step + 1) * STEP) if step < STEPS - 1 else np.inf
            yield low, self.reach * end, self.factors[..., step, None, None]


def curve_form(reach: Array, channels: Sequence[int]) -> CurveForm:
    """The form of curves that are known up to ``reach (draw, member, week, geo)``.

    ``channels (member,)``: position of each member's channel; paths of one channel share its form.
    """
    distances = (np.arange(STEPS) + 0.5) * STEP
    scores = np.stack([_normal_scores(len(reach), channel) for channel in channels], axis=1)
    factors = np.exp(SD * distances * scores[..., None])
    reach = np.maximum(reach, LEAST_REACH) * (1.0 + _ROUNDING)
    return CurveForm(reach, factors / factors.mean(0))


def curve_value(kind: str, exposure: Array, p: Parameters, form: CurveForm | None) -> Array:
    """The curve of ``kind`` at ``exposure (..., week, geo)``, as fitted or of an uncertain form."""
    if form is None or not form.is_beyond(exposure):
        return np.asarray(SATURATION[kind](exposure, p, np))
    return form.value(kind, exposure, p)


def curve_slope(kind: str, exposure: Array, p: Parameters, form: CurveForm | None) -> Array:
    """The derivative of ``curve_value``."""
    if form is None or not form.is_beyond(exposure):
        return np.asarray(SATURATION_DERIVATIVE[kind](exposure, p, np))
    return form.slope(kind, exposure, p)


def _normal_scores(draws: int, channel: int) -> Array:
    """(draw,) normal quantiles in an order of the channel's own, the same in every call."""
    order = np.random.default_rng([_SEED, channel]).permutation(draws)
    return np.asarray(ndtri((order + 0.5) / draws))
