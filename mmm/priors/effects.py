"""The prior of a channel's effect, free or implied by a statement about ROI, share or elasticity.

Without a statement an effect is drawn at the channel's mean active exposure, not at its asymptote:
data inform the former, so effect and half-saturation are nearly independent. The data
inform best how much a channel's contribution varies, so a sampler draws the effect times the
standard deviation of its curve over the weeks, under the same prior. Effects that may be negative
(``signed``) have a normal prior in place of the log-normal one. A statement q about ROI,
marginal ROI, share of the KPI or elasticity fixes beta = q / (the same quantity per unit of beta),
after Zhang et al. (2024), Media Mix Model Calibration with Bayesian Priors:

    roi     sum(worth * ratio * curve) / spend       marginal_roi  with curve' * x for curve
    share   sum(unit * ratio * curve) / sum(kpi)     elasticity    with curve' * x for curve

over the reference window, the weeks of the first fit (ROI: including carryover after the window, at
the last prices): a statement refers to the spend at the time it was made. ``worth`` and ``unit``
are the currency and KPI units that one scaled unit of media brings in a week: price factor times
KPI unit; with the log link the KPI itself, to first order in the channel's term.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.kpi_value import weekly_value
from mmm.equations import mean as equations
from mmm.equations.media import media_curve_derivatives, media_curves
from mmm.priors.source import Source
from mmm.priors.table import Prior, effect_prior, signed, stated_prior
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor

FREE_EFFECT, SIGNED_EFFECT = "free_effect_channel", "signed_effect_channel"
"""Dimensions of the effects of channels that nothing is stated about."""

LEAST_RELATIVE_SD = 0.01
"""A curve that hardly moves counts as moving by this share of its value at usual spend."""


@dataclass(frozen=True)
class StatedQuantity:
    """The quantity that a statement about an effect refers to.

    Value per unit of spend with ``money``, else a share of the KPI; of the next unit of spend where
    ``marginal``, else of all spend.
    """

    money: bool
    marginal: bool

    @property
    def label(self) -> str:
        """The prefix of its data nodes in a graph."""
        return ("marginal_" if self.marginal else "") + ("value" if self.money else "kpi")


def channel_coefficients(
    design: Design,
    d: Inputs,
    p: Parameters,
    ratio: Tensor,
    at_one: Tensor,
    source: Source,
) -> Tensor:
    """(..., channel) coefficient of each channel's curve before its geo ratio; zero where the
    channel has no direct effect.

    ``ratio (..., channel, geo)`` is a geo's effect relative to the channel's, ``at_one (...,
    medium)`` the saturation at mean active exposure.
    """
    spec, s = design.spec, design.structure
    rows: dict[int, Tensor] = {i: 0.0 * at_one[..., i] for i in range(s.n_channels)}
    acting = [i for i in range(s.n_channels) if s.media[i].acts]
    unstated = [i for i in acting if spec.channels[i].prior.effect is None]
    for name, free in (
        ("effect", [i for i in unstated if not spec.channels[i].is_signed]),
        ("signed_effect", [i for i in unstated if spec.channels[i].is_signed]),
    ):
        if not free:
            continue
        scales = design.scales
        paid = np.isin(np.arange(s.n_channels), s.paid)
        budgets = np.where(paid, scales.mean_spend, np.nan)
        priors = effect_prior(budgets, _worth_of_mean_kpi(design), scales.defaults)
        if name == "signed_effect":
            priors = tuple(map(signed, priors))
        prior = _free_prior(priors, free, name, source)
        spread = partial(_relative_curve_sd, p, d, s, at_one, free, source.xp)
        dim = FREE_EFFECT if name == "effect" else SIGNED_EFFECT
        effect = source.rescaled(name, prior, spread, dim)
        if len(free) == s.n_channels:
            return effect / at_one[..., : s.n_channels]
        rows |= {channel: effect[..., k] / at_one[..., channel] for k, channel in enumerate(free)}
    per_unit: dict[StatedQuantity, Tensor] = {}
    for channel in acting:
        stated = spec.channels[channel].prior.effect
        if stated is None:
            continue
        kind, value = stated
        quantity = StatedQuantity("roi" in kind, kind in ("marginal_roi", "elasticity"))
        if quantity not in per_unit:
            per_unit[quantity] = _quantity_per_coefficient(quantity, design, d, p, ratio, source)
        of_size = stated_prior(kind, value)
        prior = signed(of_size) if spec.channels[channel].is_signed else of_size
        drawn = source.draw(f"{kind}_{s.channels[channel]}", prior)
        rows[channel] = drawn / per_unit[quantity][..., channel]
    return source.xp.stack([rows[channel] for channel in range(s.n_channels)], axis=-1)


def _relative_curve_sd(
    p: Parameters, d: Inputs, s: Structure, at_one: Tensor, free: list[int], xp: Namespace
) -> Tensor:
    """(..., free channel) s.d. of a channel's curve over weeks and geos, relative to its value at
    mean active exposure."""
    curve = media_curves(p, d, s, xp)[..., : s.n_channels, :, :]
    even = xp.ones_like(d.log_price)
    even = even / even.sum()
    center = (curve * even).sum((-2, -1))[..., None, None]
    variance = ((curve - center) ** 2 * even).sum((-2, -1))
    relative = variance / at_one[..., : s.n_channels] ** 2
    return xp.sqrt(relative + LEAST_RELATIVE_SD**2)[..., free]


def _worth_of_mean_kpi(design: Design) -> float | None:
    """Value in currency of a week's mean KPI at the reference price; None where it has none.

    It rests on the scales of the first fit, so that a refit keeps the prior.
    """
    if not design.spec.has_currency:
        return None
    window = slice(0, design.scales.span_weeks)
    price = np.full_like(design.observed.price, design.scales.price_ref)
    value = weekly_value(design.panel, design.spec, price)[window]
    usual = value.mean() if design.spec.worth_column else value[0, 0]
    return float(usual) * design.scales.kpi


def _free_prior(priors: tuple[Prior, ...], free: list[int], name: str, source: Source) -> Prior:
    center, sigma = np.array([priors[channel].parameters for channel in free]).T
    known = source.data(f"{name}_center", center), source.data(f"{name}_spread", sigma)
    return replace(priors[free[0]], parameters=known)


def _quantity_per_coefficient(
    quantity: StatedQuantity,
    design: Design,
    d: Inputs,
    p: Parameters,
    ratio: Tensor,
    source: Source,
) -> Tensor:
    """(..., channel) the stated quantity per unit of beta, as in the module's docstring."""
    s, panel, xp = design.structure, design.panel, source.xp
    tail, span = s.max_lag if quantity.money else 0, design.scales.span_weeks
    window = slice(0, span)
    d = _on_weeks(d, window) if len(panel.weeks) > span else d
    longer = followed_by_no_spend(d, tail, xp) if tail else d
    shape = media_curve_derivatives if quantity.marginal else media_curves
    response = shape(p, longer, s, xp)[..., : s.n_channels, :, :] * ratio[..., None, :]
    spend, kpi = panel.array("spend")[window].sum((0, 1)), panel.array("kpi")[window]
    worth = _value_per_scaled_unit(design, tail, money=quantity.money)
    worth = source.data(f"{quantity.label}_of_media", worth)
    if s.price_acts_on_all and not s.log_link:
        worth = equations.price_factor(p, longer, s, xp) * worth
    total = (response * worth[..., None, :, :]).sum((-2, -1))
    base = spend if quantity.money else np.full(s.n_channels, kpi.sum())
    return total / source.data(f"{quantity.label}_base", base)


def _value_per_scaled_unit(design: Design, tail: int, *, money: bool) -> Array:
    """(week, geo) value of one scaled unit of media before the price factor, ``tail`` weeks
    included; in currency with ``money``, else in KPI units."""
    scales, log_link = design.scales, design.structure.log_link
    window = slice(0, scales.span_weeks)
    kpi = design.panel.array("kpi")[window]
    value = np.ones_like(kpi)
    if money:
        value = weekly_value(design.panel, design.spec, design.observed.price)[window]
    unit = kpi if log_link else np.broadcast_to(scales.kpi_unit, kpi.shape)
    last = kpi.mean(0, keepdims=True) if log_link else unit[-1:]
    held = np.repeat(value[-1:] * last, tail, axis=0)
    return np.concatenate([value * unit, held])


def _on_weeks(d: Inputs, weeks: slice) -> Inputs:
    """``d`` restricted to ``weeks``, in the inputs of curves and prices."""
    return replace(
        d,
        exposure=d.exposure[..., weeks, :],
        frequency=d.frequency[..., weeks, :],
        log_price=d.log_price[..., weeks, :],
        log_rival_price=d.log_rival_price[..., weeks, :],
    )


def followed_by_no_spend(d: Inputs, tail: int, xp: Namespace) -> Inputs:
    """``d`` followed by ``tail`` weeks without spend at the last prices, in the inputs of curves
    and prices."""

    def hold(values: Tensor) -> Tensor:
        return xp.concatenate([values, *[values[..., -1:, :]] * tail], axis=-2)

    nothing = xp.zeros_like(hold(d.exposure)[:, -tail:])
    return replace(
        d,
        exposure=xp.concatenate([d.exposure, nothing], axis=-2),
        frequency=hold(d.frequency),
        log_price=hold(d.log_price),
        log_rival_price=hold(d.log_rival_price),
    )
