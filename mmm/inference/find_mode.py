"""Search for a mode of a density by a quasi-Newton method (L-BFGS)."""

import numpy as np
from scipy.optimize import minimize

from mmm.errors import Issue, SamplingError
from mmm.inference.importance import LogDensity
from mmm.types import Array

MAX_ITERATIONS = 2000
MEMORY = 8
RESTARTS = 5
"""A search that stops where its last steps mislead it goes on from there without them."""
RISE = 1e-3
"""Of the log density, for which a search is started again."""


def search_path(density: LogDensity, start: Array) -> list[Array]:
    """Points (dimension,) of the search, ``start`` first and the mode last; none where the start
    has no density."""

    def negative(point: Array) -> tuple[float, Array]:
        value, gradient = density(point)
        return -value, -gradient

    if not np.isfinite(density(start)[0]):
        return []
    points, height = [start], -np.inf
    for _ in range(1 + RESTARTS):
        found = minimize(
            negative,
            points[-1],
            jac=True,
            method="L-BFGS-B",
            callback=lambda point: points.append(np.array(point)),
            options={"maxiter": MAX_ITERATIONS, "maxcor": MEMORY, "ftol": 1e-13, "gtol": 1e-6},
        )
        if -found.fun < height + RISE:
            break
        height = -found.fun
    return points


def no_mode() -> SamplingError:
    """The error to raise where no start leads to a mode."""
    detail = (
        "the posterior has no mode that a search from the prior finds: use method 'nuts', or give "
        "the weakest channels a prior"
    )
    return SamplingError([Issue("/sampling/method", "no_mode", detail)])
