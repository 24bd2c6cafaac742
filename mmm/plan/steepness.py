"""Between which bounds a saturation curve's slope stays while exposure runs through an interval."""

import numpy as np

from mmm.equations.transforms import SATURATION_DERIVATIVE, Parameters
from mmm.types import Array


def steepest(kind: str, p: Parameters) -> tuple[Array, Array]:
    """(..., 1, 1) exposure at which the curve is steepest, and its slope there.

    All curves but Hill's are concave: steepest at 0. Hill's slope rises up to
    k ((s - 1) / (s + 1))^(1/s), its inflection, and falls after it; it has none for s <= 1. A slope
    without bound at 0 is infinite.
    """
    if kind != "hill":
        start = np.zeros((1, 1))
        slope = SATURATION_DERIVATIVE[kind](start, p, np)
        return np.zeros_like(slope), np.full_like(slope, np.inf) if kind == "power" else slope
    half, exponent = p["saturation_half"][..., None, None], p["saturation_slope"][..., None, None]
    rising = exponent > 1.0
    power = np.where(rising, exponent, 2.0)
    at = np.where(rising, half * ((power - 1.0) / (power + 1.0)) ** (1.0 / power), 0.0)
    return at, np.where(rising, SATURATION_DERIVATIVE[kind](at, p, np), np.inf)


def steepness_range(
    low: Array, high: Array, slopes: tuple[Array, Array], peak: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Least and largest slope on [low, high], 0 <= low <= high, given the ``slopes`` at both and
    the curve's ``peak`` (``steepest``)."""
    (at_low, at_high), (place, top) = slopes, peak
    start = at_low if low.min() > 0.0 else np.where((low > 0.0) | (place > 0.0), at_low, top)
    least = np.minimum(start, at_high)
    return least, np.where(place < low, at_low, np.where(place > high, at_high, top))
