"""Priors of the linear coefficients: mean and s.d. of each; some s.d. are parameters themselves.

Both forms of the posterior use them: the plain one draws the coefficients, the collapsed one
integrates them out.
"""

from dataclasses import dataclass

import numpy as np

from mmm.data.design import Design
from mmm.data.scales import Scales
from mmm.data.time_basis import smooth_size, spectral_sd, walk_size, window_units
from mmm.priors.table import PRIORS, WIDE_FEASTS, Prior, prior_of
from mmm.spec.model import ModelSpec
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor

POOLED = {
    "product_level": "product_sd",
    "changepoint": "changepoint_sd",
    "smooth": "smooth_sd",
    "walk": "walk_sd",
    "holiday": "holiday_sd",
    "event_effect": "event_sd",
}
"""Coefficients with a common s.d. that is a parameter, and its name; events where several are."""


@dataclass(frozen=True)
class CoefficientVector:
    """A vector of ``size`` coefficients along ``dim`` with a common prior.

    Normal(mean, fixed), or Normal(0, pooled * fixed) where ``pooled`` names the parameter;
    ``fixed`` is a number or (coefficient,).
    """

    name: str
    dim: str
    size: int
    mean: float
    fixed: float | Array
    pooled: str | None = None

    def sd(self, p: Parameters) -> Tensor:
        """(..., coefficient) prior standard deviation."""
        ones = np.ones(self.size) * self.fixed
        return p[self.pooled][..., None] * ones if self.pooled else ones


def level_prior(s: Structure) -> Prior:
    """Prior of the common level, on the scale of the link."""
    return PRIORS["level_log" if s.log_link else "level"]


def coefficient_vectors(design: Design) -> list[CoefficientVector]:
    """The coefficient vectors of ``linear_terms``, in the same order."""
    spec, s, scales = design.spec, design.structure, design.scales
    vectors = []

    # A vector without the name of a prior has a common s.d.
    def add(name: str, dim: str, size: int, prior: str, fixed: float | Array = 1.0) -> None:
        if not size:
            return
        if not prior:
            vectors.append(CoefficientVector(name, dim, size, 0.0, fixed, POOLED[name]))
        else:
            mean, sd = prior_of(prior, scales.defaults).parameters
            vectors.append(CoefficientVector(name, dim, size, mean, sd))

    add("product_level", "product", len(np.unique(scales.product)), "")
    add("trend", "slope", int(s.trend != "none"), "trend")
    add("changepoint", "kink", spec.trend.changepoints * (s.trend == "piecewise"), "")
    if s.trend == "smooth":
        wave = smooth_coefficient_sd(spec.trend.lengthscale, scales)
        add("smooth", "wave", len(wave), "", wave)
    if s.trend == "random_walk":
        add("walk", "step", walk_size(scales.span_weeks, scales.walk_weeks), "")
    add("season", "harmonic", 2 * s.yearly, "season")
    windows = len(spec.holidays.offsets) if spec.holidays else 0
    add("holiday", "holiday_name", windows * len(scales.holidays), "")
    pooled_events = len(s.events) > 1 and scales.defaults >= WIDE_FEASTS
    add("event_effect", "event", len(s.events), "" if pooled_events else "event")
    add("mediator_effect", "acting_mediator", len(acting_mediators(s)), "mediator_effect")
    add("control_effect", "acting_control", len(s.acting_controls), "control_effect")
    return vectors


def acting_mediators(s: Structure) -> list[int]:
    """Positions of the mediators that act on the KPI."""
    return [i for i, lag in enumerate(s.mediator_lag) if lag is not None]


def smooth_coefficient_sd(lengthscale: float, scales: Scales) -> Array:
    """(function,) s.d. of a smooth wave's coefficients, for a wave of unit s.d."""
    size, boundary = smooth_size(scales.span_weeks, lengthscale)
    sd = spectral_sd(size, boundary, window_units(lengthscale, scales.span_weeks), np)
    return np.asarray(sd, dtype=np.float64)


@dataclass(frozen=True)
class LinearPrior:
    """The joint prior of the linear coefficients that all geos share."""

    s: Structure
    vectors: tuple[CoefficientVector, ...]

    @property
    def blocks(self) -> list[tuple[str, int]]:
        """Coefficients common to all geos, with their lengths, in the order of the design."""
        return [("level_mean", 1), *((item.name, item.size) for item in self.vectors)]

    def mean(self) -> Array:
        """(k0,) prior means."""
        means = [np.repeat(item.mean, item.size) for item in self.vectors]
        return np.concatenate([[level_prior(self.s).parameters[0]], *means])

    def sd(self, p: Parameters, xp: Namespace) -> Tensor:
        """(..., k0) prior standard deviations; draws only where a scale is drawn."""
        parts = [np.array([level_prior(self.s).parameters[1]])]
        parts += [item.sd(p) for item in self.vectors]
        like = max(parts, key=lambda part: part.ndim)
        same = [
            part if part.ndim == like.ndim else xp.zeros_like(like[..., 0])[..., None] + part
            for part in parts
        ]
        return xp.concatenate(same, axis=-1)


def linear_prior(design: Design) -> LinearPrior:
    """The prior of the linear coefficients of ``design``."""
    return LinearPrior(design.structure, tuple(coefficient_vectors(design)))


def varying_function_count(spec: ModelSpec, scales: Scales) -> int:
    """The largest number of basis functions of any time-varying group."""
    waves = (smooth_coefficient_sd(group.lengthscale, scales) for group in spec.time_varying)
    return max((len(wave) for wave in waves), default=0)
