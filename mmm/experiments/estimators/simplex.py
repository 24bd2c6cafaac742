"""Least squares with weights that are not negative and add up to one.

    minimise  1/2 w'Gw - g'w   subject to   w >= 0,  sum w = 1

By an active set (Lawson and Hanson's method for non-negative least squares, with the sum as an
equation of every step): exact at its end, up to rounding.
"""

import numpy as np

from mmm.types import Array, Mask

_TOLERANCE = 1e-10
_ROUNDS = 20
"""Rounds a weight: in practice fewer than three are needed."""


def simplex_weights(gram: Array, moment: Array) -> Array:
    """Weights (donor,) for ``gram: (donor, donor)`` = X'X and ``moment: (donor,)`` = X'y."""
    count = len(moment)
    size = max(float(np.abs(np.diagonal(gram)).max()), 1e-300)
    gram, moment = gram / size, moment / size
    gram = gram + 1e-12 * np.eye(count)
    free = np.zeros(count, dtype=np.bool_)
    free[int(np.argmin(0.5 * np.diagonal(gram) - moment))] = True
    weights = free.astype(np.float64)
    for _ in range(_ROUNDS * count):
        slope = gram @ weights - moment
        level = float(slope[free].mean())
        outside = np.where(free, np.inf, slope - level)
        enter = int(np.argmin(outside))
        if free.all() or outside[enter] >= -_TOLERANCE:
            break
        free[enter] = True
        weights = _settle(gram, moment, free, weights)
    return np.asarray(weights)


def _settle(gram: Array, moment: Array, free: Mask, weights: Array) -> Array:
    """The best weights of the free ones, those that reach zero on the way leaving."""
    while True:
        goal = np.zeros(len(moment))
        goal[free] = _with_sum(gram[np.ix_(free, free)], moment[free])
        if goal[free].min() > 0.0:
            return goal
        falling = free & (goal <= 0.0)
        share = weights[falling] / np.maximum(weights[falling] - goal[falling], 1e-300)
        step = float(share.min())
        weights = weights + step * (goal - weights)
        leaving = free & (weights <= 1e-14)
        leaving[np.flatnonzero(falling)[int(share.argmin())]] = True
        free[leaving] = False
        weights[leaving] = 0.0


def _with_sum(gram: Array, moment: Array) -> Array:
    """Least squares whose weights add up to one, of any sign."""
    count = len(moment)
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = gram
    system[count, count] = 0.0
    return np.asarray(np.linalg.solve(system, np.append(moment, 1.0))[:count])
