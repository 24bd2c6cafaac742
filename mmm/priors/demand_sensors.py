"""The prior of a sensor of latent demand: its response and its noise, drawn jointly.

The KPI and each budget are sensors; response b and noise s have half-normal priors of scales B, S.
The data identify a sensor's total variance well and its split into response and noise poorly: the
noise of one sensor may vanish if that of the other does not (a Heywood case of factor analysis). In
log b, log s the posterior is then a bent valley that never ends. The same priors in polar
coordinates,

    b = B R cos(turn)    s = S |R sin(turn)|    R^2 / 2 ~ Gamma(1, 1)    turn ~ Uniform(-pi/2, pi/2)

are exact (Box and Muller, 1958), keep the total apart from the split, and let the sampler walk
through zero noise: the two signs of ``turn`` mirror each other.
"""

import numpy as np

from mmm.priors.prior import Prior
from mmm.priors.source import Source
from mmm.priors.table import PRIORS
from mmm.types import Tensor

SIZE = Prior("gamma", (1.0, 1.0), "half the squared radius of response and noise", "none", "polar")
TURN = Prior(
    "beta", (1.0, 3.0), "their angle: its distribution function is uniform", "none", "polar"
)


def sensor_parameters(response: str, noise: str, source: Source, *dims: str) -> dict[str, Tensor]:
    """Response and noise along ``dims``, under the names ``response`` and ``noise`` of
    ``PRIORS``."""
    size = source.draw(f"{noise}_size_z", SIZE, *dims)
    # uniform; and the mean of the prior, where a search starts, is not the one point of no noise
    share = 1.0 - (1.0 - source.draw(f"{noise}_turn_z", TURN, *dims)) ** 3
    radius, turn = source.xp.sqrt(2.0 * size), np.pi * (share - 0.5)
    parts = {response: source.xp.cos(turn), noise: abs(source.xp.sin(turn))}
    return {
        name: source.keep(name, PRIORS[name].parameters[0] * radius * part, *dims)
        for name, part in parts.items()
    }
