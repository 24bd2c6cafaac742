"""Response curves: each channel's weekly contribution at constant weekly spend.

A channel's total spend per week is split over geos as observed; at constant spend the adstocked
exposure equals the exposure, and prices are at their reference:

    contribution_c(x) = sum_g kpi_unit_g * beta[c, g] * saturation_c(x * share_g / scale_cg)
"""

from collections.abc import Mapping

import numpy as np

from mmm.attribution.answers import ChannelCurve, CurvePoint, ResponseCurves
from mmm.equations.media import curve_at_one, group_parameters
from mmm.equations.mediators import long_run_effect
from mmm.equations.transforms import SATURATION, SATURATION_DERIVATIVE, frequency_curve
from mmm.posterior.fitted import FittedModel
from mmm.spec.structure import Structure
from mmm.summarize import summarize
from mmm.types import Array

POINTS = 41
MULTIPLE_OF_LARGEST_SPEND = 2.0
RECENT_WEEKS = 13


def response_curves(model: FittedModel) -> ResponseCurves:
    """Response curves from zero to twice the largest observed weekly spend."""
    weekly = model.panel.array("spend").sum(1)
    channels = []
    for channel, name in enumerate(model.structure.channels):
        observed = weekly[:, channel]
        grid = np.linspace(0.0, MULTIPLE_OF_LARGEST_SPEND * observed.max(), POINTS)
        level, slope = curve_draws(model, channel, grid)
        points = tuple(
            CurvePoint(
                spend=float(spend),
                contribution=summarize(level[:, i]),
                marginal=summarize(slope[:, i]),
            )
            for i, spend in enumerate(grid)
        )
        channels.append(
            ChannelCurve(
                name=name,
                cost=model.spec.channels[channel].cost,
                observed_min=float(observed.min()),
                observed_max=float(observed.max()),
                observed_mean=float(observed.mean()),
                current=float(observed[-RECENT_WEEKS:].mean()),
                points=points,
            )
        )
    evidence = model.evidence.grades() if model.evidence else None
    return ResponseCurves(unit=model.kpi_unit, channels=tuple(channels), evidence=evidence)


def curve_draws(model: FittedModel, channel: int, spend: Array) -> tuple[Array, Array]:
    """(draw, point) contribution per week and its derivative at constant ``spend (point,)``."""
    s, p = model.structure, model.posterior.draws
    by_geo = model.panel.array("spend")[..., channel].sum(0)
    share = by_geo / by_geo.sum() / model.scales.mean_cost[channel]
    contacts = model.panel.array("frequency")[..., channel].mean(0)
    term: Array = np.zeros((1, 1, 1))
    slope: Array = np.zeros((1, 1, 1))
    for medium in (channel, *(i for i in s.paths if s.sources[i] == channel)):
        weight = _curve_weight(model, medium)
        level, rise = _steady_curve(
            p, s, medium, spend, share / model.scales.exposure[channel], contacts
        )
        term, slope = term + weight * level, slope + weight * rise
    unit = _kpi_per_scaled_unit(model, channel, term, spend)
    grown = np.expm1(term) if s.log_link else term
    rising = np.exp(term) * slope if s.log_link else slope
    shape = (model.posterior.n_draws, spend.size)
    return (
        np.broadcast_to((grown * unit).sum(-1), shape),
        np.broadcast_to((rising * unit).sum(-1), shape),
    )


def _steady_curve(
    p: Mapping[str, Array], s: Structure, medium: int, spend: Array, share: Array, contacts: Array
) -> tuple[Array, Array]:
    """(draw, point, geo) a medium's curve at constant spend, and its derivative to spend.

    ``share (geo,)``: scaled exposure in each geo of one unit of spend; ``contacts (geo,)``: mean
    frequency.
    """
    group = next(group for group in s.groups if medium in group.members)
    position = group.members.index(medium)
    q = {name: values[:, [position]] for name, values in group_parameters(p, group).items()}
    per_unit = np.broadcast_to(share, (1, 1, 1, share.size))
    if group.by_frequency:
        per_unit = per_unit * frequency_curve(contacts[None, None], q, np)
    x = spend[:, None] * per_unit
    level = SATURATION[group.saturation](x, q, np)
    rise = SATURATION_DERIVATIVE[group.saturation](x, q, np) * per_unit
    return level[:, 0], rise[:, 0]


def _curve_weight(model: FittedModel, medium: int) -> Array:
    """(draw, 1, geo) long-run scaled units of the KPI per unit of the medium's curve.

    An interaction counts with the other channel at its mean active exposure.
    """
    s, p = model.structure, model.posterior.draws
    if medium >= s.n_direct:
        target = s.mediators.index(s.media[medium].target)
        path = p["path"][:, medium - s.n_direct] * long_run_effect(p, s, target)
        return np.asarray(path[:, None, None] * np.ones(len(model.panel.geos)))
    weight = p["beta"][:, medium]
    for k, pair in enumerate(s.interactions):
        if medium in pair:
            joint = p["interaction"][:, k] / curve_at_one(p, s, np)[:, medium]
            weight = weight + joint[:, None]
    return np.asarray(weight[:, None, :])


def _kpi_per_scaled_unit(model: FittedModel, channel: int, term: Array, spend: Array) -> Array:
    """(draw, 1, geo) KPI units per scaled unit.

    With the log link it is the mean KPI without the channel's usual term.
    """
    if not model.structure.log_link:
        return np.asarray(model.scales.kpi_unit)
    usual = model.panel.array("spend")[..., channel].sum(1).mean()
    nearest = int(np.argmin(np.abs(spend - usual)))
    return np.asarray(model.panel.array("kpi").mean(0) * np.exp(-term[:, nearest : nearest + 1]))
