"""Channel curves on a horizon as functions of what is spent in each of its weeks.

    exposure[t, g] = carry[t, g] + sum_w kernel[t, w] * along[w, g] * spend[w, g]

Carryover couples the weeks, so that channels add up and their weeks do not; exposure is affine in
the spend all the same, and the value concave in all weeks together where the curve is concave.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmm.equations.transforms import SATURATION, SATURATION_DERIVATIVE, adstock_weights
from mmm.spec.medium import MediaGroup
from mmm.types import Array, IndexArray


@dataclass(frozen=True)
class WeekCurves:
    """One group of media; t runs over the horizon and its carry-out, w over the horizon.

    ``cells (member, w, geo)``: whose spend it is; ``along (..., member, w, geo)``: exposure that a
    unit of it buys; ``kernel (draw, member, t, w)``; ``carry`` and ``weight (draw, member, t,
    geo)`` and ``at_carry (draw, member, geo)`` as in ``plan_curves.PlanCurves``.
    """

    group: MediaGroup
    cells: IndexArray
    parameters: Mapping[str, Array]
    carry: Array
    kernel: Array
    along: Array
    weight: Array
    at_carry: Array

    def value(self, spend: Array) -> Array:
        """(draw,) earned over the carry-in alone at ``spend (cell,)``."""
        curve = SATURATION[self.group.saturation](self._exposure(spend), self.parameters, np)
        earned: Array = np.einsum("smtg,smtg->s", self.weight, curve)
        return earned - self.at_carry.sum((1, 2))

    def add_slope(self, spend: Array, slopes: Array) -> None:
        """Add the derivative of ``value`` to ``slopes (cell, draw)``."""
        derivative = SATURATION_DERIVATIVE[self.group.saturation]
        steep = self.weight * derivative(self._exposure(spend), self.parameters, np)
        back = np.swapaxes(self.kernel, -1, -2) @ steep * self.along
        np.add.at(slopes, self.cells.ravel(), back.reshape(back.shape[0], -1).T)

    def _exposure(self, spend: Array) -> Array:
        return np.asarray(self.carry + self.kernel @ (self.along * spend[self.cells]))


def kernel_of(group: MediaGroup, parameters: Mapping[str, Array], ahead: int, weeks: int) -> Array:
    """(..., member, t, w): weight of week w's exposure in week t, for ``ahead`` weeks t."""
    lag = np.arange(ahead)[:, None] - np.arange(weeks)
    if group.adstock == "none":
        return np.asarray(lag == 0, dtype=np.float64)
    weights = adstock_weights(group.adstock, parameters, group.max_lag, np)
    within = (lag >= 0) & (lag <= group.max_lag)
    return np.asarray(np.where(within, weights[..., np.clip(lag, 0, group.max_lag)], 0.0))
