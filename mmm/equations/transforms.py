"""Adstock and saturation: pure functions of arrays, generic over the namespace ``xp``.

Carryover spreads one week's exposure over the lags l = 0..max_lag with weights that sum to one:

    geometric  w_l = alpha^l / sum            delayed  w_l = alpha^((l - theta)^2) / sum
    weibull    w_l = (l + 1)^(m - 1) e^(-((l + 1) / c)^m) / sum
    gamma      w_l = (l + 1/2)^(m - 1) e^(-m (l + 1/2) / d) / sum

Saturation maps the adstocked exposure x >= 0 to [0, 1); ``power`` and ``none`` have no ceiling:

    hill       x^s / (k^s + x^s)              logistic  (1 - e^(-rate x)) / (1 + e^(-rate x))
    michaelis_menten  x / (k + x)             tanh      tanh(rate x)
    power      x^e                            none      x

    alpha -> adstock_alpha in (0, 1)   theta -> adstock_theta, weeks to the peak
    m -> adstock_shape   c -> adstock_scale, weeks   d -> adstock_mean, weeks
    e -> saturation_power in (0, 1)
    k -> saturation_half, exposure at half effect   s -> saturation_slope   rate -> saturation_rate

Frequency: f contacts per person reached act as f^s / (k^s + f^s), k -> frequency_half contacts,
s -> frequency_slope; this factor multiplies the reach.

References: Jin, Wang, Sun, Chan, Koehler (2017), Bayesian Methods for Media Mix Modeling with
Carryover and Shape Effects; Zhang et al. (2023), Bayesian Hierarchical Media Mix Model
Incorporating Reach and Frequency Data. Shapes: a parameter has the dimensions (..., medium) and
the exposure (..., medium, week, geo); leading dimensions (draws) broadcast. No NaN anywhere.
"""

from collections.abc import Callable

import numpy as np

from mmm.types import Array, Namespace, Parameters, Tensor

LOG_2 = float(np.log(2.0))


def adstock_weights(kind: str, p: Parameters, max_lag: int, xp: Namespace) -> Tensor:
    """Weights (..., medium, lag) over the lags 0..max_lag of ``kind``, summing to one.

    Raises KeyError for the kind ``none``, which has no weights.
    """
    weights = xp.exp(LOG_WEIGHTS[kind](np.arange(max_lag + 1, dtype=np.float64), p, xp))
    return weights / weights.sum(-1)[..., None]


def _geometric(lags: Array, p: Parameters, xp: Namespace) -> Tensor:
    return lags * xp.log(p["adstock_alpha"])[..., None]


def _delayed(lags: Array, p: Parameters, xp: Namespace) -> Tensor:
    distance = (lags - p["adstock_theta"][..., None]) ** 2
    return distance * xp.log(p["adstock_alpha"])[..., None]


def _weibull(lags: Array, p: Parameters, xp: Namespace) -> Tensor:
    """Relative to lag 0, whose weight is then one: the sum never vanishes, however short c."""
    shape, log_age = p["adstock_shape"][..., None], np.log(lags + 1.0)
    hazard = xp.exp(-shape * xp.log(p["adstock_scale"])[..., None])
    return (shape - 1.0) * log_age - hazard * (xp.exp(shape * log_age) - 1.0)


def _gamma(lags: Array, p: Parameters, xp: Namespace) -> Tensor:  # noqa: ARG001
    """Relative to lag 0, as the Weibull's; shape one is a geometric carryover."""
    shape, log_age = p["adstock_shape"][..., None], np.log(2.0 * lags + 1.0)
    return (shape - 1.0) * log_age - lags * shape / p["adstock_mean"][..., None]


type LogWeights = Callable[[Array, Parameters, Namespace], Tensor]


LOG_WEIGHTS: dict[str, LogWeights] = {
    "geometric": _geometric,
    "delayed": _delayed,
    "weibull": _weibull,
    "gamma": _gamma,
}


def convolve(
    exposure: Tensor, weights: Tensor, before: Tensor, max_lag: int, xp: Namespace
) -> Tensor:
    """Adstocked exposure (..., medium, week, geo): sum over lags of weight times past exposure.

    ``before: (medium, lag, geo)`` is the exposure of the max_lag weeks that precede the first. In
    a graph it is one product with the lags side by side, which depend on data only.
    """
    padded = xp.concatenate([before, exposure], axis=-2) if max_lag else exposure
    lags = [padded[..., max_lag - lag : -lag or None, :] for lag in range(max_lag + 1)]
    if xp is np:
        return sum(weights[..., lag, None, None] * past for lag, past in enumerate(lags))
    past = xp.stack(lags, axis=-3)
    flat = past.reshape((*past.shape[:-2], past.shape[-2] * past.shape[-1]))
    return (weights[..., None, :] @ flat)[..., 0, :].reshape(exposure.shape)


def hill(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Hill curve; its gradient stays finite at x = 0."""
    return _hill(x, p["saturation_half"], p["saturation_slope"], xp)


def hill_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """d hill / dx; at x = 0 the limit from within (0 where the curve is not differentiable)."""
    slope = p["saturation_slope"]
    ratio = _positive_power(x, p["saturation_half"], slope, xp)
    safe = _positive(x, xp)
    steepness = slope[..., None, None] * ratio / ((1.0 + ratio) ** 2 * safe)
    return steepness if safe is x else xp.where(x > 0.0, steepness, 0.0)


def value_and_slope(kind: str, x: Array, p: Parameters) -> tuple[Array, Array]:
    """The curve of ``kind`` and its derivative at ``x`` (numpy), with one power for both."""
    if kind != "hill":
        return SATURATION[kind](x, p, np), SATURATION_DERIVATIVE[kind](x, p, np)
    exponent = p["saturation_slope"]
    ratio = _positive_power(x, p["saturation_half"], exponent, np)
    rest = 1.0 / (1.0 + ratio)
    value = ratio * rest
    safe = _positive(x, np)
    steep = exponent[..., None, None] * value * rest / safe
    return value, steep if safe is x else np.where(x > 0.0, steep, 0.0)


def frequency_curve(frequency: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Effect of a person reached ``frequency (..., medium, week, geo)`` times, in [0, 1)."""
    return _hill(frequency, p["frequency_half"], p["frequency_slope"], xp)


def michaelis_menten(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:  # noqa: ARG001
    """Hill curve of slope one."""
    return x / (p["saturation_half"][..., None, None] + x)


def michaelis_menten_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:  # noqa: ARG001
    """d michaelis_menten / dx."""
    half = p["saturation_half"][..., None, None]
    return half / (half + x) ** 2


def power(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Power curve: constant elasticity, no ceiling; its gradient stays finite at x = 0."""
    exponent = p["saturation_power"]
    return _positive_power(x, xp.ones_like(exponent), exponent, xp)


def power_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """d power / dx; 0 at x = 0, where the true slope is infinite and the curve has none."""
    exponent = p["saturation_power"][..., None, None]
    return xp.where(x > 0.0, exponent * power(x, p, xp) / _positive(x, xp), 0.0)


def tanh(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """Hyperbolic tangent: the logistic curve at twice the rate."""
    return xp.tanh(p["saturation_rate"][..., None, None] * x)


def tanh_derivative(x: Tensor, p: Parameters, xp: Namespace) -> Tensor:
    """d tanh / dx."""
    rate = p["saturation_rate"][..., None, None]
    return rate * (1.0 - xp.tanh(rate * x) ** 2)


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


SATURATION: dict[str, Curve] = {
    "hill": hill,
    "logistic": logistic,
    "michaelis_menten": michaelis_menten,
    "tanh": tanh,
    "power": power,
    "none": identity,
}


SATURATION_DERIVATIVE: dict[str, Curve] = {
    "hill": hill_derivative,
    "logistic": logistic_derivative,
    "michaelis_menten": michaelis_menten_derivative,
    "tanh": tanh_derivative,
    "power": power_derivative,
    "none": identity_derivative,
}


def concave(kind: str, p: Parameters) -> bool:
    """Whether the curve of ``kind`` is concave in every draw of ``p`` (numpy arrays)."""
    return kind != "hill" or bool(np.all(p["saturation_slope"] <= 1.0))


def from_half_life(kind: str, half_life: Tensor, p: Parameters, xp: Namespace) -> dict[str, Tensor]:
    """The adstock parameter that gives ``half_life (..., medium)``, weeks > 0.

    geometric: half of the effect is past by then (unlimited lags); delayed: the weight is half of
    the peak's that long after the peak; weibull, gamma: half is past by the continuous
    distribution, at the shape in ``p`` (gamma: to the approximation of its median by Wilson and
    Hilferty, 1931; it is 5 % short at a shape of one half). Raises KeyError for the kind ``none``.
    """
    return HALF_LIFE[kind](half_life, p, xp)


def _geometric_half(half_life: Tensor, p: Parameters, xp: Namespace) -> dict[str, Tensor]:  # noqa: ARG001
    return {"adstock_alpha": xp.exp(-LOG_2 / half_life)}


def _delayed_half(half_life: Tensor, p: Parameters, xp: Namespace) -> dict[str, Tensor]:  # noqa: ARG001
    return {"adstock_alpha": xp.exp(-LOG_2 / half_life**2)}


def _weibull_half(half_life: Tensor, p: Parameters, xp: Namespace) -> dict[str, Tensor]:
    return {"adstock_scale": half_life * xp.exp(-np.log(LOG_2) / p["adstock_shape"])}


def _gamma_half(half_life: Tensor, p: Parameters, xp: Namespace) -> dict[str, Tensor]:  # noqa: ARG001
    return {"adstock_mean": half_life * (1.0 + 1.0 / (9.0 * p["adstock_shape"] - 1.0)) ** 3}


type HalfLife = Callable[[Tensor, Parameters, Namespace], dict[str, Tensor]]


HALF_LIFE: dict[str, HalfLife] = {
    "geometric": _geometric_half,
    "delayed": _delayed_half,
    "weibull": _weibull_half,
    "gamma": _gamma_half,
}


def _positive(x: Tensor, xp: Namespace) -> Tensor:
    """``x`` with 1 in place of 0; unchanged where all are positive, since masks take time."""
    if xp is np and x.size and x.min() > 0.0:
        return x
    return xp.where(x > 0.0, x, 1.0)


def _hill(x: Tensor, half: Tensor, slope: Tensor, xp: Namespace) -> Tensor:
    ratio = _positive_power(x, half, slope, xp)
    return ratio / (1.0 + ratio)


def _positive_power(x: Tensor, unit: Tensor, exponent: Tensor, xp: Namespace) -> Tensor:
    """(x / unit)^exponent, and 0 at x = 0 without a logarithm of zero."""
    safe = _positive(x, xp)
    power = xp.exp(exponent[..., None, None] * (xp.log(safe) - xp.log(unit)[..., None, None]))
    return power if safe is x else xp.where(x > 0.0, power, 0.0)
