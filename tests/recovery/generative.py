"""Data drawn from a model at parameters of known value, so that a fit may look for them.

The table's kpi is replaced by what the model's own equations give at the true parameters, with its
own noise; what the truth says of contributions and returns is read off by the same code that
answers for a fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.equations import mean as equations
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.priors import parameters
from mmm.priors.coords import coords
from mmm.priors.sample import ArraySource
from mmm.priors.table import Prior
from mmm.spec.model import ModelSpec, parse_spec
from mmm.types import Array
from tests.mmm.fakes import fake_model

type True_ = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """The table, its spec, and the model whose one draw is the truth."""

    frame: pd.DataFrame
    spec: ModelSpec
    truth: FittedModel


@dataclass
class Fixed(ArraySource):
    """Parameters as ``given``; innovations are drawn. Raises KeyError for one that is missing."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def draw(self, name: str, prior: Prior, *dims: str) -> Array:  # noqa: ARG002
        shape = (self.n, *(self.sizes[dim] for dim in dims))
        return self.keep(name, np.broadcast_to(self.given[name], shape).astype(np.float64), *dims)

    def keep(self, name: str, value: Array, *dims: str) -> Array:
        fixed = np.broadcast_to(self.given.get(name, value), value.shape).astype(np.float64)
        return super().keep(name, fixed, *dims)


def drawn_world(document: dict[str, Any], frame: pd.DataFrame, given: True_, seed: int) -> Drawn:
    """``frame`` with a kpi that ``document`` brings forth at the parameters ``given``.

    The kpi of ``frame`` sets the scales alone: parameters are shares of its mean.
    """
    spec, rng = parse_spec(document), np.random.default_rng(seed)
    design = design_of(spec, build_panel(frame, spec))
    s, d, labels = design.structure, design.inputs, coords(design)
    source = Fixed(rng, 1, {name: len(values) for name, values in labels.items()}, {}, given=given)
    p = parameters.nonlinear(design, d, source)
    p |= parameters.pooled_scales(design, source)
    p |= parameters.noise_parameters(spec, design.panel, source)
    p |= parameters.budget_parameters(s, source)
    p |= parameters.linear(design, p, source)
    mean = equations.mean(equations.terms(p, d, s, np), s, np)[0]
    unit = design.scales.kpi_unit
    kpi = _with_noise(mean, {k: v[0] for k, v in p.items()}, s.likelihood, unit, rng)
    order = frame.sort_values([spec.date, *_places(spec)], kind="stable").index
    frame = frame.copy()
    frame.loc[order, spec.kpi.column] = kpi.ravel()
    kept = {k: v for k, v in source.drawn.items() if not k.endswith("_z")}
    data = xr.Dataset({k: (("chain", "draw", *dims), v[None]) for k, (dims, v) in kept.items()})
    truth = replace(
        fake_model(draws=2),
        design=design.on_panel(build_panel(frame, spec)),
        posterior=Posterior(data),
    )
    return Drawn(frame, spec, truth)


def _places(spec: ModelSpec) -> list[str]:
    return [column for column in (spec.geo, spec.product) if column]


def _with_noise(
    mean: Array, p: Mapping[str, Array], likelihood: str, unit: Array, rng: np.random.Generator
) -> Array:
    """(week, geo) kpi of ``mean`` in scaled units (log-normal: the median)."""
    if likelihood == "negative_binomial":
        size = p["dispersion"]
        rate = rng.gamma(size, 1.0 / size, mean.shape)
        return np.asarray(rng.poisson(mean * unit * rate), dtype=np.float64)
    noise = rng.standard_normal(mean.shape)
    if likelihood == "student_t":
        noise = rng.standard_t(p["nu"], mean.shape)
    scaled = p["sigma"] * noise
    if "noise_rho" in p:
        scaled[0] /= np.sqrt(1.0 - p["noise_rho"] ** 2)
        for week in range(1, len(scaled)):
            scaled[week] += p["noise_rho"] * scaled[week - 1]
    found = mean * np.exp(scaled) if likelihood == "lognormal" else mean + scaled
    return np.asarray(found * unit)
