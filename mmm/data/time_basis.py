"""The functions of time that a baseline is built from: kinks, smooth waves and a random walk.

Position is time relative to the reference window: -0.5 at its first week, 0.5 at its last, and
extrapolated outside it (``timeline.trend_basis``). Its unit is called "window units".

    piecewise  b_k(x) = max(0, x - kink_k)
    smooth     phi_j(x) = sin(w_j (x + L)) / sqrt(L),   w_j = j pi / (2 L),   |x| <= L
               S(w) = sqrt(2 pi) l exp(-(l w)^2 / 2),   k(x, y) = sum_j S(w_j) phi_j(x) phi_j(y)

    L -> boundary   l -> lengthscale   m -> n_functions (j = 1..m)

    walk       psi_j(t) = sqrt(2) sin((j - 1/2) pi t) / ((j - 1/2) pi)     0 <= t <= 1

psi_j with independent standard normal coefficients add up to a random walk from 0 at t = 0 to unit
variance at t = 1 (Karhunen and Loeve: Loeve 1978, Probability Theory II, 37.5); the terms after the
m-th have the share 2 / (pi^2 m) of its variance, .8 % after 24. The walk of a fit ends with its
data. In later weeks the functions keep their last value, which is the walk's expectation; what it
moves by then is drawn where a forecast needs it (``posterior.abduction``).

k approximates the squared-exponential kernel exp(-(x - y)^2 / (2 l^2)). It is chosen over the
rougher Matern kernels because it has no power at short wavelengths, which belong to media and
noise, and because it needs the fewest functions. References: Solin and Särkkä (2020), Hilbert space
methods for reduced-rank Gaussian process regression; Riutort-Mayol, Bürkner, Andersen, Solin,
Vehtari (2023), Practical Hilbert space approximate Bayesian Gaussian processes.
"""

import math

import numpy as np

from mmm.types import Array, Namespace, Tensor

LAST_KINK = 0.4
FUNCTIONS_PER_WAVE = 1.75
MARGIN = 1.5
REACH = 1.0
WALK_FUNCTIONS = 24
"""Functions of a random walk over the reference window."""


def piecewise_basis(position: Array, changepoints: int) -> Array:
    """(changepoint, week) basis: window units since each kink, zero before it.

    Kinks are evenly spaced over the first 90 % of the window, so that data remain after the last.
    """
    kinks = np.linspace(-0.5, LAST_KINK, changepoints + 1)[1:]
    return np.maximum(0.0, position - kinks[:, None])


def walk_basis(weeks: Array, span_weeks: int, length: int) -> Array:
    """(function, week) functions of a random walk, ``weeks`` after its start, for a walk of unit
    s.d. over a reference window of ``span_weeks``; ``length`` weeks have data.

    A refit on more weeks has as many more functions, and a walk that goes as far in a week.
    """
    window, whole = max(span_weeks - 1, 1), max(length - 1, 1)
    rate = (np.arange(walk_size(span_weeks, length)) + 0.5)[:, None] * np.pi
    share = np.clip(weeks / whole, 0.0, 1.0)
    unit = np.sqrt(2.0) * np.sin(rate * share) / rate
    return np.asarray(unit * np.sqrt(whole / window), dtype=np.float64)


def walk_size(span_weeks: int, length: int) -> int:
    """Number of functions of a random walk over ``length`` weeks."""
    return math.ceil(WALK_FUNCTIONS * max(length - 1, 1) / max(span_weeks - 1, 1))


def window_units(weeks: float, span_weeks: int) -> float:
    """A duration in weeks, as a share of a reference window of ``span_weeks`` weeks."""
    return weeks / max(span_weeks - 1, 1)


def smooth_size(span_weeks: int, lengthscale: float) -> tuple[int, float]:
    """(n_functions, boundary) for a ``lengthscale`` in weeks; the boundary is in window units.

    The rules n_functions >= 1.75 L / l, L >= 3.2 l and L >= 0.6 are those of Riutort-Mayol et al.
    (half window 0.5). Near the boundary the variance falls short by exp(-2 (L - x)^2 / l^2); L is
    so wide that one lengthscale past the data is still 1.5 l away from it, where 1.1 % of the
    variance is missing.
    """
    scale = window_units(lengthscale, span_weeks)
    boundary = max(0.5 + (REACH + MARGIN) * scale, 3.2 * scale, 0.6)
    n_functions = math.ceil(FUNCTIONS_PER_WAVE * boundary / scale)
    return n_functions, n_functions * scale / FUNCTIONS_PER_WAVE


def smooth_basis(position: Array, n_functions: int, boundary: float) -> Array:
    """(n_functions, week) eigenfunctions; ``n_functions`` and ``boundary`` from ``smooth_size``.

    The position is clipped 1.5 lengthscales inside the boundary, where the approximation ends: at
    least one lengthscale before and after the data. Further out the wave keeps its last value.
    """
    edge = boundary * (1.0 - MARGIN * FUNCTIONS_PER_WAVE / n_functions)
    inside = np.clip(position, -edge, edge)
    angle = frequencies(n_functions, boundary)[:, None] * (inside + boundary)
    return np.asarray(np.sin(angle) / np.sqrt(boundary), dtype=np.float64)


def spectral_sd(n_functions: int, boundary: float, lengthscale: Tensor, xp: Namespace) -> Tensor:
    """(n_functions,) s.d. of each function's coefficient, for a wave with unit s.d.

    ``lengthscale`` in window units: a number, or (..., 1) with leading draws.
    """
    wave = frequencies(n_functions, boundary) * lengthscale
    return xp.sqrt(np.sqrt(2.0 * np.pi) * lengthscale) * xp.exp(-0.25 * wave**2)


def frequencies(n_functions: int, boundary: float) -> Array:
    """(n_functions,) square roots of the eigenvalues, radians per window unit."""
    return np.arange(1, n_functions + 1, dtype=np.float64) * np.pi / (2.0 * boundary)
