"""What each channel earned per unit of spend, over all its paths.

    ROI          = value of the contribution, carry-out counted, / spend
    marginal ROI = the same for the last unit: d value / d log(all spend of the channel) / spend

Prices in the carry-out weeks are held at their last value. With the log link a contribution is the
contrast to the mean without the channel.
"""

from collections.abc import Iterator

import numpy as np

from mmm.attribution.answers import ChannelReturn
from mmm.attribution.decomposition import channel_slopes, channel_terms
from mmm.counterfactual.future import extend_timeline
from mmm.data.kpi_value import kpi_value
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, kpi_per_media_unit
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array


def channel_returns(model: FittedModel) -> Iterator[ChannelReturn]:
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

    def total(evaluation: Evaluation) -> Array:
        return _contrasts(model, evaluation).sum((-2, -1))

    return evaluate(model, model.design.observed, total)


def return_draws(model: FittedModel) -> tuple[Array, Array]:
    """(draw, channel) ROI and marginal ROI, carry-out counted."""
    last = model.panel.weeks[-1]
    world, _ = extend_timeline(model, last, model.structure.max_lag, {}, None)
    value = kpi_value(model.spec, world.price)
    spend = model.panel.array("spend").sum((0, 1))

    def both(evaluation: Evaluation) -> Array:
        earned = (_contrasts(model, evaluation) * value).sum((-2, -1))
        worth = (kpi_per_media_unit(model, evaluation) * value)[:, None]
        next_unit = (channel_slopes(model, evaluation) * worth).sum((-2, -1))
        return np.stack([earned, next_unit], axis=1) / spend

    found = evaluate(model, world, both)
    return found[:, 0], found[:, 1]


def _contrasts(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, channel, week, geo) kpi units that would be missing without each channel."""
    terms = channel_terms(model, evaluation)
    if model.structure.log_link:
        return np.asarray(-np.expm1(-terms) * expected_kpi(model, evaluation)[:, None])
    return np.asarray(terms * kpi_per_media_unit(model, evaluation)[:, None])
