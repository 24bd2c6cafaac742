"""Between which bounds a saturation curve's slope stays while exposure runs through an interval."""

import numpy as np

from mmm.transforms import SATURATION_DERIVATIVE, Parameters
from mmm.types import Array


def steepness_range(kind: str, low: Array, high: Array, p: Parameters) -> tuple[Array, Array]:
    """Least and largest slope on [low, high], each of their shape; 0 <= low <= high.

    All curves but Hill's are concave. Hill's slope rises up to k ((s - 1) / (s + 1))^(1/s), its
    inflection, and falls after it; it has none for s <= 1. A slope without bound at 0 is infinite.
    """
    derivative = SATURATION_DERIVATIVE[kind]
    least = derivative(high, p, np)
    if kind != "hill":
        most = derivative(low, p, np)
        return least, np.where(low > 0.0, most, np.inf) if kind == "power" else most
    half, slope = p["saturation_half"][..., None, None], p["saturation_slope"][..., None, None]
    rising = slope > 1.0
    power = np.where(rising, slope, 2.0)
    peak = half * ((power - 1.0) / (power + 1.0)) ** (1.0 / power)
    top = derivative(np.clip(np.where(rising, peak, 0.0), low, high), p, np)
    most = np.where(rising | (low > 0.0), top, np.inf)
    return np.minimum(least, np.where(rising | (low > 0.0), derivative(low, p, np), np.inf)), most
