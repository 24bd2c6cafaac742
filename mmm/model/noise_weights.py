"""Student-t noise as normal noise of random precision: one weight for each cell.

    e / sigma ~ t_nu     <=>     e ~ N(0, sigma^2 / w),  w ~ Gamma(a, a),  a = nu / 2

Given the weights the KPI is linear-Gaussian in its linear coefficients, which can then be
integrated out (``collapse``); West (1987), On scale mixtures of normal distributions. One week's
datum says little of its weight, so that the prior's width, which depends on nu, would tie all
weights to nu. The sampler therefore moves in

    z = sqrt(d) (log(a w) - log d)     d = a - 1/3

whose density is close to a standard normal's for every a above 1, which nu above 2 implies (the
cube root of a gamma variate is nearly normal: Marsaglia and Tsang 2000). It is a change of
variables: the prior of w is exact.
"""

from typing import Any

import pymc as pm
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from mmm.types import Tensor

WEIGHTS = "noise_weight_z"
"""The name of the weights: what is sampled in place of a parameter, and not kept."""


class _StandardLog(Transform):  # type: ignore[misc]
    """z of the docstring from w, a gamma variable with inputs (rng, size, shape a, scale 1 / a)."""

    name = "standard_log"

    def forward(self, value: Tensor, *inputs: Any) -> Tensor:
        a, d = _shapes(inputs)
        return pt.sqrt(d) * (pt.log(a * value) - pt.log(d))

    def backward(self, value: Tensor, *inputs: Any) -> Tensor:
        a, d = _shapes(inputs)
        return pt.exp(value / pt.sqrt(d)) * (d / a)

    def log_jac_det(self, value: Tensor, *inputs: Any) -> Tensor:
        a, d = _shapes(inputs)
        return value / pt.sqrt(d) - 0.5 * pt.log(d) + pt.log(d / a)


def noise_weights(nu: Tensor) -> Tensor:
    """(week, geo) weights of Student-t noise with ``nu`` degrees of freedom, as a free variable of
    the PyMC model in context."""
    return pm.Gamma(
        WEIGHTS, nu / 2.0, nu / 2.0, dims=("date", "geo"), default_transform=_StandardLog()
    )


def _shapes(inputs: tuple[Any, ...]) -> tuple[Tensor, Tensor]:
    a = inputs[-2]
    return a, a - 1.0 / 3.0
