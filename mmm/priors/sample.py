"""Prior draws of every parameter, with NumPy.

The same code (``parameters``) that builds the PyMC graph runs here on arrays, so that a prior draw
has the names and shapes of a posterior draw.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.panel import Panel
from mmm.equations import mean as equations
from mmm.priors import parameters
from mmm.priors.coords import coords
from mmm.priors.table import Prior
from mmm.spec.structure import Structure
from mmm.types import Array

HIDDEN = "_z"


@dataclass
class ArraySource:
    """Draws each parameter ``n`` times; ``drawn`` maps names to dimensions and values."""

    rng: np.random.Generator
    n: int
    sizes: dict[str, int]
    drawn: dict[str, tuple[tuple[str, ...], Array]]

    xp = np

    def draw(self, name: str, prior: Prior, *dims: str) -> Array:
        a, b = (*prior.parameters, 0.0)[:2]
        rng, shape = self.rng, (self.n, *(self.sizes[dim] for dim in dims))
        families: dict[str, Callable[[], Array]] = {
            "normal": lambda: rng.normal(a, b, shape),
            "half_normal": lambda: np.abs(rng.normal(0.0, a, shape)),
            "lognormal": lambda: rng.lognormal(a, b, shape),
            "beta": lambda: rng.beta(a, b, shape),
            "gamma": lambda: rng.gamma(a, 1.0 / b, shape),
        }
        return self.keep(name, families[prior.family](), *dims)

    def rescaled(self, name: str, prior: Prior, factor: Callable[[], Array], *dims: str) -> Array:  # noqa: ARG002
        return self.draw(name, prior, *dims)

    def standard_normal(self, name: str, *dims: str) -> Array:
        shape = (self.n, *(self.sizes[dim] for dim in dims))
        return self.keep(name, self.rng.standard_normal(shape), *dims)

    def keep(self, name: str, value: Array, *dims: str) -> Array:
        self.drawn[name] = (dims, value)
        return value

    def data(self, name: str, value: Any, *dims: str) -> Any:  # noqa: ARG002
        return value


def prior_draws(design: Design, n: int, seed: int) -> xr.Dataset:
    """``n`` prior draws as (chain, draw, ...) with one chain, named as in a posterior.

    Innovations are left out. Weeks in which a mediator was not observed are drawn from the
    mediator's equation.
    """
    s, panel, d = design.structure, design.panel, design.inputs
    labels = coords(design)
    sizes = {name: len(values) for name, values in labels.items()}
    source = ArraySource(np.random.default_rng(seed), n, sizes, {})
    p = parameters.nonlinear(design, d, source)
    p |= parameters.pooled_scales(design, source)
    p |= parameters.noise_parameters(design.spec, panel, source)
    p |= parameters.mediator_parameters(s, source)
    p |= parameters.budget_parameters(s, source)
    p |= parameters.linear(design, p, source)
    _draw_unseen_weeks(s, panel, p, d, source)
    kept = {k: v for k, v in source.drawn.items() if not k.endswith(HIDDEN)}
    data = {name: (("chain", "draw", *dims), v[None]) for name, (dims, v) in kept.items()}
    used = {dim for dims, _ in kept.values() for dim in dims}
    return xr.Dataset(data, coords={k: v for k, v in labels.items() if k in used})


def _draw_unseen_weeks(
    s: Structure, panel: Panel, p: dict[str, Array], d: Inputs, source: ArraySource
) -> None:
    values = panel.array("mediators")

    def mediator_value(mediator: int, mean: Array) -> Array:
        missing = ~np.isfinite(values[..., mediator])
        sd = p["mediator_sd"][:, mediator, None, None]
        state = np.asarray(mean + sd * source.rng.standard_normal(mean.shape))
        if missing.any():
            name = s.mediators[mediator]
            source.keep(f"unseen_{name}", state[:, missing], f"unseen_{name}_cell")
        return state

    equations.nonlinear_terms(p, d, s, np, mediator_value)
