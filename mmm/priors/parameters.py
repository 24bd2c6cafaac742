"""Draws parameters from their priors, written once for every way of drawing.

A ``Source`` draws free parameters: nodes of a PyMC graph, or arrays of prior draws (leading
dimension draw). What follows from them (coefficients of media, pooled geo effects, the latent
demand) is arithmetic, generic over ``source.xp``.

Latent quantities are an innovation (``*_z``) times a scale, so that ``do`` propagates.
"""

import numpy as np

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.panel import Panel
from mmm.equations.media import curve_at_one
from mmm.equations.transforms import from_half_life
from mmm.priors.coefficients import coefficient_vectors, level_prior
from mmm.priors.demand_sensors import sensor_parameters
from mmm.priors.effects import channel_coefficients
from mmm.priors.geo import geo_ratio, price_parameters, signed_sd
from mmm.priors.noise_state import memory_size, noise_state
from mmm.priors.source import Source
from mmm.priors.table import PRIORS, Prior, prior_of, stated_prior
from mmm.priors.time_varying import varying_weights
from mmm.spec.media import MedianP95
from mmm.spec.model import ModelSpec
from mmm.spec.structure import Structure, event_parameters
from mmm.types import Namespace, Tensor

SET_BY_HALF_LIFE = {"weibull": "adstock_scale", "gamma": "adstock_mean"}
"""Kind of adstock -> parameter that a stated half-life determines; the others': their alpha."""


def nonlinear(design: Design, d: Inputs, source: Source) -> dict[str, Tensor]:
    """All parameters except the linear coefficients and the noise; ``d``: the observed inputs."""
    spec, s, panel = design.spec, design.structure, design.panel
    p = _curve_parameters(spec, s, source)
    p |= price_parameters(s, panel, source)
    at_one = curve_at_one(p, s, source.xp)
    if s.spending_rivals:
        lost = source.draw("gamma_at_mean", PRIORS["gamma_at_mean"], "spending_rival")
        rivals = at_one[..., s.n_channels : s.n_direct]
        p["gamma"] = source.keep("gamma", lost / rivals, "spending_rival")
    if s.paths:
        effect = source.draw("path_effect", PRIORS["path_effect"], "media_path")
        p["path"] = source.keep("path", effect / at_one[..., s.n_direct :], "media_path")
    if s.interactions:
        p["interaction"] = source.draw("interaction", PRIORS["interaction"], "pair")
    if s.varying:
        p["varying"] = varying_weights(spec, design.scales, source)
    if s.infers_demand:
        p["demand_rho"] = source.draw("demand_rho", PRIORS["demand_rho"])
    if s.ar:
        p["noise_rho"] = source.draw("noise_rho", PRIORS["noise_rho"])
    ratio = geo_ratio(design, source)
    per_channel = channel_coefficients(design, d, p, ratio, at_one, source)
    p["beta"] = source.keep("beta", per_channel[..., :, None] * ratio, "channel", "geo")
    return p


def pooled_scales(design: Design, source: Source) -> dict[str, Tensor]:
    """Standard deviations of pooled linear coefficients, of geo levels and of weekly shocks (the
    last with a sign)."""
    pooled = [c.pooled for c in coefficient_vectors(design) if c.pooled]
    p = {name: source.draw(name, prior_of(name, design.scales.defaults)) for name in pooled}
    if len(design.panel.geos) > 1:
        sized = "population" in design.panel.data
        p["level_sd"] = source.draw("level_sd", PRIORS["level_sd" if sized else "level_sd_unsized"])
        p["shock_sd"] = signed_sd("shock_sd", PRIORS["shock_sd"], source)
    return p


def linear(design: Design, p: dict[str, Tensor], source: Source) -> dict[str, Tensor]:
    """The linear coefficients, and latent demand, given the other parameters in ``p``."""
    s, panel = design.structure, design.panel
    drawn = _latent_demand(s, panel, p, source) if s.infers_demand else {}
    level = source.draw("level_mean", level_prior(s))
    if len(panel.geos) == 1:
        drawn["level"] = source.keep("level", level[..., None], "geo")
    else:
        deviation = p["level_sd"][..., None] * source.standard_normal("level_z", "geo")
        drawn["level"] = source.keep("level", level[..., None] + deviation, "geo")
        shock = p["shock_sd"][..., None] * source.standard_normal("shock_z", "date")
        drawn["shock"] = source.keep("shock", shock, "date")
    if s.counts_remember:
        drawn["ar"] = noise_state(p, len(panel.weeks), len(panel.geos), source)
    for item in coefficient_vectors(design):
        if item.pooled:
            z = source.standard_normal(f"{item.name}_z", item.dim)
            drawn[item.name] = source.keep(item.name, item.sd(p) * z, item.dim)
        else:
            sd = float(np.max(item.fixed))
            prior = Prior("normal", (item.mean, sd), item.name, "", "")
            drawn[item.name] = source.draw(item.name, prior, item.dim)
    return drawn


def noise_parameters(spec: ModelSpec, panel: Panel, source: Source) -> dict[str, Tensor]:
    """Parameters of the noise: ``sigma``, by geo ``sigma_geo``; ``dispersion`` of counts, and
    ``noise_sd`` of their memory; ``nu``.

    With latent demand also its effect on the KPI, which is correlated with sigma in the posterior.
    """
    latent = spec.demand is not None and spec.demand.is_inferred
    if spec.kpi.likelihood == "negative_binomial":
        names = ("dispersion", "demand_effect") if latent else ("dispersion",)
        counts = {name: source.draw(name, PRIORS[name]) for name in names}
        return counts | ({"noise_sd": memory_size(source)} if spec.noise.kind == "ar1" else {})
    if latent:
        p = sensor_parameters("demand_effect", "sigma", source)
    else:
        p = {"sigma": source.draw("sigma", PRIORS["sigma"])}
    if spec.noise.scale == "geo" and len(panel.geos) > 1:
        spread = source.draw("sigma_spread", PRIORS["sigma_spread"])
        logs = spread[..., None] * source.standard_normal("sigma_z", "geo")
        by_geo = p["sigma"][..., None] * source.xp.exp(logs)
        p["sigma_geo"] = source.keep("sigma_geo", by_geo, "geo")
    if spec.kpi.likelihood == "student_t":
        p["nu"] = source.keep("nu", 2.0 + source.draw("nu_above_two", PRIORS["nu"]))
    return p


def mediator_parameters(s: Structure, source: Source) -> dict[str, Tensor]:
    """Parameters of the mediators' own equations."""
    if not s.mediators:
        return {}
    p = {
        name: source.draw(name, PRIORS[name], "mediator")
        for name in ("mediator_level", "mediator_sd")
    }
    if s.trend != "none":
        p["mediator_trend"] = source.draw("mediator_trend", PRIORS["mediator_trend"], "mediator")
    if s.yearly:
        p["mediator_season"] = source.draw(
            "mediator_season", PRIORS["mediator_season"], "mediator", "mediator_harmonic"
        )
    if s.parents:
        p["mediator_parent"] = source.draw("mediator_parent", PRIORS["mediator_parent"], "parent")
    return p


def budget_parameters(s: Structure, source: Source) -> dict[str, Tensor]:
    """Response of the driven budgets and of the index to latent demand, and their noise."""
    p = sensor_parameters("budget_loading", "budget_sd", source, "driven") if s.driven else {}
    if s.index is not None:
        p |= sensor_parameters("index_loading", "index_sd", source, "index")
    return p


def demand_state(z: Tensor, rho: Tensor, weeks: int, xp: Namespace) -> Tensor:
    """(..., week) stationary autoregression of unit variance from innovations ``z (..., week)``."""
    steps = np.arange(weeks)
    lag = steps[:, None] - steps[None, :]
    memory = xp.exp(np.maximum(lag, 0) * xp.log(rho)[..., None, None]) * (lag >= 0)
    fresh = xp.sqrt(1.0 - rho**2)[..., None]
    scaled = z * xp.where(steps == 0, 1.0, fresh)
    return (memory * scaled[..., None, :]).sum(-1)


def _latent_demand(
    s: Structure, panel: Panel, p: dict[str, Tensor], source: Source
) -> dict[str, Tensor]:
    """Latent demand, and the coefficients of the series that it moves beside the KPI."""
    z = source.standard_normal("demand_z", "date")
    state = demand_state(z, p["demand_rho"], len(panel.weeks), source.xp)
    drawn = {"demand": source.keep("demand", state, "date")}
    names: dict[str, tuple[str, tuple[str, ...]]] = {}
    if s.driven:
        names["budget_level"] = "budget_level", ("driven",)
        names["budget_season"] = "mediator_season", ("driven", "mediator_harmonic")
    if s.index is not None:
        names["index_level"] = "index_level", ("index",)
        names["index_season"] = "index_season", ("index", "mediator_harmonic")
        if s.trend != "none":
            names["index_trend"] = "index_trend", ("index",)
    for name, (prior, dims) in names.items():
        if s.yearly or "season" not in name:
            drawn[name] = source.draw(name, PRIORS[prior], *dims)
    return drawn


def _curve_parameters(spec: ModelSpec, s: Structure, source: Source) -> dict[str, Tensor]:
    """Adstock and saturation parameters; a stated half-life determines one of the channel's."""
    p: dict[str, Tensor] = {}
    # A Weibull's scale and a gamma's mean follow from their shape, so the shape comes first.
    for name in sorted(s.parameter_media, key=lambda name: name in SET_BY_HALF_LIFE.values()):
        members, dim = s.parameter_media[name], f"{name}_medium"
        stated = {
            m for m in members if _stated_half_life(spec, s, m) and _is_set_by_half_life(name, s, m)
        }
        if not stated:
            p[name] = source.draw(name, PRIORS[name], dim)
            continue
        values = []
        for member in members:
            label = f"{name}_{s.media[member].name}"
            if member in stated:
                values.append(_adstock_from_half_life(spec, s, member, p, source)[name])
            else:
                values.append(source.draw(label, PRIORS[name]))
        p[name] = source.keep(name, source.xp.stack(values, axis=-1), dim)
    for name in event_parameters(s):
        p[name] = source.draw(name, PRIORS[name.removeprefix("event_")], f"{name}_event")
    return p


def _stated_half_life(spec: ModelSpec, s: Structure, member: int) -> MedianP95 | None:
    """The half-life that the specification states for a channel's direct effect, if any."""
    direct = member < s.n_channels and s.media[member].acts
    return spec.channels[member].prior.half_life if direct else None


def _is_set_by_half_life(parameter: str, s: Structure, member: int) -> bool:
    """Whether a half-life sets this parameter of the medium's adstock."""
    return parameter == SET_BY_HALF_LIFE.get(s.media[member].adstock.kind, "adstock_alpha")


def _adstock_from_half_life(
    spec: ModelSpec, s: Structure, member: int, p: dict[str, Tensor], source: Source
) -> dict[str, Tensor]:
    stated = _stated_half_life(spec, s, member)
    assert stated is not None
    drawn = source.draw(f"half_life_{s.media[member].name}", stated_prior("half_life", stated))
    shapes = s.parameter_media.get("adstock_shape", ())
    own = (
        {"adstock_shape": p["adstock_shape"][..., shapes.index(member)]} if member in shapes else {}
    )
    return from_half_life(s.media[member].adstock.kind, drawn, own, source.xp)
