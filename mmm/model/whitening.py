"""The regression of the KPI on its linear coefficients, transformed so that its noise is
independent with one s.d., sigma.

    noise_t = rho noise_t-1 + sigma_g e_t / sqrt(w[t, g])     w -> noise_weight_z (Student-t)

With the residual r, a column of the design, or the price factor F in the place of x, a row is

    x'[t, g] = (x[t, g] - rho x[t-1, g]) sqrt(w[t, g]) sigma / sigma_g

and the first week's sqrt(1 - rho^2) x[0, g] sqrt(w) sigma / sigma_g: its noise has the stationary
spread. Student-t noise of nu degrees of freedom is a normal whose precision is multiplied by a
weight ~ Gamma(nu / 2, nu / 2) of that cell alone (``noise_weights``), so that given the weights
everything stays linear and Gaussian. A state x_t of the week (a common shock, latent demand) enters
the mean of its own week, F[t, g] x_t, and is not carried over by the noise; its whitened rows are

    own[t, g] x_t + before[t, g] x_t-1

where ``before`` is absent without memory.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.data.inputs import Inputs
from mmm.equations import mean as equations
from mmm.equations.linear_terms import LinearTerm, linear_terms
from mmm.equations.mediators import MediatorValue
from mmm.model.noise_weights import WEIGHTS
from mmm.posterior import latent_demand
from mmm.priors.coefficients import LinearPrior
from mmm.types import Namespace, Parameters, Tensor


@dataclass(frozen=True)
class Observations:
    """The data: ``kpi (week, geo)`` in scaled units; ``kept (week, geo)``: True for the cells in
    the likelihood; the other series that latent demand moves, if any."""

    kpi: Tensor
    kept: NDArray[np.bool_]
    sensors: tuple[latent_demand.SensorRows, ...] = ()


@dataclass(frozen=True)
class Regression:
    """``residual (..., week, geo)`` at the coefficients' prior means, and ``design (..., k0, week,
    geo)``, the columns that all geos share, each times its prior s.d. ``level (..., week, geo)``
    multiplies a geo's own level; ``own`` and ``before`` the states of the week. All are whitened;
    ``log_det`` is the log determinant of that."""

    residual: Tensor
    design: Tensor
    level: Tensor
    own: Tensor
    before: Tensor | None
    log_det: Tensor


def whitened_regression(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    data: Observations,
    mediator_value: MediatorValue | None,
    xp: Namespace,
) -> Regression:
    """The regression of the KPI; zero in cells that are not kept (there are none where the noise
    remembers)."""
    kept = data.kept
    residual, factor, design = _linear_parts(p, d, prior, data.kpi, xp, mediator_value)
    size, log_det = _cell_sizes(p, kept, xp)
    level, own, before = factor, factor, None
    if "noise_rho" in p:
        rho = p["noise_rho"][..., None, None]
        first = xp.sqrt(1.0 - rho**2)
        residual, level = (_quasi_differenced(x, rho, first, xp) for x in (residual, factor))
        design = _quasi_differenced(design, rho[..., None, :, :], first[..., None, :, :], xp)
        own = xp.concatenate([first * factor[..., :1, :], factor[..., 1:, :] + 0.0 * rho], axis=-2)
        earlier = -rho * factor[..., :-1, :]
        before = xp.concatenate([xp.zeros_like(earlier[..., :1, :]), earlier], axis=-2)
        log_det = log_det + 0.5 * residual.shape[-1] * xp.log(first[..., 0, 0] ** 2)
    if size is not None:
        residual, level, own = residual * size, level * size, own * size
        design = design * size[..., None, :, :]
        before = None if before is None else before * size
    if "shock_sd" in p:  # a draw's dimension for what has none: bordering needs equal ranks
        draws = xp.zeros_like(p["sigma"])[..., None, None]
        level, own, design = level + draws, own + draws, design + draws[..., None, :, :]
    if not kept.all():
        residual, level, own, design = residual * kept, level * kept, own * kept, design * kept
    return Regression(residual, design, level, own, before, log_det)


def _linear_parts(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    kpi: Tensor,
    xp: Namespace,
    mediator_value: MediatorValue | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Residual at the coefficients' prior means, price factor, and design (k0, week, geo)."""
    s, one = prior.s, xp.ones_like(d.log_price)
    mean, sd = prior.mean(), prior.sd(p, xp)[..., None, None]
    base = equations.nonlinear_terms(p, d, s, xp, mediator_value)
    residual = kpi - equations.predictor(base, s, xp, level=float(mean[0]))
    factor = one if s.log_link else base.price_factor
    terms = [LinearTerm("level_mean", one[None])]
    terms += linear_terms(p, d, s, base.states, xp)
    like = max((row.values for row in terms), key=lambda values: values.ndim)
    like = xp.zeros_like(like[..., :1, :, :]) + one
    columns = xp.concatenate([row.values + 0.0 * like for row in terms], axis=-3)
    sizes = [size for _, size in prior.blocks]
    inside = np.repeat([float(row.scaled_by_price) for row in terms], sizes)[:, None, None]
    return residual, factor, columns * (inside * factor[..., None, :, :] + (1.0 - inside)) * sd


def _cell_sizes(
    p: Parameters, kept: NDArray[np.bool_], xp: Namespace
) -> tuple[Tensor | None, Tensor | float]:
    """(..., week or 1, geo) sigma over the s.d. of the fresh noise of each cell, None where all
    are one, and the log determinant over the ``kept`` cells."""
    size: Tensor | None = None
    log_det: Tensor | float = 0.0
    if "sigma_geo" in p:
        size = (p["sigma"][..., None] / p["sigma_geo"])[..., None, :]
        log_det = (kept.sum(0) * xp.log(size[..., 0, :])).sum(-1)
    if WEIGHTS in p:
        root = xp.sqrt(p[WEIGHTS])
        size = root if size is None else root * size
        log_det = log_det + (kept * xp.log(root)).sum(-1).sum(-1)
    return size, log_det


def _quasi_differenced(x: Tensor, rho: Tensor, first: Tensor, xp: Namespace) -> Tensor:
    """Each week minus rho times the week before; the first week times ``first``."""
    rest = x[..., 1:, :] - rho * x[..., :-1, :]
    return xp.concatenate([x[..., :1, :] * first, rest], axis=-2)
