"""Latent demand, observed through the KPI and the budgets that it drives, integrated out exactly.

Given the non-linear parameters demand d is Gaussian, and the KPI and the budgets are linear in it:

    d            stationary autoregression of unit variance, correlation rho, precision R
    budget_k[t]  log(spend / mean spend) = Z[., t] g_k + loading_k d_t + Normal(0, sd_k^2)
    kpi          as in ``collapse``, with e F[t, .] d_t in its mean          e -> demand_effect

Z is a constant and the seasonal basis, each times its prior s.d.; weeks without spend are left out.
All coefficients w (those of the KPI, and g) and d are jointly Gaussian with

    precision [[A, C], [C', P]]    information (b, h)    P = R + the data's precision, tridiagonal

and without d (Schur complement; the other terms join the log evidence)

    A - C P^-1 C'    b - C P^-1 h    log det P - log det R    h' P^-1 h
    d | w ~ Normal(P^-1 (h - C' w), P^-1)

Sampling the path instead would create two funnels: KPI and budgets are two sensors of one state,
which can follow either so closely that the noise of that sensor vanishes.
"""

from dataclasses import dataclass

import numpy as np

from mmm.data.panel import Panel
from mmm.data.timeline import season_basis
from mmm.posterior import tridiagonal
from mmm.priors.table import PRIORS
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor


@dataclass(frozen=True)
class DrivenBudgets:
    """The budgets that demand drives: ``logs (driven, week)`` of spend over its mean, ``paid`` one
    in weeks with spend, else zero (as the log is), ``basis (coefficient, week)`` Z of the
    docstring."""

    logs: Tensor
    paid: Tensor
    basis: Tensor


@dataclass(frozen=True)
class GaussianCoefficients:
    """``a (..., k, k)``, ``b (..., k)``: precision and information of coefficients with unit prior
    variance; ``squares`` of the data and ``log_scale`` of their noise (with the weight -1/2)."""

    a: Tensor
    b: Tensor
    squares: Tensor
    log_scale: Tensor


@dataclass(frozen=True)
class DemandSensor:
    """What data say about demand: ``diagonal (..., week)`` and ``off (..., week - 1)`` of their
    precision (zero where weeks are independent), ``information (..., week)``, and ``cross (..., k,
    week)`` C of the docstring for their own coefficients."""

    diagonal: Tensor
    off: Tensor
    information: Tensor
    cross: Tensor


@dataclass(frozen=True)
class DemandPath:
    """P (``diagonal``, ``off``), C (``cross``) and h (``information``) of the docstring."""

    diagonal: Tensor
    off: Tensor
    information: Tensor
    cross: Tensor


def log_budgets(s: Structure, panel: Panel) -> DrivenBudgets:
    """The budgets that demand drives, over all geos."""
    spend = panel.array("spend")[..., list(s.driven)].sum(1).T
    paid = spend > 0.0
    usual = spend.sum(-1, keepdims=True) / np.maximum(paid.sum(-1, keepdims=True), 1)
    level_sd, season_sd = _prior_sd()
    season = season_sd * season_basis(panel.weeks, s.yearly)
    logs = np.log(np.where(paid, spend, 1.0) / np.where(paid, usual, 1.0))
    return DrivenBudgets(
        logs, paid.astype(np.float64), np.vstack([np.full(len(season.T), level_sd), season])
    )


def budget_sensor(
    p: Parameters, budgets: DrivenBudgets, s: Structure, xp: Namespace
) -> tuple[GaussianCoefficients, DemandSensor]:
    """The regression of the budgets (coefficients ordered by budget), and what they say about
    demand."""
    sd, loading, basis = p["budget_sd"], p["budget_loading"][..., None], budgets.basis
    weight = budgets.paid / sd[..., None] ** 2
    weighted = weight[..., None, :] * basis
    gram = weighted @ basis.T
    # lengths come from the structure: JAX needs static ones
    lead, driven = gram.shape[:-3], len(s.driven)
    size = driven * _coefficients(s)
    blocks = np.eye(driven)[:, None, :, None] * gram[..., None, :]
    coefficients = GaussianCoefficients(
        a=np.eye(size) + blocks.reshape((*lead, size, size)),
        b=(weighted * budgets.logs[:, None, :]).sum(-1).reshape((*lead, size)),
        squares=(weight * budgets.logs**2).sum((-2, -1)),
        log_scale=2.0 * (budgets.paid.sum(-1) * xp.log(sd)).sum(-1),
    )
    cross = loading[..., None] * weighted
    return coefficients, DemandSensor(
        diagonal=(loading**2 * weight).sum(-2),
        off=0.0,
        information=(loading * weight * budgets.logs).sum(-2),
        cross=cross.reshape((*lead, size, -1)),
    )


def kpi_sensor(effect: Tensor, load: Tensor, size: Tensor, moved: Tensor) -> DemandSensor:
    """What a KPI with independent weeks says about demand, whose effect is ``effect (...)``.

    With V a week's covariance of its geos: ``load (..., k, week)`` X V^-1 F, ``size (..., week)``
    F V^-1 F, ``moved (..., week)`` F V^-1 r.
    """
    e = effect[..., None]
    return DemandSensor(e**2 * size, 0.0, e * moved, e[..., None] * load)


def autoregressive_kpi_sensor(
    effect: Tensor, factor: Tensor, rho: Tensor, design: Tensor, residual: Tensor, xp: Namespace
) -> DemandSensor:
    """The same for a national KPI with autoregressive noise of correlation ``rho (...)``.

    In s.d. of the innovations: ``factor (..., week)`` F, and ``design (..., k, week)`` and
    ``residual (..., week)`` whitened, so that week t has effect * (F_t d_t - rho F_t-1 d_t-1).
    """
    e, memory = effect[..., None], rho[..., None]
    first = factor[..., :1] * xp.sqrt(1.0 - memory**2)
    own = xp.concatenate([first, factor[..., 1:]], axis=-1)
    before = xp.concatenate([xp.zeros_like(first), -memory * factor[..., :-1]], axis=-1)

    def adjoint(rows: Tensor, own: Tensor, before: Tensor) -> Tensor:
        return own * rows + _shifted(before * rows, xp)

    return DemandSensor(
        diagonal=e**2 * (own**2 + _shifted(before**2, xp)),
        off=e**2 * (own * before)[..., 1:],
        information=e * adjoint(residual, own, before),
        cross=e[..., None] * adjoint(design, own[..., None, :], before[..., None, :]),
    )


def integrate_out_demand(
    kpi: tuple[GaussianCoefficients, DemandSensor],
    budgets: tuple[GaussianCoefficients, DemandSensor],
    rho: Tensor,
    weeks: int,
    xp: Namespace,
) -> tuple[GaussianCoefficients, DemandPath]:
    """All coefficients with demand integrated out, and the path of demand given them."""
    (kpi_part, by_kpi), (budget_part, by_budgets) = kpi, budgets
    prior_diagonal, prior_off, log_det = autoregression(rho, weeks, xp)
    path = DemandPath(
        diagonal=prior_diagonal + by_kpi.diagonal + by_budgets.diagonal,
        off=prior_off + by_kpi.off,
        information=by_kpi.information + by_budgets.information,
        cross=xp.concatenate([by_kpi.cross, by_budgets.cross], axis=-2),
    )
    sides = xp.concatenate([path.cross.mT, path.information[..., None]], axis=-1)
    path_det, half = tridiagonal.half_solve(path.diagonal, path.off, sides, weeks, xp)
    gram = half.mT @ half
    coefficients = GaussianCoefficients(
        a=_block_diagonal(kpi_part.a, budget_part.a, xp) - gram[..., :-1, :-1],
        b=xp.concatenate([kpi_part.b, budget_part.b], axis=-1) - gram[..., :-1, -1],
        squares=kpi_part.squares + budget_part.squares - gram[..., -1, -1],
        log_scale=kpi_part.log_scale + budget_part.log_scale + path_det - log_det,
    )
    return coefficients, path


def autoregression(rho: Tensor, weeks: int, xp: Namespace) -> tuple[Tensor, Tensor, Tensor]:
    """Precision R of demand at ``rho (...)``: diagonal, off-diagonal, log determinant."""
    fresh = 1.0 - rho[..., None] ** 2
    inner = np.ones(weeks)
    inner[[0, -1]] = 0.0
    diagonal = (1.0 + rho[..., None] ** 2 * inner) / fresh
    off = -rho[..., None] / fresh * np.ones(weeks - 1)
    return diagonal, off, -(weeks - 1.0) * xp.log(fresh[..., 0])


def draw_demand(
    path: DemandPath, w: Array, s: Structure, rng: np.random.Generator
) -> dict[str, Array]:
    """Draw demand (draw, week) given the coefficients ``w (draw, k)``.

    The result also holds the coefficients of the budgets, which are the last ones of ``w``.
    """
    given = path.information - (path.cross.mT @ w[..., None])[..., 0]
    level_sd, season_sd = _prior_sd()
    size = _coefficients(s)
    own = w[:, -size * len(s.driven) :].reshape(len(w), len(s.driven), size)
    draws = {"demand": tridiagonal.draw(path.diagonal, path.off, given, rng)}
    draws["budget_level"] = level_sd * own[..., 0]
    return {**draws, "budget_season": season_sd * own[..., 1:]} if s.yearly else draws


def _coefficients(s: Structure) -> int:
    """Number of coefficients of one budget: its level and its harmonics."""
    return 1 + 2 * s.yearly


def _prior_sd() -> tuple[float, float]:
    """Prior s.d. of a budget's level and of its harmonics; their means are zero."""
    return PRIORS["budget_level"].parameters[1], PRIORS["mediator_season"].parameters[1]


def _shifted(values: Tensor, xp: Namespace) -> Tensor:
    """The next week's value in each week; zero in the last week."""
    return xp.concatenate([values[..., 1:], xp.zeros_like(values[..., :1])], axis=-1)


def _block_diagonal(a: Tensor, b: Tensor, xp: Namespace) -> Tensor:
    """The matrix [[a, 0], [0, b]]."""
    right = xp.zeros_like(a[..., 0])[..., None] * xp.zeros_like(b[..., 0])[..., None, :]
    top = xp.concatenate([a, right], axis=-1)
    return xp.concatenate([top, xp.concatenate([right.mT, b], axis=-1)], axis=-2)
