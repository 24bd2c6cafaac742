"""Channel curves on a horizon as functions of the channels' totals.

Week shares fixed, the adstocked exposure of every week is affine in a channel's total, so carry-in
and the carryover of one unit are computed once for all draws and every plan costs one curve.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mmm import equations
from mmm.equations import Inputs
from mmm.evaluate import inputs_of
from mmm.fitted import FittedModel
from mmm.structure import Group
from mmm.timeline import Variables
from mmm.transforms import SATURATION, SATURATION_DERIVATIVE
from mmm.types import Array
from mmm.value import kpi_value

On = Literal["value", "kpi"]


@dataclass(frozen=True)
class PlanCurves:
    """One group of channels on the weeks of the horizon and its carry-out.

    ``carry`` and ``unit (draw, member, week, geo)``: adstocked exposure = carry + total * unit;
    ``weight (draw, member, week, geo)``: value of one unit of the curve; ``at_carry (draw,
    member)``: the value earned by carry-in alone.
    """

    group: Group
    members: tuple[int, ...]
    parameters: Mapping[str, Array]
    carry: Array
    unit: Array
    weight: Array
    at_carry: Array

    def value(self, totals: Array) -> Array:
        """(draw, member) earned over the carry-in alone."""
        curve = SATURATION[self.group.saturation](self._exposure(totals), self.parameters, np)
        earned: Array = np.einsum("smtg,smtg->sm", self.weight, curve)
        return earned - self.at_carry

    def slope(self, totals: Array) -> Array:
        """(draw, member) derivative of ``value`` to each total."""
        derivative = SATURATION_DERIVATIVE[self.group.saturation]
        slope = derivative(self._exposure(totals), self.parameters, np)
        change: Array = np.einsum("smtg,smtg,smtg->sm", self.weight, slope, self.unit)
        return change

    def _exposure(self, totals: Array) -> Array:
        return self.carry + totals[[*self.members], None, None] * self.unit


def plan_curves(model: FittedModel, world: Variables, shares: Array, on: On) -> list[PlanCurves]:
    history, tail = len(model.panel.weeks), model.structure.max_lag
    inputs = inputs_of(model, world)
    p, s = model.posterior.draws, model.structure
    later = slice(history, None)
    worth = _worth(model, world, inputs, on)[:, None, later]
    unit = np.concatenate([shares, np.zeros((tail, *shares.shape[1:]))]).transpose(2, 0, 1)
    found = []
    for group in s.groups:
        kept = [i for i, member in enumerate(group.members) if member < s.n_channels]
        if not kept:
            continue
        members = [group.members[i] for i in kept]
        q = {key: v[:, kept] for key, v in equations.group_parameters(p, group).items()}
        recent = slice(history - min(history, tail), None)
        exposure, before = inputs.exposure[members][:, recent], inputs.before[members]
        per_unit = unit[members] / model.scales.exposure[members][:, None, :]
        carry = equations.group_adstock(q, exposure, before, group, np)[..., -unit.shape[1] :, :]
        spread = equations.group_adstock(q, per_unit, 0.0 * before, group, np)
        weight = worth * p["beta"][:, members][:, :, None, :]
        at_carry = SATURATION[group.saturation](carry, q, np)
        found.append(
            PlanCurves(
                group=group,
                members=tuple(members),
                parameters=q,
                carry=carry,
                unit=np.broadcast_to(spread, weight.shape),
                weight=np.ascontiguousarray(weight),
                at_carry=np.einsum("smtg,smtg->sm", weight, at_carry + 0.0 * weight),
            )
        )
    return found


def _worth(model: FittedModel, world: Variables, inputs: Inputs, on: On) -> Array:
    """(draw, week, geo) value of one scaled unit of media."""
    p, s = model.posterior.draws, model.structure
    value = kpi_value(model.spec, world.price) if on == "value" else 1.0
    factor = equations.price_factor(p, inputs, s, np) if s.price_acts_on_all else 1.0
    worth = np.ones_like(world.price) * factor * value * model.scales.kpi_unit
    return np.broadcast_to(worth, (model.posterior.n_draws, *world.price.shape))
