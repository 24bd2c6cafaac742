"""The same posterior, linear-Gaussian coefficients integrated out, and their exact draw back.

Given the non-linear parameters theta, the kpi in scaled units is linear in the coefficients
w = prior mean + sd * eta, eta ~ N(0, I): level, trend, season, controls and, in panels, each geo's
deviation and each week's common shock. With residual r = kpi - mean(prior mean of w), design X (a
column a coefficient, times its sd; the price factor F multiplies the baseline's columns), noise
variance v, and the shocks (variance s^2, loading F[t, .]) removed week by week,

    c_t = s^2 / (v + s^2 sum_g F[t, g]^2)    U[., t] = X[., t, .] F[t, .]    q_t = F[t, .] r[t, .]
    A   = I + (X X' - U diag(c) U') / v          b = (X r - U (c q)) / v
    eta | kpi, theta ~ N(A^-1 b, A^-1)
    -2 log p(kpi | theta) = N log(2 pi v) + sum_t log(1 + s^2 sum_g F^2 / v) + log det A
                            + (r r - c q q) / v - b' A^-1 b

(Woodbury and matrix determinant lemmas; Lindley and Smith 1972 for the conditional.) A geo's
deviation loads only on its own rows, so its block costs weeks x geos. The moments are written once,
for PyTensor (the sampled density) and NumPy (the draw back).
"""

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.linalg import cholesky, solve_triangular

from mmm import equations
from mmm.equations import Inputs, Parameters
from mmm.priors import PRIORS
from mmm.structure import Structure
from mmm.types import Array, Namespace, Tensor


@dataclass(frozen=True)
class Moments:
    """``a (..., k, k)``, ``b (..., k)`` of the docstring and the terms that do not depend on them.

    ``design (..., k0, week, geo)`` are the columns common to all geos, ``factor`` F, ``residual``
    r, ``squares`` = (rr - cqq) / v, ``log_scale`` = N log v + sum_t log(1 + s^2 F F / v).
    """

    a: Tensor
    b: Tensor
    squares: Tensor
    log_scale: Tensor
    design: Tensor
    factor: Tensor
    residual: Tensor


def blocks(s: Structure) -> list[tuple[str, int]]:
    """Coefficients common to all geos, with their lengths, in the order of the design."""
    found = [("level_mean", 1)]
    if s.has_trend:
        found.append(("trend", 1))
    if s.yearly:
        found.append(("season", 2 * s.yearly))
    if s.controls:
        found.append(("control_effect", len(s.controls)))
    return found


def prior_moments(s: Structure) -> tuple[Array, Array]:
    """(k0,) prior mean and standard deviation of the common coefficients."""
    priors = [PRIORS["level" if name == "level_mean" else name] for name, _ in blocks(s)]
    sizes = [size for _, size in blocks(s)]
    mean = np.repeat([prior.parameters[0] for prior in priors], sizes)
    return mean, np.repeat([prior.parameters[1] for prior in priors], sizes)


def moments(p: Parameters, d: Inputs, s: Structure, kpi: Tensor, xp: Namespace) -> Moments:
    """Moments at ``p`` (non-linear parameters, sigma, scales), ``kpi (week, geo)`` scaled."""
    residual, factor, design = _linear_parts(p, d, s, kpi, xp)
    flat, r = _flat(design), _flat(residual)
    v = (p["sigma"] ** 2)[..., None]
    gram, moment = flat @ flat.mT, (flat @ r[..., None])[..., 0]
    squares, log_scale = (r**2).sum(-1), r.shape[-1] * xp.log(v[..., 0])
    if "shock_sd" in p:
        own = p["level_sd"][..., None, None] * factor
        shared = (design * own[..., None, :, :]).sum(-2)
        corner = xp.eye(factor.shape[-1]) * (own**2).sum(-2)[..., None, :]
        gram = _bordered(gram, shared, corner, xp)
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
    return Moments(
        a=identity + gram / v[..., None],
        b=moment / v,
        squares=squares / v[..., 0],
        log_scale=log_scale,
        design=design,
        factor=factor,
        residual=residual,
    )


def log_evidence(p: Parameters, d: Inputs, s: Structure, kpi: Tensor) -> Tensor:
    """log p(kpi | theta) of the scaled kpi, coefficients integrated out (PyTensor scalar)."""
    m = moments(p, d, s, kpi, pt)
    root = cholesky(m.a)
    explained = solve_triangular(root, m.b, lower=True, b_ndim=1)
    log_det = 2.0 * pt.log(pt.diagonal(root)).sum()
    constant = m.residual.size * np.log(2.0 * np.pi)
    return -0.5 * (constant + m.log_scale + log_det + m.squares - (explained**2).sum())


def draw_back(
    p: Parameters, d: Inputs, s: Structure, kpi: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Exact draws (draw, ...) of the coefficients given each draw of the other parameters."""
    m = moments(p, d, s, kpi, np)
    n = p["sigma"].shape[0]
    a = np.broadcast_to(m.a, (n, *m.a.shape[-2:]))
    b = np.broadcast_to(m.b, (n, m.b.shape[-1]))
    root_t = np.linalg.cholesky(a).mT
    center = np.linalg.solve(a, b[..., None])[..., 0]
    spread = np.linalg.solve(root_t, rng.standard_normal(b.shape)[..., None])[..., 0]
    return _coefficients(p, s, m, center + spread, rng)


def _coefficients(
    p: Parameters, s: Structure, m: Moments, eta: Array, rng: np.random.Generator
) -> dict[str, Array]:
    mean, sd = prior_moments(s)
    common = eta[:, : mean.size]
    values = mean + sd * common
    cuts = np.cumsum([size for _, size in blocks(s)])[:-1]
    names = [name for name, _ in blocks(s)]
    found = dict(zip(names, np.split(values, cuts, axis=-1), strict=True))
    for name in {"level_mean", "trend"} & set(names):
        found[name] = found[name][:, 0]
    if "shock_sd" not in p:
        return {**found, "level": found["level_mean"][:, None]}
    deviation = p["level_sd"][:, None] * eta[:, mean.size :]
    fitted = (m.design * common[:, :, None, None]).sum(-3)
    rest = m.residual - fitted - m.factor * deviation[:, None, :]
    v, s2 = (p["sigma"] ** 2)[:, None], (p["shock_sd"] ** 2)[:, None]
    total = v + s2 * (m.factor**2).sum(-1)
    shock = s2 / total * (m.factor * rest).sum(-1)
    shock = shock + np.sqrt(s2 * v / total) * rng.standard_normal(shock.shape)
    return {**found, "level": found["level_mean"][:, None] + deviation, "shock": shock}


def _linear_parts(
    p: Parameters, d: Inputs, s: Structure, kpi: Tensor, xp: Namespace
) -> tuple[Tensor, Tensor, Tensor]:
    """Residual at the coefficients' prior means, price factor, and design (k0, week, geo)."""
    mean, sd = prior_moments(s)
    factor = equations.price_factor(p, d, s, xp)
    one = xp.ones_like(d.log_price)
    rows = [one[None]]
    if s.has_trend:
        rows.append((d.trend[:, None] * one)[None])
    if s.yearly:
        rows.append(d.season[:, :, None] * one)
    n_baseline = sum(size for name, size in blocks(s) if name != "control_effect")
    baseline = factor[..., None, :, :] * (
        xp.concatenate(rows, axis=0) * sd[:n_baseline, None, None]
    )
    design = baseline
    if s.controls:
        controls = d.control * sd[n_baseline:, None, None] + xp.zeros_like(baseline[..., :1, :, :])
        design = xp.concatenate([baseline, controls], axis=-3)
    media = equations.media(p, d, s, xp).sum(-3)
    offset = factor * (media + mean[0]) if s.price_acts_on_all else factor * mean[0] + media
    return kpi - offset, factor, design


def _flat(values: Tensor) -> Tensor:
    """The last two axes as one."""
    return values.reshape((*values.shape[:-2], values.shape[-2] * values.shape[-1]))


def _bordered(gram: Tensor, shared: Tensor, corner: Tensor, xp: Namespace) -> Tensor:
    """The matrix [[gram, shared], [shared', corner]]."""
    top = xp.concatenate([gram, shared], axis=-1)
    return xp.concatenate([top, xp.concatenate([shared.mT, corner], axis=-1)], axis=-2)
