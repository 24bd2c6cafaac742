"""Builds the curves of a plan from a model, a world and a layout: one set for each group of media.

Everything that does not depend on the plan is computed once here: the carry-in, the carryover of
one unit, and the value of one unit of each curve in every week.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.equations.media import group_adstock, group_adstock_of_change, group_parameters
from mmm.equations.mediators import value_of_mediator
from mmm.equations.transforms import SATURATION, adstock_weights, frequency_curve
from mmm.plan.cells import PlanLayout
from mmm.plan.curve_form import curve_form
from mmm.plan.curves import PlanCurves
from mmm.plan.week_curves import WeekCurves, carryover_kernel
from mmm.posterior.fitted import FittedModel
from mmm.spec.medium import MediaGroup
from mmm.spec.structure import Structure
from mmm.types import Array, Parameters

type GroupCurves = PlanCurves | WeekCurves


def is_separable(s: Structure) -> bool:
    """Whether the expected KPI is a sum of functions of one channel's spend each."""
    return not s.log_link and not s.interactions


def build_curves(
    model: FittedModel,
    world: Variables,
    layout: PlanLayout,
    value: Array,
    known: Array | None = None,
) -> Iterator[GroupCurves]:
    """Curves of every group that has own media, for the cells of ``layout``.

    ``value (week, geo)``: value of one unit of the KPI; weeks after the last one that has any are
    left out. ``known (cell,)``: spend beyond which the form of the curves is uncertain; None where
    plans stay below it.
    """
    history, s = len(model.panel.weeks), model.structure
    start = history - min(history, s.max_lag)
    inputs = model.design.inputs_on(world)
    stop = max(_last_with_value(value) + 1, history + layout.index.shape[0])
    weights = _curve_weights(model, inputs, value, slice(history, stop))
    d = replace(inputs, exposure=inputs.exposure[:, start:], frequency=inputs.frequency[:, start:])
    per_currency = exposure_per_currency(model, world, layout.shares)[:, start:]
    later, horizon = slice(history - start, stop - start), layout.index.shape[0]
    decided = slice(history - start, history - start + horizon)
    given = np.ones((d.exposure.shape[1], 1), dtype=np.bool_)
    given[decided] = False
    for carried in s.groups:
        group = carried.uncarried if carried.saturates_first else carried
        own_members = [i for i, member in enumerate(group.members) if s.media[member].is_planned]
        if not own_members:
            continue
        q, rows = group_parameters(model.posterior.draws, group), [*group.members]
        adstocked = group_adstock(q, d, group, s, np, d.exposure[rows] * given)
        members = [group.members[i] for i in own_members]
        own = {name: values[:, own_members] for name, values in q.items()}
        carry_in = np.asfortranarray(adstocked[..., own_members, later, :])
        weight = weights[:, members]
        if carried.saturates_first:
            weight = carried_weight(weight, own, carried)
        weight = np.asfortranarray(weight)
        curve = SATURATION[group.saturation](carry_in, own, np)
        carry_in_value = np.einsum("smtg,smtg->smg", weight, curve + 0.0 * weight)
        index = layout.index[..., [s.paid.index(s.media[member].source) for member in members]]
        if not layout.by_week:
            adstocked_unit = group_adstock_of_change(q, d, group, s, np, per_currency[rows])
            unit = np.broadcast_to(adstocked_unit[..., own_members, later, :], weight.shape)
            weeks = _merge_equal_weeks(carry_in, unit, weight)
            yield _with_form(
                PlanCurves(group, index[0].T, own, *weeks, carry_in_value=carry_in_value), s, known
            )
            continue
        bought = per_currency[rows][:, decided]
        if group.by_frequency:
            bought = bought * frequency_curve(d.frequency[rows][:, decided], q, np)
        by_week = WeekCurves(
            group=group,
            cells=index.transpose(2, 0, 1),
            parameters=own,
            carry_in=carry_in,
            kernel=carryover_kernel(group, own, weight.shape[2], horizon),
            exposure_per_unit=bought[..., own_members, :, :],
            weight=weight,
            carry_in_value=carry_in_value,
        )
        yield _with_form(by_week, s, known)


def carried_weight(weight: Array, q: Parameters, group: MediaGroup) -> Array:
    """(draw, member, week, geo) value of one unit of a week's saturated exposure, which carries
    over after it: the ``weight`` of the weeks from that one on, times the adstock's weights.

    The response is then a sum over weeks of curves of their own exposure.
    """
    by_lag = adstock_weights(group.adstock, q, group.max_lag, np)
    total: Array = np.zeros_like(weight + 0.0 * by_lag[..., :1, None])
    for lag in range(min(group.max_lag + 1, weight.shape[-2])):
        ahead = weight[..., lag:, :]
        total[..., : ahead.shape[-2], :] += by_lag[..., lag, None, None] * ahead
    return total


def _with_form[C: (PlanCurves, WeekCurves)](curves: C, s: Structure, known: Array | None) -> C:
    """The curves with an uncertain form beyond the exposure that ``known (cell,)`` buys."""
    if known is None:
        return curves
    media = (s.media[member] for member in curves.group.members)
    owners = [medium.source for medium in media if medium.is_planned]
    return replace(curves, form=curve_form(curves.exposure(known), owners))


def _last_with_value(value: Array) -> int:
    """Position of the last week of ``value (week, geo)`` with a value; -1 where none has any."""
    return int(np.flatnonzero(value.any(1)).max(initial=-1))


def _merge_equal_weeks(carry: Array, unit: Array, weight: Array) -> tuple[Array, Array, Array]:
    """The three arrays (draw, member, week, geo) with consecutive weeks of equal exposure merged.

    The weights of merged weeks are added up. With even phasing these are the weeks between the last
    carry-in and the end of the horizon.
    """
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
    """(medium, week, geo) scaled exposure in every week of ``world`` that one unit of currency,
    spent on the medium's channel over the horizon, buys.

    ``shares (week, geo, channel)`` cover the horizon, which follows the observed weeks.
    """
    s, history = model.structure, len(model.panel.weeks)
    bought = np.zeros_like(world.spend)
    bought[history : history + shares.shape[0], :, [*s.paid]] = shares
    per_unit = (bought / world.unit_cost).transpose(2, 0, 1)
    exposure = np.zeros((len(s.media), *per_unit.shape[1:]))
    for i, medium in enumerate(s.media):
        if medium.is_planned:
            exposure[i] = per_unit[medium.source] / model.scales.exposure[medium.source]
    return exposure


def _media_unit_value(model: FittedModel, inputs: Inputs, value: Array) -> Array:
    """(draw, week, geo) value of one scaled unit of media (identity link)."""
    p, s = model.posterior.draws, model.structure
    factor = equations.price_factor(p, inputs, s, np) if s.price_acts_on_all else 1.0
    unit_value = factor * value * model.scales.kpi_unit
    return np.broadcast_to(unit_value, (model.posterior.n_draws, *value.shape))


def _curve_weights(model: FittedModel, inputs: Inputs, value: Array, weeks: slice) -> Array:
    """(draw, medium, week, geo) value of one unit of each medium's curve in ``weeks``."""
    p, s = model.posterior.draws, model.structure
    unit_value = _media_unit_value(model, inputs, value)[:, weeks]
    values = [unit_value] * s.n_direct
    values += [
        value_of_mediator(p, s, s.mediators.index(s.media[i].target), unit_value, np)
        for i in s.paths
    ]
    strength = equations.media_coefficients(p, inputs, s, np)
    strength = strength[..., weeks, :] if strength.shape[-2] > 1 else strength
    return np.asarray(strength * np.stack(values, axis=1))
