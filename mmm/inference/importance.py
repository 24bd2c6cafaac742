"""Pareto-smoothed importance resampling: corrects an approximation's draws towards the density.

    weight_s = p(x_s) / q(x_s),   its largest values replaced by quantiles of a fitted Pareto tail

The tail's shape k says how reliable the correction is: up to 0.7 its error falls with the
number of candidates; above 1 the weights have no mean and a few candidates would dominate, so
candidates are drawn with equal weights instead (Vehtari et al. 2024, Pareto smoothed importance
sampling).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from arviz_stats.base import array_stats

from mmm.types import Array

MAX_PARETO_K = 1.0
EQUAL_WITHIN = 1e-6
"""Log weights that differ by less are equal: the approximation is the density itself."""

type LogDensity = Callable[[Array], tuple[float, Array]]
"""Log density and its gradient (dimension,) at a point (dimension,); -inf where there is none."""


@dataclass(frozen=True)
class Candidates:
    """Draws of an approximation: ``points (candidate, dimension)``, and their log density under it,
    ``log_q (candidate,)``."""

    points: Array
    log_q: Array


@dataclass(frozen=True)
class Resampled:
    """Resampled draws ``points (draw, dimension)``.

    ``pareto_k``: shape of the weights' tail; ``effective``: effective sample size, NaN where the
    weights were not used.
    """

    points: Array
    pareto_k: float
    effective: float


def resample(
    candidates: Candidates, log_p: Array, count: int, rng: np.random.Generator
) -> Resampled:
    """Draw ``count`` candidates in random order, by their weights where these have a mean."""
    possible = np.isfinite(log_p)
    ratio = np.where(possible, log_p - candidates.log_q, -np.inf)
    ratio = ratio - ratio.max()
    weights, pareto_k = possible / possible.sum(), 0.0
    effective = float(possible.sum())
    if np.ptp(ratio[possible]) > EQUAL_WITHIN:
        smoothed, shape = array_stats.psislw(-ratio[possible])
        pareto_k, effective = float(shape), float("nan")
        if pareto_k <= MAX_PARETO_K:
            weights[possible] = np.exp(smoothed - smoothed.max())
            weights /= weights.sum()
            effective = float(1.0 / np.sum(weights**2))
    chosen = _systematic(weights, count, rng)
    return Resampled(candidates.points[chosen], pareto_k, effective)


def _systematic(weights: Array, count: int, rng: np.random.Generator) -> Array:
    """Indices by systematic resampling: each candidate ``count`` times its weight, within one."""
    levels = (np.arange(count) + rng.random()) / count
    chosen = np.searchsorted(np.cumsum(weights), levels).clip(max=weights.size - 1)
    return np.asarray(rng.permutation(chosen))
