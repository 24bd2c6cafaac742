"""From a model, a world and a spread to the curves of a plan: one set a group of media.

What does not depend on the plan is computed once here: carry-in, the carryover of one unit, and
what a unit of each curve is worth in every week.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.equations.media import group_adstock, group_adstock_of_change, group_parameters
from mmm.equations.mediators import value_of_mediator
from mmm.equations.transforms import SATURATION, frequency_curve
from mmm.plan.cells import Spread
from mmm.plan.curves import PlanCurves
from mmm.plan.week_curves import WeekCurves, kernel_of
from mmm.posterior.fitted import FittedModel
from mmm.spec.structure import Structure
from mmm.types import Array

type Curves = PlanCurves | WeekCurves


def separable(s: Structure) -> bool:
    """Whether the expected kpi is a sum of functions of one channel's spend each."""
    return not s.log_link and not s.interactions


def plan_curves(
    model: FittedModel, world: Variables, spread: Spread, value: Array
) -> Iterator[Curves]:
    """Curves of every group that has own media, for the cells of ``spread``; ``value (week, geo)``
    of a unit of the kpi."""
    history, s = len(model.panel.weeks), model.structure
    start = history - min(history, s.max_lag)
    inputs = model.design.inputs_on(world)
    weights = _weights(model, inputs, value, slice(history, None))
    d = replace(inputs, exposure=inputs.exposure[:, start:], frequency=inputs.frequency[:, start:])
    past = np.arange(d.exposure.shape[1])[:, None] < history - start
    along = exposure_per_currency(model, world, spread.shares)[:, start:]
    later, horizon = slice(history - start, None), spread.index.shape[0]
    decided = slice(history - start, history - start + horizon)
    for group in s.groups:
        kept = [i for i, member in enumerate(group.members) if s.media[member].own]
        if not kept:
            continue
        q, rows = group_parameters(model.posterior.draws, group), [*group.members]
        before = group_adstock(q, d, group, s, np, d.exposure[rows] * past)
        members = [group.members[i] for i in kept]
        own = {name: values[:, kept] for name, values in q.items()}
        carry = np.asfortranarray(before[..., kept, later, :])
        weight = np.asfortranarray(weights[:, members])
        at_carry = SATURATION[group.saturation](carry, own, np)
        earned = np.einsum("smtg,smtg->smg", weight, at_carry + 0.0 * weight)
        index = spread.index[..., [s.media[member].source for member in members]]
        if not spread.by_week:
            reach = group_adstock_of_change(q, d, group, s, np, along[rows])
            unit = np.broadcast_to(reach[..., kept, later, :], weight.shape)
            weeks = _weeks_of_own(carry, unit, weight)
            yield PlanCurves(group, index[0].T, own, *weeks, at_carry=earned)
            continue
        bought = along[rows][:, decided]
        if group.by_frequency:
            bought = bought * frequency_curve(d.frequency[rows][:, decided], q, np)
        yield WeekCurves(
            group=group,
            cells=index.transpose(2, 0, 1),
            parameters=own,
            carry=carry,
            kernel=kernel_of(group, own, weight.shape[2], horizon),
            along=bought[..., kept, :, :],
            weight=weight,
            at_carry=earned,
        )


def _weeks_of_own(carry: Array, unit: Array, weight: Array) -> tuple[Array, Array, Array]:
    """The three of (draw, member, week, geo), where weeks that follow each other with equal
    exposure are one, with their weights added up: evenly spent, those between the last carry-in and
    the end of the horizon."""
    changes = [
        not np.array_equal(unit[..., week, :], unit[..., week - 1, :])
        or not np.array_equal(carry[..., week, :], carry[..., week - 1, :])
        for week in range(1, unit.shape[-2])
    ]
    first = np.flatnonzero([True, *changes])
    if first.size < unit.shape[-2]:
        carry, unit = carry[..., first, :], unit[..., first, :]
        weight = np.add.reduceat(weight, first, axis=-2)
    return np.asfortranarray(carry), np.asfortranarray(unit), np.asfortranarray(weight)


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


def _worth(model: FittedModel, inputs: Inputs, value: Array) -> Array:
    """(draw, week, geo) value of one scaled unit of media (identity link)."""
    p, s = model.posterior.draws, model.structure
    factor = equations.price_factor(p, inputs, s, np) if s.price_acts_on_all else 1.0
    worth = factor * value * model.scales.kpi_unit
    return np.broadcast_to(worth, (model.posterior.n_draws, *value.shape))


def _weights(model: FittedModel, inputs: Inputs, value: Array, weeks: slice) -> Array:
    """(draw, medium, week, geo) value of one unit of each medium's curve in the last ``weeks``."""
    p, s = model.posterior.draws, model.structure
    worth = _worth(model, inputs, value)[:, weeks]
    earned = [worth] * s.n_direct
    earned += [
        value_of_mediator(p, s, s.mediators.index(s.media[i].target), worth, np) for i in s.paths
    ]
    strength = equations.media_coefficients(p, inputs, s, np)
    strength = strength[..., weeks, :] if strength.shape[-2] > 1 else strength
    return np.asarray(strength * np.stack(earned, axis=1))
