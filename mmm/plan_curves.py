"""Channel curves on a horizon as functions of the channels' totals.

Week shares fixed, the adstocked exposure of every week is affine in a channel's total, so carry-in
and the carryover of one unit are computed once for all draws and every plan costs one curve. A
channel that acts through a mediator has a curve for that path, weighted by what the mediator brings
from its week on. Valid where the kpi is a sum of such curves (``separable``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmm import equations
from mmm.curve_terms import group_adstock, group_parameters
from mmm.evaluate import inputs_of
from mmm.fitted import FittedModel
from mmm.inputs import Inputs
from mmm.mediators import worth_of
from mmm.steepness import steepness_range
from mmm.structure import Group, Structure
from mmm.timeline import Variables
from mmm.transforms import SATURATION, SATURATION_DERIVATIVE
from mmm.types import Array
from mmm.value import kpi_value

On = Literal["value", "kpi"]


def separable(s: Structure) -> bool:
    """Whether the expected kpi is a sum of one-dimensional functions of the channels' totals."""
    return not s.log_link and not s.interactions


@dataclass(frozen=True)
class PlanCurves:
    """One group of media on the weeks of the horizon and its carry-out.

    ``channels``: the channel of each member. ``carry`` and ``unit (draw, member, week, geo)``:
    adstocked exposure = carry + total * unit; ``weight (draw, member, week, geo)``: value of one
    unit of the curve; ``at_carry (draw, member)``: the value earned by carry-in alone.
    """

    group: Group
    channels: tuple[int, ...]
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
        """(draw, member) derivative of ``value`` to each member's total."""
        derivative = SATURATION_DERIVATIVE[self.group.saturation]
        slope = derivative(self._exposure(totals), self.parameters, np)
        change: Array = np.einsum("smtg,smtg,smtg->sm", self.weight, slope, self.unit)
        return change

    def of_member(self, member: int, total: float) -> tuple[Array, Array]:
        """(draw,) of one member: ``value`` over no spend at this total, and its derivative."""
        p = {name: values[:, member] for name, values in self.parameters.items()}
        weight, unit = self.weight[:, member], self.unit[:, member]
        exposure = self.carry[..., member, :, :] + total * unit
        curve = SATURATION[self.group.saturation](exposure, p, np)
        steep = SATURATION_DERIVATIVE[self.group.saturation](exposure, p, np)
        earned = np.einsum("stg,stg->s", weight, curve + 0.0 * weight) - self.at_carry[:, member]
        return earned, np.einsum("stg,stg->s", weight, steep * unit)

    def slopes_between(self, member: int, low: float, high: float) -> tuple[Array, Array]:
        """(draw,) bounds of one member's slope while its total runs from ``low`` to ``high``."""
        p = {name: values[:, member] for name, values in self.parameters.items()}
        unit, carry = self.unit[:, member], self.carry[..., member, :, :]
        worth = self.weight[:, member] * unit
        start, end = (np.broadcast_to(carry + at * unit, worth.shape) for at in (low, high))
        least, most = steepness_range(self.group.saturation, start, end, p)
        bounds = [np.where(worth != 0.0, worth, 1.0) * part for part in (least, most)]
        sides = [np.where(worth != 0.0, f(*bounds), 0.0) for f in (np.minimum, np.maximum)]
        return sides[0].sum((1, 2)), sides[1].sum((1, 2))

    def _exposure(self, totals: Array) -> Array:
        return self.carry + totals[[*self.channels], None, None] * self.unit


def plan_curves(
    model: FittedModel, world: Variables, shares: Array, on: On
) -> Iterator[PlanCurves]:
    """Curves of every group that has own media; ``shares (week, geo, channel)`` of a total."""
    history, s = len(model.panel.weeks), model.structure
    start = history - min(history, s.max_lag)
    inputs = inputs_of(model, world)
    weights = _weights(model, world, inputs, on)[..., history:, :]
    d = replace(inputs, exposure=inputs.exposure[:, start:], frequency=inputs.frequency[:, start:])
    past = np.arange(d.exposure.shape[1])[:, None] < history - start
    along = exposure_per_currency(model, world, shares)[:, start:]
    later = slice(history - start, None)
    for group in s.groups:
        kept = [i for i, member in enumerate(group.members) if s.media[member].own]
        if not kept:
            continue
        q, rows = group_parameters(model.posterior.draws, group), [*group.members]
        before = group_adstock(q, d, group, s, np, exposure=d.exposure[rows] * past)
        spread = group_adstock(q, d, group, s, np, exposure=along[rows], carry_in=False)
        members = [group.members[i] for i in kept]
        own = {name: values[:, kept] for name, values in q.items()}
        carry = before[..., kept, later, :]
        weight = np.ascontiguousarray(weights[:, members])
        at_carry = SATURATION[group.saturation](carry, own, np)
        yield PlanCurves(
            group=group,
            channels=tuple(s.media[member].source for member in members),
            parameters=own,
            carry=carry,
            unit=np.broadcast_to(spread[..., kept, later, :], weight.shape),
            weight=weight,
            at_carry=np.einsum("smtg,smtg->sm", weight, at_carry + 0.0 * weight),
        )


def exposure_per_currency(model: FittedModel, world: Variables, shares: Array) -> Array:
    """(medium, week, geo) scaled exposure in every week of ``world`` that one unit of currency of
    the medium's channel buys on the horizon, which follows the observed weeks."""
    s, history = model.structure, len(model.panel.weeks)
    bought = np.zeros_like(world.spend)
    bought[history : history + shares.shape[0]] = shares
    per_unit = (bought / world.unit_cost).transpose(2, 0, 1)
    found = np.zeros((len(s.media), *per_unit.shape[1:]))
    for i, medium in enumerate(s.media):
        if medium.own:
            found[i] = per_unit[medium.source] / model.scales.exposure[medium.source]
    return found


def worth_by_week(model: FittedModel, world: Variables, inputs: Inputs, on: On) -> Array:
    """(draw, week, geo) value of one scaled unit of media (identity link)."""
    p, s = model.posterior.draws, model.structure
    value = kpi_value(model.spec, world.price) if on == "value" else 1.0
    factor = equations.price_factor(p, inputs, s, np) if s.price_acts_on_all else 1.0
    worth = np.ones_like(world.price) * factor * value * model.scales.kpi_unit
    return np.broadcast_to(worth, (model.posterior.n_draws, *world.price.shape))


def _weights(model: FittedModel, world: Variables, inputs: Inputs, on: On) -> Array:
    """(draw, medium, week, geo) value of one unit of each medium's curve."""
    p, s = model.posterior.draws, model.structure
    worth = worth_by_week(model, world, inputs, on)
    earned = [worth] * s.n_direct
    earned += [worth_of(p, s, s.mediators.index(s.media[i].target), worth, np) for i in s.paths]
    return np.asarray(equations.media_coefficients(p, inputs, s, np) * np.stack(earned, axis=1))
