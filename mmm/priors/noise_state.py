"""Draws the memory of counts (``posterior.counts_memory``) from innovations."""

import numpy as np

from mmm.priors.geo import signed_sd
from mmm.priors.source import Source
from mmm.priors.table import PRIORS
from mmm.types import Namespace, Tensor


def memory_size(source: Source) -> Tensor:
    """The s.d. of the fresh part of the state, with a sign."""
    return signed_sd("noise_sd", PRIORS["noise_sd"], source)


def noise_state(rho: Tensor, sd: Tensor, weeks: int, source: Source) -> Tensor:
    """(..., week, geo) the state, recorded as ``noise_state``."""
    z = source.standard_normal("noise_state_z", "date", "geo")
    return source.keep("noise_state", _remembered(z, rho, sd, weeks, source.xp), "date", "geo")


def _remembered(z: Tensor, rho: Tensor, sd: Tensor, weeks: int, xp: Namespace) -> Tensor:
    steps = np.arange(weeks)
    lag = steps[:, None] - steps[None, :]
    memory = xp.exp(np.maximum(lag, 0) * xp.log(rho)[..., None, None]) * (lag >= 0)
    first = 1.0 / xp.sqrt(1.0 - rho[..., None, None] ** 2)
    return sd[..., None, None] * (memory @ (z * xp.where(steps[:, None] == 0, first, 1.0)))
