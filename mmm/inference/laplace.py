"""Laplace's approximation with each half-axis stretched to the width of the density along it.

    mode m = argmax log p (L-BFGS from several starts),   H = -hessian of log p at m
    x = m + A z,   A A' = H^-1 (symmetric root),   z_i = q_i+ |u| or -q_i- |u|,   u ~ N(0, 1)
    q_i+- = max_d  d / sqrt(2 (log p(m) - log p(m +- d A e_i))),   d in STEPS

A skewed posterior falls more slowly on one side of its mode than a normal density; q is the
standard deviation that its fall implies on that side, and 1 where p is normal (Geweke 1989,
Bayesian inference in econometric models using Monte Carlo integration). The Hessian is that of
central differences of the gradient: two gradients per dimension, and eight for the stretches.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from mmm.inference.find_mode import no_mode, search_path
from mmm.inference.importance import Candidates, LogDensity
from mmm.types import Array

DIFFERENCE_STEP = 1e-4
MIN_CURVATURE = 1e-2
"""A direction in which the density bends less is taken to bend so much (s.d. 10)."""
THREADS = 2
STEPS = (0.5, 1.0, 2.0, 3.0)
LONGEST_STEP = 3.0


@dataclass(frozen=True)
class SplitNormal:
    """``center (n,)``, ``root (n, n)`` with its log determinant, ``stretch (2, n)`` up and down."""

    center: Array
    root: Array
    log_det: float
    stretch: Array

    def draw(self, count: int, rng: np.random.Generator) -> Candidates:
        """Independent candidates."""
        up, down = self.stretch
        size = np.abs(rng.standard_normal((count, up.size)))
        rises = rng.random(size.shape) < up / (up + down)
        z = np.where(rises, up, -down) * size
        constant = up.size * np.log(2.0 * np.pi) / 2.0 + np.log((up + down) / 2.0).sum()
        log_q = -0.5 * (size**2).sum(-1) - constant - self.log_det
        return Candidates(self.center + z @ self.root.T, log_q)


def laplace(density: LogDensity, starts: Sequence[Array]) -> SplitNormal:
    """The approximation around the highest mode that the starts reach.

    Raises SamplingError where no start reaches a mode.
    """
    center, top = _mode(density, starts)
    root, log_det = _root(_hessian(density, center))
    return SplitNormal(center, root, log_det, _stretch(density, center, top, root))


def _mode(density: LogDensity, starts: Sequence[Array]) -> tuple[Array, float]:
    paths = _in_threads(lambda start: search_path(density, start), starts)
    ends = [path[-1] for path in paths if path]
    if not ends:
        raise no_mode()
    heights = [density(end)[0] for end in ends]
    best = int(np.argmax(heights))
    return ends[best], heights[best]


def _hessian(density: LogDensity, center: Array) -> Array:
    """(n, n) negative second derivatives of the log density."""

    def change_along(step: Array) -> Array:
        return density(center - step)[1] - density(center + step)[1]

    rows = _in_threads(change_along, list(DIFFERENCE_STEP * np.eye(center.size)))
    hessian = np.array(rows) / (2.0 * DIFFERENCE_STEP)
    return (hessian + hessian.T) / 2.0


def _root(hessian: Array) -> tuple[Array, float]:
    """Symmetric root of the inverse, with its log determinant."""
    values, vectors = np.linalg.eigh(hessian)
    values = np.maximum(values, MIN_CURVATURE)
    return (vectors / np.sqrt(values)) @ vectors.T, -0.5 * float(np.log(values).sum())


def _stretch(density: LogDensity, center: Array, top: float, root: Array) -> Array:
    """(2, n) stretches upwards and downwards along the columns of ``root``."""

    def stretch_along(axis: Array) -> float:
        falls = (top - density(center + step * axis)[0] for step in STEPS)
        least = [0.5 * (step / LONGEST_STEP) ** 2 for step in STEPS]
        pairs = zip(STEPS, falls, least, strict=True)
        return max(step / math.sqrt(2.0 * max(fall, low)) for step, fall, low in pairs)

    return np.array([_in_threads(stretch_along, list(sign * root.T)) for sign in (1.0, -1.0)])


def _in_threads[Item, Result](
    work: Callable[[Item], Result], items: Sequence[Item]
) -> list[Result]:
    """The results of ``work`` in order: a density's machine code runs without Python's lock."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))
