"""Response curves: what a steady weekly spend earns each channel, and where today stands on it.

A channel's total spend per week is split over geos as it was observed; at steady spend the
adstocked exposure equals the exposure, and prices stand at their reference:

    contribution_c(x) = sum_g kpi_unit_g * beta[c, g] * saturation_c(x * share_g / scale_cg)
"""

import numpy as np

from mmm import equations
from mmm.answers import Answer
from mmm.fitted import FittedModel
from mmm.interval import Interval, summarize
from mmm.transforms import SATURATION, SATURATION_DERIVATIVE
from mmm.types import Array

POINTS = 41
REACH = 2.0
RECENT_WEEKS = 13


class CurvePoint(Answer):
    """At ``spend`` per week: contribution in kpi units per week, and kpi units of the next unit."""

    spend: float
    contribution: Interval
    marginal: Interval


class ChannelCurve(Answer):
    """A channel's curve with the spend observed, in currency per week over all geos."""

    name: str
    observed_min: float
    observed_max: float
    observed_mean: float
    current: float
    points: tuple[CurvePoint, ...]


class Curves(Answer):
    """Every channel's response curve."""

    unit: str
    channels: tuple[ChannelCurve, ...]


def curves(model: FittedModel) -> Curves:
    """Response curves from zero to twice the largest observed weekly spend."""
    weekly = model.panel.array("spend").sum(1)
    found = []
    for channel, name in enumerate(model.structure.channels):
        seen = weekly[:, channel]
        grid = np.linspace(0.0, REACH * seen.max(), POINTS)
        level, slope = curve_draws(model, channel, grid)
        points = tuple(
            CurvePoint(
                spend=float(spend),
                contribution=summarize(level[:, i]),
                marginal=summarize(slope[:, i]),
            )
            for i, spend in enumerate(grid)
        )
        found.append(
            ChannelCurve(
                name=name,
                observed_min=float(seen.min()),
                observed_max=float(seen.max()),
                observed_mean=float(seen.mean()),
                current=float(seen[-RECENT_WEEKS:].mean()),
                points=points,
            )
        )
    return Curves(unit=model.kpi_unit, channels=tuple(found))


def curve_draws(model: FittedModel, channel: int, spend: Array) -> tuple[Array, Array]:
    """(draw, point) contribution per week and its derivative at steady total ``spend (point,)``."""
    s, p = model.structure, model.posterior.draws
    group = next(group for group in s.groups if channel in group.members)
    at = group.members.index(channel)
    q = {name: values[:, [at]] for name, values in equations.group_parameters(p, group).items()}
    by_geo = model.panel.array("spend")[..., channel].sum(0)
    per_unit = by_geo / by_geo.sum() / model.scales.exposure[channel]
    x = (spend[:, None] * per_unit)[None, None]
    weight = (p["beta"][:, channel] * model.scales.kpi_unit)[:, None, None, :]
    level = SATURATION[group.saturation](x, q, np) * weight
    slope = SATURATION_DERIVATIVE[group.saturation](x, q, np) * weight * per_unit
    shape = (model.posterior.n_draws, spend.size)
    return (
        np.broadcast_to(level.sum((1, 3)), shape),
        np.broadcast_to(slope.sum((1, 3)), shape),
    )
