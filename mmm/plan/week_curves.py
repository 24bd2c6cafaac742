"""Channel curves on a horizon as functions of the spend in each of its weeks.

    exposure[t, g] = carry_in[t, g] + sum_w kernel[t, w] * exposure_per_unit[w, g] * spend[w, g]

Carryover couples the weeks: the value is a sum over channels but not over weeks. Exposure is still
affine in spend, so the value is concave in the spend of all weeks where the curve is concave.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmm.equations.transforms import adstock_weights
from mmm.plan.curve_form import CurveForm, curve_slope, curve_value
from mmm.spec.medium import MediaGroup
from mmm.types import Array, IndexArray


@dataclass(frozen=True)
class WeekCurves:
    """One group of media; t runs over the horizon and its carryover after it, w over the horizon.

    ``cells (member, w, geo)``: the cell that decides the spend; ``exposure_per_unit (..., member,
    w, geo)``: exposure that one unit of it buys; ``kernel (draw, member, t, w)``; ``carry_in`` and
    ``weight (draw, member, t, geo)`` and ``carry_in_value (draw, member, geo)`` as in
    ``mmm.plan.curves.PlanCurves``.
    """

    group: MediaGroup
    cells: IndexArray
    parameters: Mapping[str, Array]
    carry_in: Array
    kernel: Array
    exposure_per_unit: Array
    weight: Array
    carry_in_value: Array
    form: CurveForm | None = None

    def value(self, spend: Array) -> Array:
        """(draw,) value at ``spend (cell,)`` over that of the carry-in alone."""
        kind = self.group.saturation
        curve = curve_value(kind, self.exposure(spend), self.parameters, self.form)
        total: Array = np.einsum("smtg,smtg->s", self.weight, curve)
        return total - self.carry_in_value.sum((1, 2))

    def add_slope(self, spend: Array, slopes: Array) -> None:
        """Add the derivative of ``value`` to ``slopes (cell, draw)``."""
        kind = self.group.saturation
        slope = curve_slope(kind, self.exposure(spend), self.parameters, self.form)
        change = self.weight * slope
        by_week = np.swapaxes(self.kernel, -1, -2) @ change * self.exposure_per_unit
        np.add.at(slopes, self.cells.ravel(), by_week.reshape(by_week.shape[0], -1).T)

    def exposure(self, spend: Array) -> Array:
        """(draw, member, week, geo) adstocked exposure at ``spend (cell,)``."""
        bought = self.exposure_per_unit * spend[self.cells]
        return np.broadcast_to(self.carry_in + self.kernel @ bought, self.weight.shape)


def carryover_kernel(
    group: MediaGroup, parameters: Mapping[str, Array], ahead: int, weeks: int
) -> Array:
    """(..., member, t, w) weight of week w's exposure in week t, for ``ahead`` weeks t."""
    lag = np.arange(ahead)[:, None] - np.arange(weeks)
    if group.adstock == "none":
        return np.asarray(lag == 0, dtype=np.float64)
    weights = adstock_weights(group.adstock, parameters, group.max_lag, np)
    within = (lag >= 0) & (lag <= group.max_lag)
    return np.asarray(np.where(within, weights[..., np.clip(lag, 0, group.max_lag)], 0.0))
