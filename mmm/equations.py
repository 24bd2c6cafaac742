"""The structural equations: each node's mean from its parents, written once.

For week t, geo g, in shares of the mean kpi (identity link):

    mean         = price_factor * (baseline + sum_c media_c + sum_k rival_media_k) + controls
    price_factor = (price / price_ref)^e * prod_k (rival_price_k / ref_k)^h_k
    baseline     = level_g + trend + season + shock_t
    media_c      =  beta[c, g] * saturation_c(adstock_c(exposure_c))
    rival_media_k = -gamma_k   * saturation_k(adstock_k(rival exposure_k))

    e -> elasticity (1 + elasticity where the kpi is revenue)   h -> cross_elasticity

With ``price.acts_on = "baseline"`` the factor multiplies the baseline alone. The same functions run
on PyTensor tensors to build the PyMC graph and on NumPy arrays to answer questions over all draws:
parameters carry leading draw dimensions (or none), inputs none. Shapes are given per function.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mmm.scales import Scales
from mmm.structure import Group, Structure
from mmm.transforms import SATURATION, adstock_weights, convolve
from mmm.types import Namespace, Tensor

type Parameters = Mapping[str, Tensor]


@dataclass(frozen=True)
class Inputs:
    """Scaled inputs of the equations.

    ``exposure (medium, week, geo)``, ``before (medium, 1, geo)`` of each week ahead,
    ``log_price (week, geo)``, ``log_rival_price (priced_rival, week, geo)``, ``control (control,
    week, geo)`` standardised, ``trend (week,)``, ``season (harmonic, week)``.
    """

    exposure: Tensor
    before: Tensor
    log_price: Tensor
    log_rival_price: Tensor
    control: Tensor
    trend: Tensor
    season: Tensor


@dataclass(frozen=True)
class Terms:
    """The parts of the mean, each (..., week, geo); media (..., medium, week, geo), signed."""

    price_factor: Tensor
    level: Tensor
    trend: Tensor
    season: Tensor
    shock: Tensor
    media: Tensor
    control: Tensor


def scaled_inputs(
    variables: Mapping[str, Tensor], basis: Mapping[str, Tensor], scales: Scales, xp: Namespace
) -> Inputs:
    """Inputs from variables in natural units (see ``timeline.Variables``) and the date basis."""
    spend = xp.concatenate([variables["spend"], variables["rival_spend"]], axis=-1)
    rival_price = variables["rival_price"] / scales.rival_price_ref
    control = (variables["controls"] - scales.control_mean) / scales.control_sd
    return Inputs(
        exposure=spend.transpose(2, 0, 1) / scales.exposure[:, None, :],
        before=(scales.before / scales.exposure)[:, None, :],
        log_price=xp.log(variables["price"] / scales.price_ref),
        log_rival_price=xp.log(rival_price).transpose(2, 0, 1),
        control=control.transpose(2, 0, 1),
        trend=basis["trend"],
        season=basis["season"],
    )


def log_price_parts(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., price, week, geo) log of each price's factor: own price first if any, then rivals'."""
    parts = []
    if s.has_price:
        exponent = p["elasticity"] + (1.0 if s.kpi_is_revenue else 0.0)
        parts.append((exponent[..., None, None] * d.log_price)[..., None, :, :])
    if s.priced_rivals:
        parts.append(p["cross_elasticity"][..., None, None] * d.log_rival_price)
    return parts[0] if len(parts) == 1 else xp.concatenate(parts, axis=-3)


def price_factor(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo), one at the reference prices."""
    if not s.has_price_factor:
        return xp.ones_like(d.log_price)
    return xp.exp(log_price_parts(p, d, s, xp).sum(-3))


def media(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Tensor:
    """(..., medium, week, geo) signed contributions before the price factor."""
    coefficient = p["beta"]
    if s.spending_rivals:
        rival = -p["gamma"][..., :, None] * xp.ones_like(d.log_price[0])
        coefficient = xp.concatenate([coefficient, rival], axis=-2)
    rows: dict[int, Tensor] = {}
    for group in s.groups:
        members = slice(None) if len(s.groups) == 1 else [*group.members]
        curve = group_curves(p, d.exposure[members], d.before[members], group, xp)
        values = coefficient[..., members, None, :] * curve
        if len(s.groups) == 1:
            return values
        rows.update({member: values[..., i, :, :] for i, member in enumerate(group.members)})
    return xp.stack([rows[member] for member in range(len(s.media))], axis=-3)


def group_parameters(p: Parameters, group: Group) -> dict[str, Tensor]:
    """Curve parameters of the group's members, each (..., member)."""
    return {
        name: p[name] if positions is None else p[name][..., [*positions]]
        for name, positions in group.positions.items()
    }


def group_adstock(
    q: Parameters, exposure: Tensor, before: Tensor, group: Group, xp: Namespace
) -> Tensor:
    """(..., member, week, geo) adstocked exposure, from the group's own parameters ``q``."""
    if group.adstock == "none":
        return exposure
    ahead = before * np.ones((1, group.max_lag, 1))
    weights = adstock_weights(group.adstock, q, group.max_lag, xp)
    return convolve(exposure, weights, ahead, group.max_lag, xp)


def group_curves(
    p: Parameters, exposure: Tensor, before: Tensor, group: Group, xp: Namespace
) -> Tensor:
    """(..., member, week, geo) response of a group's members before their coefficient."""
    q = group_parameters(p, group)
    return SATURATION[group.saturation](group_adstock(q, exposure, before, group, xp), q, xp)


def terms(p: Parameters, d: Inputs, s: Structure, xp: Namespace) -> Terms:
    """All parts of the mean."""
    zero = xp.zeros_like(d.log_price)
    control = (
        xp.tensordot(p["control_effect"], d.control, axes=[[p["control_effect"].ndim - 1], [0]])
        if s.controls
        else zero
    )
    return Terms(
        price_factor=price_factor(p, d, s, xp),
        level=p["level"][..., None, :] + zero,
        trend=p["trend"][..., None, None] * d.trend[:, None] + zero if s.has_trend else zero,
        season=(p["season"] @ d.season)[..., :, None] + zero if s.yearly else zero,
        shock=p["shock"][..., :, None] + zero if "shock" in p else zero,
        media=media(p, d, s, xp),
        control=control,
    )


def mean(t: Terms, s: Structure) -> Tensor:
    """(..., week, geo) structural mean of the kpi, in scaled units."""
    baseline = t.level + t.trend + t.season + t.shock
    all_media = t.media.sum(-3)
    if s.price_acts_on_all:
        return t.price_factor * (baseline + all_media) + t.control
    return t.price_factor * baseline + all_media + t.control
