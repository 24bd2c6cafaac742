"""Summaries of draws: the interval of a quantity for an answer."""

import numpy as np

from mmm.interval import Effect, Interval
from mmm.types import Array


def summarize(draws: Array) -> Interval:
    """Interval of ``draws: (draw,)``."""
    p5, p50, p95 = np.quantile(draws, (0.05, 0.5, 0.95))
    return Interval(mean=float(draws.mean()), p5=float(p5), p50=float(p50), p95=float(p95))


def effect(draws: Array, *, sign_assumed: bool = False) -> Effect:
    """Interval of ``draws: (draw,)`` with the share of draws above zero.

    ``sign_assumed``: the model fixes the sign whatever the data are; the share is then not told.
    """
    share = None if sign_assumed else float(np.mean(draws > 0.0))
    return Effect(**summarize(draws).model_dump(), probability_positive=share)
