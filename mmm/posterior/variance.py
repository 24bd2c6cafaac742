"""The law of total variance on draws: noise, states, parameters and structure, adding up exactly.

For a quantity Y with models M, parameters theta and latent states z of weeks to come,

    Var(Y) = E Var(Y | z, theta, M)                           noise
           + E Var(E[Y | z, theta, M] | theta, M)             states
           + E Var(E[Y | theta, M] | M)                       parameters
           + Var(E[Y | M])                                    structure

From J draws of the states for each draw of the parameters, with W the mean within-draw variance of
E[Y | z, theta] (divisor J) and B the variance of its within-draw means,

    states = W J / (J - 1)           parameters = B - W / (J - 1)

are unbiased (one-way analysis of variance: Searle, Casella and McCulloch, 1992, Variance
components, 3.6), and their sum is W + B, the variance of all draws, whatever J. Where chance makes
the second negative it is zero and the first has the whole sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmm.posterior.trust.uncertainty import VarianceParts
from mmm.types import Array


@dataclass(frozen=True)
class ModelDraws:
    """What one model says: ``expected (draw, replicate)`` given parameters and states, and the
    variance of the noise around it, ``noise (draw,)``."""

    expected: Array
    noise: Array


def split_variance(
    models: Sequence[ModelDraws], weights: Sequence[float] | None = None
) -> VarianceParts:
    """The parts of the variance over ``models`` with ``weights`` (default: equal ones).

    Raises ValueError for weights that are negative, of no sum, or of another number.
    """
    weight = np.ones(len(models)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(models),) or weight.min(initial=0.0) < 0.0 or not weight.sum() > 0.0:
        raise ValueError("one weight of at least zero for each model, not all zero")
    weight = weight / weight.sum()
    parts = np.array([_of_one(model) for model in models])
    noise, states, parameters = weight @ parts
    means = np.array([model.expected.mean() for model in models])
    structure = float(weight @ (means - weight @ means) ** 2)
    total = float(noise + states + parameters + structure)
    return VarianceParts(
        total=total,
        noise=float(noise),
        states=float(states),
        parameters=float(parameters),
        structure=structure,
    )


def _of_one(model: ModelDraws) -> tuple[float, float, float]:
    count = model.expected.shape[1]
    within = float(model.expected.var(1).mean())
    between = float(model.expected.mean(1).var())
    noise = float(model.noise.mean())
    if count < 2:
        return noise, 0.0, between
    corrected = between - within / (count - 1)
    if corrected < 0.0:
        return noise, within + between, 0.0
    return noise, within * count / (count - 1), corrected


def noise_variance(mean: Array, log_or_scaled: Array, likelihood: str) -> Array:
    """(draw,) variance of the total over weeks and geos of noise around ``mean (draw, week, geo)``.

    ``log_or_scaled (draw, geo, week, week)``: covariance of the noise of a geo, of the log where
    ``likelihood`` is "lognormal", else in KPI units. Geos are independent.
    """
    if likelihood != "lognormal":
        return np.asarray(log_or_scaled.sum((1, 2, 3)))
    by_geo = mean.transpose(0, 2, 1)
    both = by_geo[..., :, None] * by_geo[..., None, :]
    return np.asarray((both * np.expm1(log_or_scaled)).sum((1, 2, 3)))
