"""The priors that a design declares, by the parameter's name, and their log density at draws.

``parameters`` is run once on arrays of a single prior draw, and what it asks for is written down.
Parameters that are drawn as innovations (standard normal numbers times a scale) are not among them:
their own prior is the same in every model, and their scale is declared.

Densities of log-normal parameters are those of the logarithm. To raise a prior to a power then
changes how firmly its median is believed and not the median itself; of the density in natural units
it would move both. Constants are left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmm.data.design import Design
from mmm.priors import parameters
from mmm.priors.coords import coords
from mmm.priors.effects import FREE_EFFECT, SIGNED_EFFECT
from mmm.priors.sample import ArraySource
from mmm.priors.table import STATEMENTS, Prior
from mmm.types import Array

BY_MEDIUM = (FREE_EFFECT, SIGNED_EFFECT)
"""Dimensions along which a parameter belongs to media, beside those that end in ``_medium``."""


@dataclass(frozen=True)
class DeclaredPrior:
    """The prior of the parameter ``name``, with the labels of its only dimension, if it has one."""

    name: str
    prior: Prior
    dims: tuple[str, ...]
    labels: tuple[str, ...]

    def media(self, channels: tuple[str, ...]) -> tuple[str | None, ...]:
        """The channel that each entry belongs to; None for what is no channel's own."""
        if not self.dims:
            return (next((c for c in channels if self.name in _own_names(c)), None),)
        last = self.dims[-1]
        if last in BY_MEDIUM or last.endswith("_medium"):
            return tuple(label if label in channels else None for label in self.labels)
        return (None,) * len(self.labels)


def _own_names(channel: str) -> Iterator[str]:
    """Names of parameters of a single channel: statements, and curves beside a stated half-life."""
    curves = ("adstock_alpha", "adstock_shape", "adstock_scale", "adstock_theta")
    for kind in (*STATEMENTS, *curves):
        yield f"{kind}_{channel}"


def declared_priors(design: Design) -> tuple[DeclaredPrior, ...]:
    """Every prior that ``design`` declares, in the order in which they are drawn."""
    labels = coords(design)
    sizes = {name: len(values) for name, values in labels.items()}
    source = _Recorder(np.random.default_rng(0), 1, sizes, {})
    s, panel = design.structure, design.panel
    p = parameters.nonlinear(design, design.inputs, source)
    p |= parameters.pooled_scales(design, source)
    p |= parameters.noise_parameters(design.spec, panel, source)
    p |= parameters.mediator_parameters(s, source)
    p |= parameters.budget_parameters(s, source)
    parameters.linear(design, p, source)
    return tuple(
        DeclaredPrior(
            name,
            prior,
            dims,
            tuple(str(label) for label in labels[dims[-1]]) if dims else (),
        )
        for name, (prior, dims) in source.declared.items()
        if not name.endswith("_z")
    )


def log_densities(declared: DeclaredPrior, values: Array) -> Array:
    """(draw, entry) log density of ``values (draw, ...)`` under the prior, but for a constant."""
    flat = values.reshape(len(values), -1)
    return np.asarray(_LOGS[declared.prior.family](flat, *declared.prior.parameters))


def _lognormal(x: Array, center: Any, sd: Any) -> Array:
    return np.asarray(-0.5 * ((np.log(x) - center) / sd) ** 2)


_LOGS: dict[str, Callable[..., Array]] = {
    "normal": lambda x, mean, sd: -0.5 * ((x - mean) / sd) ** 2,
    "half_normal": lambda x, sd: -0.5 * (x / sd) ** 2,
    "lognormal": _lognormal,
    "beta": lambda x, a, b: (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x),
    "gamma": lambda x, a, rate: (a - 1.0) * np.log(x) - rate * x,
}


@dataclass
class _Recorder(ArraySource):
    """Prior draws as usual; ``declared`` says of which prior each was."""

    declared: dict[str, tuple[Prior, tuple[str, ...]]] = field(default_factory=dict)

    def draw(self, name: str, prior: Prior, *dims: str) -> Array:
        self.declared[name] = (prior, dims)
        return super().draw(name, prior, *dims)
