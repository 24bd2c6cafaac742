"""Integrates the linear-Gaussian coefficients out of the posterior, and draws them afterwards.

Given the non-linear parameters theta, the KPI in scaled units (its log, if log-normal) is linear in
the coefficients w = prior mean + sd * eta, eta ~ N(0, I): level, trend, season, holidays, events,
mediators, controls and, in panels, each geo's deviation and each week's common shock. With residual
r = kpi - mean(prior mean of w), design X (one column per coefficient, times its sd; the price
factor F multiplies the columns of the baseline), noise variance v, and the shocks (variance s^2,
loading F[t, .]) removed week by week,

    c_t = s^2 / (v + s^2 sum_g F[t, g]^2)    U[., t] = X[., t, .] F[t, .]    q_t = F[t, .] r[t, .]
    A   = I + (X X' - U diag(c) U') / v          b = (X r - U (c q)) / v
    eta | kpi, theta ~ N(A^-1 b, A^-1)
    -2 log p(kpi | theta) = N log(2 pi v) + sum_t log(1 + s^2 sum_g F^2 / v) + log det A
                            + (r r - c q q) / v - b' A^-1 b

(Woodbury and matrix determinant lemmas; Lindley and Smith 1972 for the conditional.) A geo's
deviation loads only on its own rows, so its block costs weeks x geos. r, X and F are whitened
first: divided by a geo's noise relative to sigma, and under AR(1) noise (national models) each week
less rho times the week before. Latent demand is integrated out likewise (``latent_demand``). The
moments are written once, for PyTensor (the sampled density) and NumPy (the coefficients' draws).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mmm.data.inputs import Inputs
from mmm.equations import mean as equations
from mmm.equations.linear_terms import LinearTerm, linear_terms
from mmm.equations.mediators import MediatorValue
from mmm.ops.evidence import coefficient_evidence, regression_evidence
from mmm.ops.namespace import GRAPH
from mmm.posterior import latent_demand
from mmm.priors.coefficients import LinearPrior
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor


@dataclass(frozen=True)
class Observations:
    """The data: ``kpi (week, geo)`` in scaled units; ``kept (week, geo)``: True for the cells in
    the likelihood; the other series that latent demand moves, if any."""

    kpi: Tensor
    kept: NDArray[np.bool_]
    sensors: tuple[latent_demand.SensorRows, ...] = ()


@dataclass(frozen=True)
class Moments:
    """A and b of the module's docstring, ``a (..., k, k)`` and ``b (..., k)``, and the other terms.

    ``design (..., k0, week, geo)`` are the columns common to all geos, ``factor`` F, ``residual``
    r, ``squares`` = (rr - cqq) / v, ``log_scale`` = N log v + sum_t log(1 + s^2 F F / v) - 2 log
    det of the whitening. With latent demand, the first four are those after its ``path`` was
    integrated out, and the last of the k coefficients are those of its other sensors.
    """

    a: Tensor
    b: Tensor
    squares: Tensor
    log_scale: Tensor
    design: Tensor
    factor: Tensor
    residual: Tensor
    path: latent_demand.DemandPath | None = None


def moments(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    data: Observations,
    xp: Namespace,
    mediator_value: MediatorValue | None = None,
) -> Moments:
    """Moments of ``data`` at the parameters ``p`` (non-linear ones, sigma and pooled scales)."""
    kept = data.kept
    residual, factor, design, whitening = _whitened_parts(p, d, prior, data, xp, mediator_value)
    flat, r = _flattened_cells(design), _flattened_cells(residual)
    v = (p["sigma"] ** 2)[..., None]
    gram, moment = flat @ flat.mT, (flat @ r[..., None])[..., 0]
    squares = (r**2).sum(-1)
    count = r.shape[-1] if kept.all() else kept.sum()
    log_scale = count * xp.log(v[..., 0]) - 2.0 * whitening
    if "shock_sd" in p:
        own = p["level_sd"][..., None, None] * factor
        shared = (design * own[..., None, :, :]).sum(-2)
        corner = xp.eye(factor.shape[-1]) * (own**2).sum(-2)[..., None, :]
        gram = _bordered_matrix(gram, shared, corner, xp)
        moment = xp.concatenate([moment, (own * residual).sum(-2)], axis=-1)
        load = xp.concatenate([(design * factor[..., None, :, :]).sum(-1), (own * factor).mT], -2)
        total = (p["shock_sd"] ** 2)[..., None] * (factor**2).sum(-1)
        c = (p["shock_sd"] ** 2)[..., None] / (v + total)
        q = (factor * residual).sum(-1)
        gram = gram - (load * c[..., None, :]) @ load.mT
        moment = moment - (load @ (c * q)[..., None])[..., 0]
        squares = squares - (c * q**2).sum(-1)
        log_scale = log_scale + xp.log(1.0 + total / v).sum(-1)
    identity = xp.eye(gram.shape[-1])
    result = Moments(
        a=identity + gram / v[..., None],
        b=moment / v,
        squares=squares / v[..., 0],
        log_scale=log_scale,
        design=design,
        factor=factor,
        residual=residual,
    )
    return _with_demand_integrated_out(p, result, prior.s, data, xp) if data.sensors else result


def _with_demand_integrated_out(
    p: Parameters, m: Moments, s: Structure, data: Observations, xp: Namespace
) -> Moments:
    """The joint moments of the KPI and the other sensors, latent demand integrated out."""
    of_kpi = latent_demand.GaussianCoefficients(m.a, m.b, m.squares, m.log_scale)
    of_others = [latent_demand.sensor_regression(p, rows, s, xp) for rows in data.sensors]
    regression_without_demand, path = latent_demand.integrate_out_demand(
        (of_kpi, _kpi_sensor(p, m, xp)), of_others, p["demand_rho"], len(data.kept), xp
    )
    return replace(m, **vars(regression_without_demand), path=path)


def _kpi_sensor(p: Parameters, m: Moments, xp: Namespace) -> latent_demand.DemandSensor:
    """The KPI as a sensor of latent demand."""
    effect, v = p["demand_effect"], (p["sigma"] ** 2)[..., None]
    if "noise_rho" in p:
        sigma = p["sigma"][..., None]
        factor, residual = m.factor[..., 0] / sigma, m.residual[..., 0] / sigma
        design, rho = m.design[..., 0] / sigma[..., None], p["noise_rho"]
        return latent_demand.autoregressive_kpi_sensor(effect, factor, rho, design, residual, xp)
    load = (m.design * m.factor[..., None, :, :]).sum(-1)
    size, moved = (m.factor**2).sum(-1), (m.factor * m.residual).sum(-1)
    if "shock_sd" in p:
        own = p["level_sd"][..., None, None] * m.factor
        load = xp.concatenate([load, (own * m.factor).mT], axis=-2)
        v = v + (p["shock_sd"] ** 2)[..., None] * size
    return latent_demand.kpi_sensor(effect, load / v[..., None, :], size / v, moved / v)


def log_evidence(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    data: Observations,
    mediator_value: MediatorValue | None,
) -> Tensor:
    """log p(data | theta) of the scaled KPI and of the budgets, coefficients and latent demand
    integrated out (PyTensor scalar)."""
    if "shock_sd" not in p and not data.sensors:
        # only coefficients are integrated out: a plain regression
        residual, _, design, whitening = _whitened_parts(p, d, prior, data, GRAPH, mediator_value)
        v, r = p["sigma"] ** 2, _flattened_cells(residual)
        count = r.size if data.kept.all() else data.kept.sum()
        scale = count * GRAPH.log(2.0 * np.pi * v) - 2.0 * whitening
        return -0.5 * (scale + regression_evidence(_flattened_cells(design), r, v))
    m = moments(p, d, prior, data, GRAPH, mediator_value)
    count = m.residual.size if data.kept.all() else data.kept.sum()
    for rows in data.sensors:
        count = count + rows.seen.sum()
    constant = count * np.log(2.0 * np.pi)
    return -0.5 * (constant + m.log_scale + m.squares - coefficient_evidence(m.a, m.b, m.squares))


def draw_coefficients(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    data: Observations,
    mediator_value: MediatorValue | None,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Exact draws (draw, ...) of the coefficients, and of latent demand, given each draw of the
    other parameters."""
    m = moments(p, d, prior, data, np, mediator_value)
    n = p["sigma"].shape[0]
    a = np.broadcast_to(m.a, (n, *m.a.shape[-2:]))
    b = np.broadcast_to(m.b, (n, m.b.shape[-1]))
    root_t = np.linalg.cholesky(a).mT
    center = np.linalg.solve(a, b[..., None])[..., 0]
    spread = np.linalg.solve(root_t, rng.standard_normal(b.shape)[..., None])[..., 0]
    return _coefficients(p, prior, m, center + spread, rng)


def _coefficients(
    p: Parameters, prior: LinearPrior, m: Moments, eta: Array, rng: np.random.Generator
) -> dict[str, Array]:
    mean = prior.mean()
    common = eta[:, : mean.size]
    values = mean + prior.sd(p, np) * common
    cuts = np.cumsum([size for _, size in prior.blocks])[:-1]
    names = [name for name, _ in prior.blocks]
    drawn = dict(zip(names, np.split(values, cuts, axis=-1), strict=True))
    drawn["level_mean"] = drawn["level_mean"][:, 0]
    demand = 0.0
    if m.path is not None:
        drawn |= latent_demand.draw_demand(m.path, eta, prior.s, rng)
        demand = (p["demand_effect"][:, None] * drawn["demand"])[..., None]
    if "shock_sd" not in p:
        return {**drawn, "level": drawn["level_mean"][:, None]}
    geos = m.factor.shape[-1]
    deviation = p["level_sd"][:, None] * eta[:, mean.size : mean.size + geos]
    fitted = (m.design * common[:, :, None, None]).sum(-3)
    rest = m.residual - fitted - m.factor * (deviation[:, None, :] + demand)
    v, s2 = (p["sigma"] ** 2)[:, None], (p["shock_sd"] ** 2)[:, None]
    total = v + s2 * (m.factor**2).sum(-1)
    shock = s2 / total * (m.factor * rest).sum(-1)
    shock = shock + np.sqrt(s2 * v / total) * rng.standard_normal(shock.shape)
    return {**drawn, "level": drawn["level_mean"][:, None] + deviation, "shock": shock}


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


def _whitened_parts(
    p: Parameters,
    d: Inputs,
    prior: LinearPrior,
    data: Observations,
    xp: Namespace,
    mediator_value: MediatorValue | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``_linear_parts`` whitened, zero in cells outside the likelihood, and the log determinant."""
    residual, factor, design = _linear_parts(p, d, prior, data.kpi, xp, mediator_value)
    kept = data.kept
    residual, factor, design, whitening = _whitened(p, residual, factor, design, kept, xp)
    if "shock_sd" in p:  # a draw's dimension for what has none: bordering needs equal ranks
        draws = xp.zeros_like(p["sigma"])[..., None, None]
        factor, design = factor + draws, design + draws[..., None, :, :]
    if not kept.all():
        residual, factor, design = residual * kept, factor * kept, design * kept
    return residual, factor, design, whitening


def _whitened(
    p: Parameters,
    residual: Tensor,
    factor: Tensor,
    design: Tensor,
    kept: NDArray[np.bool_],
    xp: Namespace,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Residual, factor and design transformed so that the noise is independent with s.d. sigma, and
    the log determinant of the transformation."""
    whitening: Tensor = 0.0
    if "sigma_geo" in p:
        relative = (p["sigma_geo"] / p["sigma"][..., None])[..., None, :]
        residual, factor = residual / relative, factor / relative
        design = design / relative[..., None, :, :]
        whitening = whitening - (kept.sum(0) * xp.log(relative[..., 0, :])).sum(-1)
    if "noise_rho" in p:
        rho = p["noise_rho"][..., None, None]
        residual = _quasi_differenced(residual, rho, xp)
        design = _quasi_differenced(design, rho[..., None, :, :], xp)
        whitening = whitening + 0.5 * residual.shape[-1] * xp.log(1.0 - rho[..., 0, 0] ** 2)
    return residual, factor, design, whitening


def _quasi_differenced(x: Tensor, rho: Tensor, xp: Namespace) -> Tensor:
    """Each week minus rho times the week before; the first week times sqrt(1 - rho^2)."""
    first = x[..., :1, :] * xp.sqrt(1.0 - rho**2)
    return xp.concatenate([first, x[..., 1:, :] - rho * x[..., :-1, :]], axis=-2)


def _flattened_cells(values: Tensor) -> Tensor:
    """``values (..., week, geo)`` with its last two axes joined to one."""
    return values.reshape((*values.shape[:-2], values.shape[-2] * values.shape[-1]))


def _bordered_matrix(gram: Tensor, shared: Tensor, corner: Tensor, xp: Namespace) -> Tensor:
    """The matrix [[gram, shared], [shared', corner]]."""
    top = xp.concatenate([gram, shared], axis=-1)
    return xp.concatenate([top, xp.concatenate([shared.mT, corner], axis=-1)], axis=-2)
