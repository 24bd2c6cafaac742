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
first (``whitening``): by a geo's noise relative to sigma, by the weekly weights of Student-t noise,
and under AR(1) noise each week less rho times the week before. A shock is in the mean of its own
week, so that under AR(1) noise it is in the whitened rows of two weeks: ``shock_path`` then takes
the place of c. Latent demand is integrated out likewise (``latent_demand``). The moments are
written once, for PyTensor (the sampled density) and NumPy (the coefficients' draws).
"""

from dataclasses import dataclass, replace

import numpy as np

from mmm.data.inputs import Inputs
from mmm.equations.mediators import MediatorValue
from mmm.model.shock_path import ShockPath, draw_shocks, eliminate, shock_path
from mmm.model.whitening import Observations, Regression, whitened_regression
from mmm.ops.evidence import coefficient_evidence, regression_evidence
from mmm.ops.namespace import GRAPH
from mmm.posterior import latent_demand
from mmm.priors.coefficients import LinearPrior
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor


@dataclass(frozen=True)
class Moments:
    """A and b of the module's docstring, ``a (..., k, k)`` and ``b (..., k)``, and the other terms.

    ``rows``: the regression; ``squares`` = (rr - cqq) / v, ``log_scale`` = N log v + sum_t log(1 +
    s^2 F F / v) - 2 log det of the whitening. ``shocks``: the path of the shocks where noise
    remembers. With latent demand, the first four are those after its ``path`` was integrated out,
    and the last of the k coefficients are those of its other sensors.
    """

    a: Tensor
    b: Tensor
    squares: Tensor
    log_scale: Tensor
    rows: Regression
    shocks: ShockPath | None = None
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
    rows = whitened_regression(p, d, prior, data, mediator_value, xp)
    flat, r = _flattened_cells(rows.design), _flattened_cells(rows.residual)
    v = (p["sigma"] ** 2)[..., None]
    count = r.shape[-1] if kept.all() else kept.sum()
    m = Moments(
        a=flat @ flat.mT / v[..., None],
        b=(flat @ r[..., None])[..., 0] / v,
        squares=(r**2).sum(-1) / v[..., 0],
        log_scale=count * xp.log(v[..., 0]) - 2.0 * rows.log_det,
        rows=rows,
    )
    if "shock_sd" in p:
        m = _with_shocks_integrated_out(p, _with_levels(p, m, xp), len(kept), xp)
    m = replace(m, a=xp.eye(m.a.shape[-1]) + m.a)
    return _with_demand_integrated_out(p, m, prior.s, data, xp) if data.sensors else m


def _with_levels(p: Parameters, m: Moments, xp: Namespace) -> Moments:
    """``m`` with a coefficient for each geo's deviation from the common level."""
    rows, v = m.rows, (p["sigma"] ** 2)[..., None]
    own = p["level_sd"][..., None, None] * rows.level
    shared = (rows.design * own[..., None, :, :]).sum(-2) / v[..., None]
    corner = xp.eye(own.shape[-1]) * ((own**2).sum(-2) / v)[..., None, :]
    return replace(
        m,
        a=_bordered_matrix(m.a, shared, corner, xp),
        b=xp.concatenate([m.b, (own * rows.residual).sum(-2) / v], axis=-1),
    )


def _with_shocks_integrated_out(p: Parameters, m: Moments, weeks: int, xp: Namespace) -> Moments:
    """``m`` less what the common shocks explain: week by week, or as a path where noise
    remembers."""
    rows, own = m.rows, p["level_sd"][..., None, None] * m.rows.level
    if rows.before is not None:
        shocks = shock_path(p, rows, own, xp)
        log_det, taken = eliminate(shocks, weeks, xp)
        return replace(
            m,
            a=m.a - taken[..., :-1, :-1],
            b=m.b - taken[..., :-1, -1],
            squares=m.squares - taken[..., -1, -1],
            log_scale=m.log_scale + log_det,
            shocks=shocks,
        )
    v, factor = (p["sigma"] ** 2)[..., None], rows.own
    load = xp.concatenate(
        [(rows.design * factor[..., None, :, :]).sum(-1), (own * factor).mT], axis=-2
    )
    total = (p["shock_sd"] ** 2)[..., None] * (factor**2).sum(-1)
    c = (p["shock_sd"] ** 2)[..., None] / (v + total) / v
    q = (factor * rows.residual).sum(-1)
    return replace(
        m,
        a=m.a - (load * c[..., None, :]) @ load.mT,
        b=m.b - (load @ (c * q)[..., None])[..., 0],
        squares=m.squares - (c * q**2).sum(-1),
        log_scale=m.log_scale + xp.log(1.0 + total / v).sum(-1),
    )


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
    effect, v, rows = p["demand_effect"], (p["sigma"] ** 2)[..., None], m.rows
    if rows.before is not None:  # of one geo: ``collapsible`` sees to that
        sigma = p["sigma"][..., None]
        own, before, residual = (x[..., 0] / sigma for x in (rows.own, rows.before, rows.residual))
        design = rows.design[..., 0] / sigma[..., None]
        return latent_demand.autoregressive_kpi_sensor(effect, own, before, design, residual, xp)
    factor = rows.own
    load = (rows.design * factor[..., None, :, :]).sum(-1)
    size, moved = (factor**2).sum(-1), (factor * rows.residual).sum(-1)
    if "shock_sd" in p:
        own = p["level_sd"][..., None, None] * rows.level
        load = xp.concatenate([load, (own * factor).mT], axis=-2)
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
        rows = whitened_regression(p, d, prior, data, mediator_value, GRAPH)
        v, r = p["sigma"] ** 2, _flattened_cells(rows.residual)
        count = r.size if data.kept.all() else data.kept.sum()
        scale = count * GRAPH.log(2.0 * np.pi * v) - 2.0 * rows.log_det
        return -0.5 * (scale + regression_evidence(_flattened_cells(rows.design), r, v))
    m = moments(p, d, prior, data, GRAPH, mediator_value)
    count = m.rows.residual.size if data.kept.all() else data.kept.sum()
    for sensor in data.sensors:
        count = count + sensor.seen.sum()
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
    geos = m.rows.level.shape[-1]
    deviation = p["level_sd"][:, None] * eta[:, mean.size : mean.size + geos]
    shock = _shocks(p, m, (eta, deviation), demand, rng)
    return {**drawn, "level": drawn["level_mean"][:, None] + deviation, "shock": shock}


def _shocks(
    p: Parameters,
    m: Moments,
    given: tuple[Array, Array],
    demand: Array | float,
    rng: np.random.Generator,
) -> Array:
    """(draw, week) shocks given the coefficients eta, the geos' deviations and demand."""
    (eta, deviation), rows = given, m.rows
    if m.shocks is not None:
        return np.asarray(p["shock_sd"][:, None] * draw_shocks(m.shocks, eta, rng))
    common = eta[:, : rows.design.shape[-3]]
    fitted = (rows.design * common[:, :, None, None]).sum(-3)
    rest = rows.residual - fitted - rows.own * (deviation[:, None, :] + demand)
    v, s2 = (p["sigma"] ** 2)[:, None], (p["shock_sd"] ** 2)[:, None]
    total = v + s2 * (rows.own**2).sum(-1)
    shock = s2 / total * (rows.own * rest).sum(-1)
    return np.asarray(shock + np.sqrt(s2 * v / total) * rng.standard_normal(shock.shape))


def _flattened_cells(values: Tensor) -> Tensor:
    """``values (..., week, geo)`` with its last two axes joined to one."""
    return values.reshape((*values.shape[:-2], values.shape[-2] * values.shape[-1]))


def _bordered_matrix(gram: Tensor, shared: Tensor, corner: Tensor, xp: Namespace) -> Tensor:
    """The matrix [[gram, shared], [shared', corner]]."""
    top = xp.concatenate([gram, shared], axis=-1)
    return xp.concatenate([top, xp.concatenate([shared.mT, corner], axis=-1)], axis=-2)
