"""Weekly shocks common to all geos, integrated out where each geo's noise remembers.

A shock s z_t, z_t ~ N(0, 1), enters the mean of its own week: F[t, g] s z_t. Whitened by the memory
of the noise it is in two weeks' rows, own[t, g] s z_t + before[t, g] s z_t-1 (``whitening``), so
that the precision of the path z given the data is tridiagonal. With the coefficients eta of the
regression, whose columns are X, everything is jointly Gaussian:

    precision [[A, C], [C', P]]     information (b, h)     v the variance of the fresh noise
    P[t, t]   = 1 + s^2 / v (sum_g own[t, g]^2 + before[t+1, g]^2)
    P[t, t+1] = s^2 / v sum_g before[t+1, g] own[t+1, g]
    C[., t]   = s / v sum_g (X[., t, g] own[t, g] + X[., t+1, g] before[t+1, g]), h[t] likewise of r

and without z: A - C P^-1 C', b - C P^-1 h, log det P, h' P^-1 h (Schur complement; the elimination
costs a multiple of the weeks: ``tridiagonal``). Without memory P is diagonal, which ``collapse``
does by hand.
"""

from dataclasses import dataclass

import numpy as np

from mmm.model.whitening import Regression
from mmm.posterior import tridiagonal
from mmm.types import Array, Namespace, Parameters, Tensor


@dataclass(frozen=True)
class ShockPath:
    """P (``diagonal (..., week)``, ``off (..., week - 1)``), C (``cross (..., k, week)``) and h
    (``information (..., week)``) of the docstring."""

    diagonal: Tensor
    off: Tensor
    information: Tensor
    cross: Tensor


def shock_path(p: Parameters, rows: Regression, deviation: Tensor, xp: Namespace) -> ShockPath:
    """The path of the shocks given ``rows``; ``deviation (..., week, geo)``: the columns of the
    geos' own levels, each times its s.d."""
    own, before = rows.own, rows.before
    assert before is not None
    s, v = p["shock_sd"][..., None], (p["sigma"] ** 2)[..., None]

    states = (own[..., None, :, :], before[..., None, :, :])
    common = [(rows.design * state).sum(-1) for state in states]
    by_geo = [(deviation * state).mT for state in (own, before)]
    load = xp.concatenate([_both_weeks(common, xp), _both_weeks(by_geo, xp)], axis=-2)
    moved = _both_weeks([(rows.residual * state).sum(-1) for state in (own, before)], xp)
    size = _both_weeks([(state**2).sum(-1) for state in (own, before)], xp)
    return ShockPath(
        diagonal=1.0 + s**2 / v * size,
        off=s**2 / v * (own * before).sum(-1)[..., 1:],
        information=s / v * moved,
        cross=(s / v)[..., None] * load,
    )


def eliminate(path: ShockPath, weeks: int, xp: Namespace) -> tuple[Tensor, Tensor]:
    """log det P ``(...)``, and the Gram matrix of (C', h) under P^-1 ``(..., k + 1, k + 1)``."""
    sides = xp.concatenate([path.cross.mT, path.information[..., None]], axis=-1)
    log_det, half = tridiagonal.half_solve(path.diagonal, path.off, sides, weeks, xp)
    return log_det, half.mT @ half


def draw_shocks(path: ShockPath, eta: Array, rng: np.random.Generator) -> Array:
    """(draw, week) exact draws of z given the coefficients ``eta (draw, k)``."""
    given = path.information - (path.cross.mT @ eta[..., None])[..., 0]
    return tridiagonal.draw(path.diagonal, path.off, given, rng)


def _both_weeks(says: list[Tensor], xp: Namespace) -> Tensor:
    """The sum of what the rows of a week, and of the week after, say; ``(..., week)`` each."""
    now, later = says
    after = xp.concatenate([later[..., 1:], xp.zeros_like(later[..., :1])], axis=-1)
    return now + after
