"""ModelSpec and Panel -> the generative PyMC model that do, observe and sampling all act on.

Variables in natural units are ``pm.Data`` nodes named as in ``timeline.Variables``; parameters are
drawn from ``priors``; the mean comes from ``equations``; the observed node is ``kpi``.

An effect is drawn at the channel's mean active spend, not at its asymptote: data inform the former,
so effect and half-saturation are nearly independent. ``beta`` follows as effect / curve(1). Under
an ROI prior, effect follows from (after Zhang et al. 2024, Media Mix Model Calibration)

    beta_c = roi_c * sum(spend_c) / sum(value * price_factor * ratio_cg * curve_cg)

over the reference window and its carry-out, with ratio_cg the geo's effect relative to the channel.
Latent geo and week effects are an innovation times a scale, so that ``do`` propagates.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from mmm import equations
from mmm.collapse import log_evidence
from mmm.equations import Inputs, Parameters
from mmm.panel import Panel
from mmm.priors import PRIORS, Prior, effect_prior, roi_prior
from mmm.scales import Scales
from mmm.spec import ModelSpec
from mmm.structure import Structure, structure_of
from mmm.timeline import date_basis, observed
from mmm.transforms import SATURATION
from mmm.types import Tensor
from mmm.value import kpi_value

VARIABLE_DIMS = {
    "spend": ("date", "geo", "channel"),
    "rival_spend": ("date", "geo", "spending_rival"),
    "price": ("date", "geo"),
    "rival_price": ("date", "geo", "priced_rival"),
    "controls": ("date", "geo", "control"),
}


def build_model(spec: ModelSpec, panel: Panel, scales: Scales) -> pm.Model:
    """The generative model with its kpi observed; free variables are listed in ``priors``."""
    structure = structure_of(spec)
    with pm.Model(coords=_coords(structure, panel)) as model:
        inputs = _inputs(spec, panel, scales)
        p = _nonlinear_parameters(spec, structure, panel, scales, inputs)
        p |= _linear_parameters(structure, panel)
        scaled_mean = equations.mean(equations.terms(p, inputs, structure, pt), structure)
        unit = pm.Data("kpi_unit", scales.kpi_unit, dims="geo")
        _likelihood(spec, unit * scaled_mean, unit, panel)
    return model


def build_collapsed(spec: ModelSpec, panel: Panel, scales: Scales) -> pm.Model:
    """The same posterior over the non-linear parameters alone; see ``collapse``."""
    structure = structure_of(spec)
    with pm.Model(coords=_coords(structure, panel)) as model:
        inputs = _inputs(spec, panel, scales)
        p = _nonlinear_parameters(spec, structure, panel, scales, inputs)
        p["sigma"] = _draw("sigma", PRIORS["sigma"])
        if len(panel.geos) > 1:
            p |= {name: _draw(name, PRIORS[name]) for name in ("level_sd", "shock_sd")}
        kpi = pm.Data("scaled_kpi", panel.array("kpi") / scales.kpi_unit, dims=("date", "geo"))
        pm.Potential("kpi", log_evidence(p, inputs, structure, kpi))
    return model


def collapsible(spec: ModelSpec) -> bool:
    """Whether the kpi is linear-Gaussian in its linear coefficients."""
    return spec.kpi.likelihood == "normal"


def _likelihood(spec: ModelSpec, mean: Tensor, unit: Tensor, panel: Panel) -> None:
    sigma = _draw("sigma", PRIORS["sigma"]) * unit
    kpi = pm.Data("observed_kpi", panel.array("kpi"), dims=("date", "geo"))
    if spec.kpi.likelihood == "student_t":
        nu = pm.Deterministic("nu", 2.0 + _draw("nu_above_two", PRIORS["nu"]))
        pm.StudentT("kpi", nu=nu, mu=mean, sigma=sigma, observed=kpi, dims=("date", "geo"))
    else:
        pm.Normal("kpi", mu=mean, sigma=sigma, observed=kpi, dims=("date", "geo"))


def _inputs(spec: ModelSpec, panel: Panel, scales: Scales) -> Inputs:
    """Scaled inputs from data nodes: no number of the data is a constant of the graph, so that
    models of one structure share their compiled code."""
    names = ("exposure", "before", "rival_price_ref", "control_mean", "control_sd")
    nodes: dict[str, Any] = {
        name: pm.Data(f"scale_{name}", getattr(scales, name)) for name in (*names, "price_ref")
    }
    basis = _basis(panel, scales, spec)
    return equations.scaled_inputs(_variables(panel), basis, replace(scales, **nodes), pt)


def _variables(panel: Panel) -> dict[str, Tensor]:
    world = observed(panel)
    return {
        name: pm.Data(name, getattr(world, name), dims=dims) for name, dims in VARIABLE_DIMS.items()
    }


def _basis(panel: Panel, scales: Scales, spec: ModelSpec) -> dict[str, Tensor]:
    yearly = spec.seasonality.yearly
    basis = date_basis(panel.weeks, scales.origin, scales.span_weeks, yearly)
    return {
        "trend": pm.Data("trend_basis", basis["trend"], dims="date"),
        "season": pm.Data("season_basis", basis["season"], dims=("harmonic", "date")),
    }


def _coords(s: Structure, panel: Panel) -> dict[str, Sequence[object]]:
    media = [medium.name for medium in s.media]
    coords: dict[str, Sequence[object]] = {
        "date": [week.isoformat() for week in panel.weeks],
        "geo": panel.geos,
        "channel": s.channels,
        "control": s.controls,
        "priced_rival": s.priced_rivals,
        "spending_rival": s.spending_rivals,
        "harmonic": range(2 * s.yearly),
    }
    for name, members in s.parameter_media.items():
        coords[f"{name}_medium"] = [media[member] for member in members]
    return coords


def _nonlinear_parameters(
    spec: ModelSpec, s: Structure, panel: Panel, scales: Scales, inputs: Inputs
) -> dict[str, Tensor]:
    p = {name: _draw(name, PRIORS[name], f"{name}_medium") for name in s.parameter_media}
    if s.has_price:
        p["elasticity"] = pm.Deterministic(
            "elasticity", -_draw("elasticity_size", PRIORS["elasticity_size"])
        )
    if s.priced_rivals:
        prior = PRIORS["cross_elasticity"]
        p["cross_elasticity"] = _draw("cross_elasticity", prior, "priced_rival")
    at_one = _curve_at_one(p, s)
    if s.spending_rivals:
        lost = _draw("gamma_at_mean", PRIORS["gamma_at_mean"], "spending_rival")
        p["gamma"] = pm.Deterministic("gamma", lost / at_one[s.n_channels :], dims="spending_rival")
    ratio = _geo_ratio(panel)
    per_channel = _effects(spec, s, panel, scales, inputs, p, ratio, at_one)
    p["beta"] = pm.Deterministic("beta", per_channel[:, None] * ratio, dims=("channel", "geo"))
    return p


def _linear_parameters(s: Structure, panel: Panel) -> dict[str, Tensor]:
    p: dict[str, Tensor] = {}
    level = _draw("level_mean", PRIORS["level"])
    if len(panel.geos) == 1:
        p["level"] = pm.Deterministic("level", level[None], dims="geo")
    else:
        deviation = _draw("level_sd", PRIORS["level_sd"]) * pm.Normal("level_z", dims="geo")
        p["level"] = pm.Deterministic("level", level + deviation, dims="geo")
        sd, z = _draw("shock_sd", PRIORS["shock_sd"]), pm.Normal("shock_z", dims="date")
        p["shock"] = pm.Deterministic("shock", sd * z, dims="date")
    if s.has_trend:
        p["trend"] = _draw("trend", PRIORS["trend"])
    if s.yearly:
        p["season"] = _draw("season", PRIORS["season"], "harmonic")
    if s.controls:
        p["control_effect"] = _draw("control_effect", PRIORS["control_effect"], "control")
    return p


def _geo_ratio(panel: Panel) -> Tensor:
    """(channel, geo) a geo's effect relative to the channel's; ones in a national model."""
    if len(panel.geos) == 1:
        return pt.ones((panel.data.sizes["channel"], 1))
    sd = _draw("effect_sd", PRIORS["effect_sd"], "channel")
    return pt.exp(sd[:, None] * pm.Normal("effect_z", dims=("channel", "geo")))


def _curve_at_one(p: Parameters, s: Structure) -> Tensor:
    """(medium,) saturation curve at the mean active exposure."""
    rows: dict[int, Tensor] = {}
    for group in s.groups:
        one = pt.ones((len(group.members), 1, 1))
        value = SATURATION[group.saturation](one, equations.group_parameters(p, group), pt)
        rows.update({member: value[i, 0, 0] for i, member in enumerate(group.members)})
    return pt.stack([rows[member] for member in range(len(s.media))])


def _effects(
    spec: ModelSpec,
    s: Structure,
    panel: Panel,
    scales: Scales,
    inputs: Inputs,
    p: Parameters,
    ratio: Tensor,
    at_one: Tensor,
) -> Tensor:
    """(channel,) coefficient of each channel's curve before its geo ratio."""
    with_roi = [i for i, channel in enumerate(spec.channels) if channel.prior.roi is not None]
    free = [i for i in range(s.n_channels) if i not in with_roi]
    rows: dict[int, Tensor] = {}
    if free:
        names = np.array([s.channels[i] for i in free], dtype=object)
        pm.modelcontext(None).add_coord("free_effect_channel", names)
        priors = effect_prior(scales.exposure[: s.n_channels].mean(1))
        center, sigma = np.array([priors[channel].parameters for channel in free]).T
        center = pm.Data("effect_center", center)
        effect = pm.LogNormal("effect", center, sigma[0], dims="free_effect_channel") / at_one[free]
        rows |= {channel: effect[i] for i, channel in enumerate(free)}
    if with_roi:
        earned = _value_per_coefficient(spec, s, panel, scales, inputs, p, ratio)
        spend = pm.Data("total_spend", panel.array("spend").sum((0, 1)))
        for channel in with_roi:
            roi = spec.channels[channel].prior.roi
            assert roi is not None
            drawn = _draw(f"roi_{s.channels[channel]}", roi_prior(roi))
            rows[channel] = drawn * spend[channel] / earned[channel]
    return pt.stack([rows[channel] for channel in range(s.n_channels)])


def _value_per_coefficient(
    spec: ModelSpec,
    s: Structure,
    panel: Panel,
    scales: Scales,
    inputs: Inputs,
    p: Parameters,
    ratio: Tensor,
) -> Tensor:
    """(channel,) currency earned per unit of beta, carry-out at the last week's price counted."""
    tail = s.max_lag
    ahead = pt.zeros((len(s.media), tail, len(panel.geos)))
    longer = Inputs(
        exposure=pt.concatenate([inputs.exposure, ahead], axis=1),
        before=inputs.before,
        log_price=_hold(inputs.log_price, tail, 0),
        log_rival_price=_hold(inputs.log_rival_price, tail, 1),
        control=inputs.control,
        trend=inputs.trend,
        season=inputs.season,
    )
    per_coefficient = equations.media({**p, "beta": ratio}, longer, s, pt)[: s.n_channels]
    factor = equations.price_factor(p, longer, s, pt) if s.price_acts_on_all else 1.0
    prices = observed(panel).price
    value = kpi_value(spec, np.concatenate([prices, np.repeat(prices[-1:], tail, axis=0)]))
    worth = pm.Data("media_worth", value * scales.kpi_unit)
    return (per_coefficient * (factor * worth)[None]).sum((1, 2))


def _hold(values: Tensor, weeks: int, axis: int) -> Tensor:
    last = values[-1:] if axis == 0 else values[:, -1:]
    return pt.concatenate([values, *[last] * weeks], axis=axis)


def _draw(name: str, prior: Prior, dims: str | None = None) -> Tensor:
    a, b = (*prior.parameters, 0.0)[:2]
    families = {
        "normal": lambda: pm.Normal(name, a, b, dims=dims),
        "half_normal": lambda: pm.HalfNormal(name, a, dims=dims),
        "lognormal": lambda: pm.LogNormal(name, a, b, dims=dims),
        "beta": lambda: pm.Beta(name, a, b, dims=dims),
        "gamma": lambda: pm.Gamma(name, a, b, dims=dims),
    }
    return families[prior.family]()
