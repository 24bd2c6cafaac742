"""ROI and marginal ROI of each channel, over all its paths.

    ROI          = value of the contribution, with carryover after the last week, / spend
    marginal ROI = the same for the last unit: d value / d log(all spend of the channel) / spend

Prices after the last observed week are held at their last value. With the log link a contribution
is the contrast to the mean without the channel.
"""

from collections.abc import Iterator

import numpy as np

from mmm.attribution.answers import ChannelReturn
from mmm.attribution.decomposition import channel_slopes, channel_terms
from mmm.counterfactual.future import extend_timeline
from mmm.data.kpi_value import weekly_value
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, kpi_per_media_unit
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array


def channel_returns(model: FittedModel) -> Iterator[ChannelReturn]:
    """Contribution (observed weeks), ROI and marginal ROI of each channel; a channel without cost
    has a contribution only."""
    contribution = channel_contributions(model)
    roi, marginal = return_draws(model)
    spend, paid = model.panel.array("spend").sum((0, 1)), model.structure.paid
    for i, name in enumerate(model.structure.channels):
        yield ChannelReturn(
            name=name,
            spend=float(spend[i]) if i in paid else None,
            contribution=summarize(contribution[:, i]),
            roi=summarize(roi[:, i]) if i in paid else None,
            marginal_roi=summarize(marginal[:, i]) if i in paid else None,
        )


def channel_contributions(model: FittedModel) -> Array:
    """(draw, channel) contribution over the observed weeks in KPI units, without carryover after
    them."""

    def total(evaluation: Evaluation) -> Array:
        return _contrasts(model, evaluation).sum((-2, -1))

    return evaluate(model, model.design.observed, total)


def weekly_contributions(model: FittedModel) -> Array:
    """(draw, channel, week) contribution over all geos in KPI units."""

    def by_week(evaluation: Evaluation) -> Array:
        return _contrasts(model, evaluation).sum(-1)

    return evaluate(model, model.design.observed, by_week)


def return_draws(model: FittedModel) -> tuple[Array, Array]:
    """(draw, channel) ROI and marginal ROI, with carryover after the observed weeks; NaN for a
    channel without cost."""
    last = model.panel.weeks[-1]
    world, _ = extend_timeline(model, last, model.structure.max_lag, {}, None)
    value = weekly_value(model.panel, model.spec, world.price)
    spend = _paid_spend(model)

    def both_returns(evaluation: Evaluation) -> Array:
        total = (_contrasts(model, evaluation) * value).sum((-2, -1))
        unit_value = (kpi_per_media_unit(model, evaluation) * value)[:, None]
        marginal = (channel_slopes(model, evaluation) * unit_value).sum((-2, -1))
        return np.stack([total, marginal], axis=1) / spend

    draws = evaluate(model, world, both_returns)
    return draws[:, 0], draws[:, 1]


def _paid_spend(model: FittedModel) -> Array:
    """(channel,) total spend in currency; NaN for a channel without cost."""
    spend = np.full(model.structure.n_channels, np.nan)
    paid = [*model.structure.paid]
    spend[paid] = model.panel.array("spend").sum((0, 1))[paid]
    return spend


def _contrasts(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, channel, week, geo) contribution of each channel in KPI units."""
    terms = channel_terms(model, evaluation)
    if model.structure.log_link:
        return np.asarray(-np.expm1(-terms) * expected_kpi(model, evaluation)[:, None])
    return np.asarray(terms * kpi_per_media_unit(model, evaluation)[:, None])
