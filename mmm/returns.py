"""What each channel earned per unit of spend.

    ROI          = value of the contribution, carry-out counted, / spend
    marginal ROI = the same for the last unit: d value / d log(all spend of the channel) / spend

Prices in the carry-out weeks are held at their last value.
"""

from collections.abc import Iterator

import numpy as np

from mmm import equations
from mmm.answers import Answer
from mmm.evaluate import Evaluation, evaluate, media_factor
from mmm.fitted import FittedModel
from mmm.future import timeline
from mmm.interval import Interval, summarize
from mmm.timeline import observed
from mmm.transforms import SATURATION_DERIVATIVE
from mmm.types import Array
from mmm.value import kpi_value


class ChannelReturn(Answer):
    """What a channel cost and earned; ``roi`` is in value per currency (see ``roi_unit``)."""

    name: str
    spend: float
    contribution: Interval
    roi: Interval
    marginal_roi: Interval


def returns(model: FittedModel) -> Iterator[ChannelReturn]:
    """Contribution (observed weeks), ROI and marginal ROI of each channel."""
    inside = channel_contributions(model)
    roi, marginal = return_draws(model)
    spend = model.panel.array("spend").sum((0, 1))
    for i, name in enumerate(model.structure.channels):
        yield ChannelReturn(
            name=name,
            spend=float(spend[i]),
            contribution=summarize(inside[:, i]),
            roi=summarize(roi[:, i]),
            marginal_roi=summarize(marginal[:, i]),
        )


def channel_contributions(model: FittedModel) -> Array:
    """(draw, channel) contribution over the observed weeks, kpi units, carry-out not counted."""
    own = slice(model.structure.n_channels)

    def total(found: Evaluation) -> Array:
        factor = media_factor(model, found.terms)[..., None, :, :]
        return np.asarray((found.terms.media[:, own] * factor).sum((-2, -1)))

    return evaluate(model, observed(model.panel), total)


def return_draws(model: FittedModel) -> tuple[Array, Array]:
    """(draw, channel) ROI and marginal ROI, carry-out counted."""
    n, last = model.structure.n_channels, model.panel.weeks[-1]
    world, _ = timeline(model, last, model.structure.max_lag, {}, None)
    value = kpi_value(model.spec, world.price)
    spend = model.panel.array("spend").sum((0, 1))

    def both(found: Evaluation) -> Array:
        worth = (media_factor(model, found.terms) * value)[..., None, :, :]
        earned = (found.terms.media[:, :n] * worth).sum((-2, -1))
        next_unit = (_elasticity_terms(model, found)[:, :n] * worth).sum((-2, -1))
        return np.stack([earned, next_unit], axis=1) / spend

    found = evaluate(model, world, both)
    return found[:, 0], found[:, 1]


def _elasticity_terms(model: FittedModel, found: Evaluation) -> Array:
    """(draw, medium, week, geo) derivative of each medium's term to the log of all its spend."""
    s, p, d = model.structure, found.parameters, found.inputs
    out = np.zeros_like(found.terms.media)
    for group in s.groups:
        members = [m for m in group.members if m < s.n_channels]
        if not members:
            continue
        rows = [*group.members]
        q = equations.group_parameters(p, group)
        full = equations.group_adstock(q, d.exposure[rows], d.before[rows], group, np)
        own = equations.group_adstock(q, d.exposure[rows], 0.0 * d.before[rows], group, np)
        slope = SATURATION_DERIVATIVE[group.saturation](full, q, np) * own
        for i, member in enumerate(rows):
            if member < s.n_channels:
                out[:, member] = p["beta"][:, member, None, :] * slope[..., i, :, :]
    return np.asarray(out)
