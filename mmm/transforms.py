"""Adstock and saturation: pure functions of arrays, generic over the namespace ``xp``.

Carryover spreads one week's exposure over the lags l = 0..max_lag with weights that sum to one:

    geometric  w_l = alpha^l / sum            delayed  w_l = alpha^((l - theta)^2) / sum

Saturation maps the adstocked exposure x >= 0 to [0, 1) (``none``: to itself):

    hill       x^s / (k^s + x^s)              logistic  (1 - e^(-rate x)) / (1 + e^(-rate x))

    alpha -> adstock_alpha in (0, 1)   theta -> adstock_theta, weeks to the peak
    k -> saturation_half, exposure at half effect   s -> saturation_slope   rate -> saturation_rate

Reference: Jin, Wang, Sun, Chan, Koehler (2017), Bayesian Methods for Media Mix Modeling with
Carryover and Shape Effects. Shapes: a parameter has the dimensions (..., medium) and the exposure
(..., medium, week, geo); leading dimensions (draws) broadcast. NaN is not expected anywhere.
"""

from collections.abc import Callable, Mapping

import numpy as np

from mmm.types import Namespace, Tensor

type Parameters = Mapping[str, Tensor]

ADSTOCK_PARAMETERS: dict[str, tuple[str, ...]] = {
    "geometric": ("adstock_alpha",),
    "delayed": ("adstock_alpha", "adstock_theta"),
    "none": (),
}
SATURATION_PARAMETERS: dict[str, tuple[str, ...]] = {
    "hill": ("saturation_half", "saturation_slope"),
    "logistic": ("saturation_rate",),
    "none": (),
}


def adstock_weights(kind: str, p: Parameters, max_lag: int, xp: Namespace) -> Tensor:
    """Weights (..., medium, lag) over the lags 0..max_lag of ``kind``, summing to one."""
    lags = np.arange(max_lag + 1, dtype=np.float64)
    distance = lags if kind == "geometric" else (lags - p["adstock_theta"][..., None]) ** 2
    weights = xp.exp(distance * xp.log(p["adstock_alpha"])[..., None])
    return weights / weights.sum(-1)[..., None]


def convolve(
    exposure: Tensor, weights: Tensor, before: Tensor, max_lag: int, xp: Namespace
) -> Tensor:
    """Adstocked exposure (..., medium, week, geo): sum over lags of weight times past exposure.

    ``before: (medium, lag, geo)`` is the exposure of the max_lag weeks that precede the first.
    """
    padded = xp.concatenate([before, exposure], axis=-2) if max_lag else exposure
    return sum(
        weights[..., lag, None, None] * padded[..., max_lag - lag : -lag or None, :]
        for lag in range(max_lag + 1)
    )


def hill(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Hill curve; its gradient stays finite at x = 0."""
    ratio = _hill_ratio(x, p, xp)
    return ratio / (1.0 + ratio)


def hill_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """d hill / dx; at x = 0 the limit from within (0 where the curve is not differentiable)."""
    ratio = _hill_ratio(x, p, xp)
    slope = p["saturation_slope"][..., None, None]
    return xp.where(x > 0.0, slope * ratio / ((1.0 + ratio) ** 2 * _positive(x, xp)), 0.0)


def logistic(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Logistic curve through the origin, tanh(rate x / 2)."""
    return xp.tanh(0.5 * p["saturation_rate"][..., None, None] * x)


def logistic_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """d logistic / dx."""
    rate = p["saturation_rate"][..., None, None]
    return 0.5 * rate * (1.0 - xp.tanh(0.5 * rate * x) ** 2)


def identity(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:  # noqa: ARG001
    """No saturation."""
    return x


def identity_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:  # noqa: ARG001
    """Slope of no saturation."""
    return xp.ones_like(x)


type Curve = Callable[[Tensor, Parameters, Namespace], Tensor]

SATURATION: dict[str, Curve] = {"hill": hill, "logistic": logistic, "none": identity}
SATURATION_DERIVATIVE: dict[str, Curve] = {
    "hill": hill_derivative,
    "logistic": logistic_derivative,
    "none": identity_derivative,
}


def _positive(x: Tensor, xp: Namespace) -> Tensor:
    return xp.where(x > 0.0, x, 1.0)


def _hill_ratio(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """(x / k)^s, and 0 at x = 0 without a logarithm of zero."""
    log_ratio = xp.log(_positive(x, xp)) - xp.log(p["saturation_half"])[..., None, None]
    power = xp.exp(p["saturation_slope"][..., None, None] * log_ratio)
    return xp.where(x > 0.0, power, 0.0)
