"""Latent demand, observed through the KPI, an index and the budgets it drives, integrated out.

Given the non-linear parameters demand d is Gaussian, and the KPI, a noisy index and the budgets are
linear in it:

    d            stationary autoregression of unit variance, correlation rho, precision R
    budget_k[t]  log(spend / mean spend) = Z[., t] g_k + loading_k d_t + Normal(0, sd_k^2)
    index[t]     its standardised value, in a panel its mean over the geos, likewise
    kpi          as in ``collapse``, with e F[t, .] d_t in its mean          e -> demand_effect

Z is a constant and the seasonal basis, for the index the trend too, each times its prior s.d.;
weeks without spend are left out. All coefficients w (those of the KPI, and g) and d are jointly
Gaussian with

    precision [[A, C], [C', P]]    information (b, h)    P = R + the data's precision, tridiagonal

and without d (Schur complement; the other terms join the log evidence)

    A - C P^-1 C'    b - C P^-1 h    log det P - log det R    h' P^-1 h
    d | w ~ Normal(P^-1 (h - C' w), P^-1)

Sampling the path instead would create two funnels: KPI and budgets are two sensors of one state,
which can follow either so closely that the noise of that sensor vanishes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from mmm.data.design import Design
from mmm.data.panel import Panel
from mmm.data.timeline import season_basis, trend_basis
from mmm.posterior import tridiagonal
from mmm.priors.table import PRIORS
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor

BUDGET, INDEX = "budget", "index"
"""Kinds of sensors, and prefixes of their parameters: ``<kind>_loading``, ``<kind>_sd``."""


@dataclass(frozen=True)
class SensorRows:
    """Series of one kind that demand moves: ``values (row, week)``, ``seen (row, week)`` one in
    weeks with a value, else zero (as the value is), ``basis (coefficient, week)`` Z of the
    docstring."""

    kind: str
    values: Tensor
    seen: Tensor
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


def sensor_rows(design: Design) -> tuple[SensorRows, ...]:
    """The series that demand moves beside the KPI, in the order of their coefficients."""
    s = design.structure
    budgets = (log_budgets(s, design.panel),) if s.driven else ()
    return budgets if s.index is None else (*budgets, index_rows(design))


def log_budgets(s: Structure, panel: Panel) -> SensorRows:
    """The budgets that demand drives, over all geos."""
    spend = panel.array("spend")[..., list(s.driven)].sum(1).T
    paid = spend > 0.0
    usual = spend.sum(-1, keepdims=True) / np.maximum(paid.sum(-1, keepdims=True), 1)
    level_sd, season_sd = _prior_sds(BUDGET, s).values()
    season = season_sd * season_basis(panel.weeks, s.yearly)
    logs = np.log(np.where(paid, spend, 1.0) / np.where(paid, usual, 1.0))
    basis = np.vstack([np.full(len(season.T), level_sd), season])
    return SensorRows(BUDGET, logs, paid.astype(np.float64), basis)


def index_rows(design: Design) -> SensorRows:
    """The index of demand: its mean over the geos, standardised as the control that it is."""
    s, weeks, scales = design.structure, design.panel.weeks, design.scales
    assert s.index is not None
    values = design.inputs.control[s.index].mean(-1)[None]
    sds = _prior_sds(INDEX, s)
    basis = [np.full((1, len(weeks)), sds["level"])]
    if s.trend != "none":
        trend = trend_basis(weeks, scales.origin, scales.span_weeks)
        basis.append(sds["trend"] * trend[None])
    basis.append(sds["season"] * season_basis(weeks, s.yearly))
    return SensorRows(INDEX, values, np.ones_like(values), np.vstack(basis))


def sensor_regression(
    p: Parameters, rows: SensorRows, s: Structure, xp: Namespace
) -> tuple[GaussianCoefficients, DemandSensor]:
    """The regression of ``rows`` (coefficients ordered by row), and what they say about demand."""
    sd, loading = p[f"{rows.kind}_sd"], p[f"{rows.kind}_loading"][..., None]
    weight = rows.seen / sd[..., None] ** 2
    weighted = weight[..., None, :] * rows.basis
    gram = weighted @ rows.basis.T
    # lengths come from the structure: JAX needs static ones
    lead, count = gram.shape[:-3], _row_count(rows.kind, s)
    size = count * _coefficients(rows.kind, s)
    blocks = np.eye(count)[:, None, :, None] * gram[..., None, :]
    coefficients = GaussianCoefficients(
        a=np.eye(size) + blocks.reshape((*lead, size, size)),
        b=(weighted * rows.values[:, None, :]).sum(-1).reshape((*lead, size)),
        squares=(weight * rows.values**2).sum((-2, -1)),
        log_scale=2.0 * (rows.seen.sum(-1) * xp.log(sd)).sum(-1),
    )
    cross = loading[..., None] * weighted
    return coefficients, DemandSensor(
        diagonal=(loading**2 * weight).sum(-2),
        off=0.0,
        information=(loading * weight * rows.values).sum(-2),
        cross=cross.reshape((*lead, size, -1)),
    )


def sensor_mean(p: Parameters, kind: str, row: int, trend: Tensor, season: Tensor) -> Tensor:
    """(..., week) mean of one series given demand; ``trend (week,)``, ``season (harmonic, week)``
    of its weeks."""
    mean = p[f"{kind}_level"][..., row, None] + p[f"{kind}_loading"][..., row, None] * p["demand"]
    if f"{kind}_trend" in p:
        mean = mean + p[f"{kind}_trend"][..., row, None] * trend
    if f"{kind}_season" in p:
        mean = mean + p[f"{kind}_season"][..., row, :] @ season
    return mean


def kpi_sensor(effect: Tensor, load: Tensor, size: Tensor, moved: Tensor) -> DemandSensor:
    """What a KPI with independent weeks says about demand, whose effect is ``effect (...)``.

    With V a week's covariance of its geos: ``load (..., k, week)`` X V^-1 F, ``size (..., week)``
    F V^-1 F, ``moved (..., week)`` F V^-1 r.
    """
    e = effect[..., None]
    return DemandSensor(e**2 * size, 0.0, e * moved, e[..., None] * load)


def autoregressive_kpi_sensor(
    effect: Tensor, own: Tensor, before: Tensor, design: Tensor, residual: Tensor, xp: Namespace
) -> DemandSensor:
    """The same for a national KPI with autoregressive noise.

    In s.d. of the innovations: week t has effect * (own_t d_t + before_t d_t-1), both ``(...,
    week)``; ``design (..., k, week)`` and ``residual (..., week)`` are whitened.
    """
    e = effect[..., None]

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
    others: Sequence[tuple[GaussianCoefficients, DemandSensor]],
    rho: Tensor,
    weeks: int,
    xp: Namespace,
) -> tuple[GaussianCoefficients, DemandPath]:
    """All coefficients with demand integrated out, and the path of demand given them."""
    parts, sensors = zip(kpi, *others, strict=True)
    prior_diagonal, prior_off, log_det = autoregression(rho, weeks, xp)
    path = DemandPath(
        diagonal=prior_diagonal + sum(each.diagonal for each in sensors),
        off=prior_off + sum(each.off for each in sensors),
        information=sum(each.information for each in sensors),
        cross=xp.concatenate([each.cross for each in sensors], axis=-2),
    )
    sides = xp.concatenate([path.cross.mT, path.information[..., None]], axis=-1)
    path_det, half = tridiagonal.half_solve(path.diagonal, path.off, sides, weeks, xp)
    gram = half.mT @ half
    coefficients = GaussianCoefficients(
        a=reduce(lambda a, b: _block_diagonal(a, b, xp), [each.a for each in parts])
        - gram[..., :-1, :-1],
        b=xp.concatenate([each.b for each in parts], axis=-1) - gram[..., :-1, -1],
        squares=sum(each.squares for each in parts) - gram[..., -1, -1],
        log_scale=sum(each.log_scale for each in parts) + path_det - log_det,
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

    The result also holds the coefficients of its sensors, which are the last ones of ``w``.
    """
    given = path.information - (path.cross.mT @ w[..., None])[..., 0]
    draws = {"demand": tridiagonal.draw(path.diagonal, path.off, given, rng)}
    end = w.shape[-1]
    for kind in reversed(_kinds(s)):
        sds, count, size = _prior_sds(kind, s), _row_count(kind, s), _coefficients(kind, s)
        own = w[:, end - size * count : end].reshape(len(w), count, size)
        end -= size * count
        start = 0
        for part, sd in sds.items():
            wide = 2 * s.yearly if part == "season" else 1
            values = sd * own[..., start : start + wide]
            if wide:
                draws[f"{kind}_{part}"] = values if part == "season" else values[..., 0]
            start += wide
    return draws


def _kinds(s: Structure) -> list[str]:
    return [BUDGET] * bool(s.driven) + [INDEX] * (s.index is not None)


def _row_count(kind: str, s: Structure) -> int:
    return len(s.driven) if kind == BUDGET else 1


def _coefficients(kind: str, s: Structure) -> int:
    """Number of coefficients of one series: level, trend of an index, and harmonics."""
    return 1 + 2 * s.yearly + (kind == INDEX and s.trend != "none")


def _prior_sds(kind: str, s: Structure) -> dict[str, float]:
    """Prior s.d. of each part of a sensor's mean, in the order of its coefficients; their means
    are zero."""
    if kind == BUDGET:
        names = {"level": "budget_level", "season": "mediator_season"}
    else:
        names = {"level": "index_level", "trend": "index_trend", "season": "index_season"}
        if s.trend == "none":
            del names["trend"]
    return {part: PRIORS[name].parameters[1] for part, name in names.items()}


def _shifted(values: Tensor, xp: Namespace) -> Tensor:
    """The next week's value in each week; zero in the last week."""
    return xp.concatenate([values[..., 1:], xp.zeros_like(values[..., :1])], axis=-1)


def _block_diagonal(a: Tensor, b: Tensor, xp: Namespace) -> Tensor:
    """The matrix [[a, 0], [0, b]]."""
    right = xp.zeros_like(a[..., 0])[..., None] * xp.zeros_like(b[..., 0])[..., None, :]
    top = xp.concatenate([a, right], axis=-1)
    return xp.concatenate([top, xp.concatenate([right.mT, b], axis=-1)], axis=-2)
