"""Search for a mode of a density by a quasi-Newton method (L-BFGS)."""

import numpy as np
from scipy.optimize import minimize

from mmm.errors import Issue, SamplingError
from mmm.inference.importance import LogDensity
from mmm.types import Array

MAX_ITERATIONS = 2000
MEMORY = 8


def search_path(density: LogDensity, start: Array) -> list[Array]:
    """Points (dimension,) of the search, ``start`` first and the mode last; none where the start
    has no density."""

    def negative(point: Array) -> tuple[float, Array]:
        value, gradient = density(point)
        return -value, -gradient

    if not np.isfinite(density(start)[0]):
        return []
    points = [start]
    minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        callback=lambda point: points.append(np.array(point)),
        options={"maxiter": MAX_ITERATIONS, "maxcor": MEMORY, "ftol": 1e-13, "gtol": 1e-6},
    )
    return points


def no_mode() -> SamplingError:
    """The error to raise where no start leads to a mode."""
    detail = (
        "the posterior has no mode that a search from the prior finds: use method 'nuts', or give "
        "the weakest channels a prior"
    )
    return SamplingError([Issue("/sampling/method", "no_mode", detail)])
