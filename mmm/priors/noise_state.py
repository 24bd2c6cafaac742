"""Draws the memory of counts (``posterior.counts_memory``) from innovations."""

import numpy as np

from mmm.priors.geo import signed_sd
from mmm.priors.source import Source
from mmm.priors.table import PRIORS
from mmm.types import Namespace, Parameters, Tensor


def memory_size(source: Source) -> Tensor:
    """The s.d. of the fresh part of the state, with a sign."""
    return signed_sd("noise_sd", PRIORS["noise_sd"], source)


def noise_state(p: Parameters, weeks: int, geos: int, source: Source) -> Tensor:
    """(..., week, geo) the state, recorded as ``noise_state``."""
    z = source.standard_normal("noise_state_z", "date", "geo")
    sizes = (weeks, geos)
    return source.keep("noise_state", _remembered(z, p, sizes, source.xp), "date", "geo")


def _remembered(z: Tensor, p: Parameters, sizes: tuple[int, int], xp: Namespace) -> Tensor:
    weeks, geos = sizes
    rho, sd = p["noise_rho"], p["noise_sd"]
    steps = np.arange(weeks)
    lag = steps[:, None] - steps[None, :]
    memory = xp.exp(np.maximum(lag, 0) * xp.log(rho)[..., None, None]) * (lag >= 0)
    first = (1.0 / xp.sqrt(1.0 - rho**2))[..., None]
    size = sd[..., None] * xp.where(steps == 0, first, 1.0)
    if geos == 1:  # a product with one column is a sum, which compiled code does by itself
        return (memory * (z[..., 0] * size)[..., None, :]).sum(-1)[..., None]
    return memory @ (z * size[..., None])
