"""Pathfinder: the normal density closest to the posterior along a quasi-Newton search.

At each iterate x of L-BFGS, with the last J steps S and changes of the gradient Z (columns), the
inverse Hessian of -log p is estimated as diagonal plus low rank, and with it a normal density:

    Sigma = diag(a) + B G B',   B = [diag(a) Z, S],   E = upper triangle of S'Z,   D = its diagonal
    G = [[0, -E^-1], [-E^-T, E^-T (D + Z' diag(a) Z) E^-1]],   mean = x + Sigma grad log p(x)

Of each path the one with the largest evidence lower bound (mean of log p - log q over a few draws)
is kept. A draw costs dimension x J: with Q R = diag(a)^-1/2 B and L L' = I + R G R',

    x = mean + diag(a)^1/2 (u + Q (L - I) Q'u),   u ~ N(0, I)
    log det Sigma = sum log a + 2 log det L

(Zhang, Carpenter, Gelman & Vehtari 2022, Pathfinder: parallel quasi-Newton variational inference.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mmm.inference.find_mode import MEMORY, no_mode, search_path
from mmm.inference.importance import Candidates, LogDensity
from mmm.types import Array

DRAWS = 8
"""Draws behind each lower bound."""
CURVATURE = 1e-12


@dataclass(frozen=True)
class LowRankNormal:
    """A normal density by its root: ``mean (n,)``, ``scale (n,)`` = sqrt(a), ``q (n, k)`` and ``low
    (k, k)`` = L."""

    mean: Array
    scale: Array
    q: Array
    low: Array

    def draw(self, count: int, rng: np.random.Generator) -> Candidates:
        """Independent candidates."""
        u = rng.standard_normal((count, self.mean.size))
        within = u @ self.q
        moved = u + (within @ (self.low - np.eye(len(self.low))).T) @ self.q.T
        log_det = np.log(self.scale).sum() + np.log(np.diagonal(self.low)).sum()
        constant = 0.5 * self.mean.size * np.log(2.0 * np.pi) + log_det
        return Candidates(self.mean + self.scale * moved, -0.5 * (u**2).sum(-1) - constant)


def pathfinder(
    density: LogDensity, starts: Sequence[Array], count: int, rng: np.random.Generator
) -> Candidates:
    """``count`` candidates in equal parts from the best normal density of each path.

    Raises SamplingError where no path has one.
    """
    normals = [best for start in starts if (best := _best_on_path(density, start, rng)) is not None]
    if not normals:
        raise no_mode()
    shares = [len(part) for part in np.array_split(np.arange(count), len(normals))]
    drawn = [each.draw(share, rng) for each, share in zip(normals, shares, strict=True)]
    return Candidates(
        np.concatenate([part.points for part in drawn]),
        np.concatenate([part.log_q for part in drawn]),
    )


def _best_on_path(
    density: LogDensity, start: Array, rng: np.random.Generator
) -> LowRankNormal | None:
    best, highest = None, -np.inf
    for normal in normals_on_path(
        [(point, -density(point)[1]) for point in search_path(density, start)]
    ):
        bound = _lower_bound(density, normal, rng)
        if bound > highest:
            best, highest = normal, bound
    return best


def normals_on_path(path: list[tuple[Array, Array]]) -> Iterator[LowRankNormal]:
    """The normal densities along ``path``, a list of points with their gradients of -log p."""
    if not path:
        return
    a = np.ones_like(path[0][0])
    steps: list[Array] = []
    changes: list[Array] = []
    for (before, slope), (point, gradient) in pairwise(path):
        s, z = point - before, gradient - slope
        if s @ z > CURVATURE * (z @ z):
            a = _diagonal(a, s, z)
            steps, changes = [*steps, s][-MEMORY:], [*changes, z][-MEMORY:]
        if steps:
            normal = _normal(point, gradient, a, np.array(steps).T, np.array(changes).T)
            if normal is not None:
                yield normal


def _diagonal(a: Array, s: Array, z: Array) -> Array:
    """The diagonal estimate after one more step (Gilbert & Lemarechal 1989)."""
    zaz, zs, sas = z @ (a * z), z @ s, s @ (s / a)
    inverse = zaz / (zs * a) + z**2 / zs - zaz * s**2 / (zs * sas * a**2)
    return np.asarray(1.0 / inverse)


def _normal(point: Array, gradient: Array, a: Array, s: Array, z: Array) -> LowRankNormal | None:
    """Mean and root of Sigma; None where rounding leaves it indefinite."""
    if not (np.isfinite(a).all() and (a > 0.0).all()):
        return None
    products = s.T @ z
    e = np.linalg.inv(np.triu(products))
    corner = e.T @ (np.diag(np.diagonal(products)) + z.T @ (a[:, None] * z)) @ e
    g = np.block([[np.zeros_like(e), -e], [-e.T, corner]])
    b = np.concatenate([a[:, None] * z, s], axis=1)
    scale = np.sqrt(a)
    q, r = np.linalg.qr(b / scale[:, None])
    try:
        low = np.linalg.cholesky(np.eye(len(r)) + r @ g @ r.T)
    except np.linalg.LinAlgError:
        return None
    mean = point - a * gradient - b @ (g @ (b.T @ gradient))
    return LowRankNormal(mean, scale, q, low)


def _lower_bound(density: LogDensity, normal: LowRankNormal, rng: np.random.Generator) -> float:
    drawn = normal.draw(DRAWS, rng)
    values = np.array([density(point)[0] for point in drawn.points])
    return float(np.mean(values - drawn.log_q))
