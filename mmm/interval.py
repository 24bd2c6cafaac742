"""The interval that every answer carries: mean and the 5, 50 and 95 % quantiles of the draws."""

import numpy as np
from pydantic import BaseModel, ConfigDict

from mmm.types import Array


class Answer(BaseModel):
    """Immutable; serialises to the public JSON as it is."""

    model_config = ConfigDict(frozen=True)


class Interval(BaseModel):
    """Posterior mean, median and central 90 % interval of one quantity."""

    model_config = ConfigDict(frozen=True)
    mean: float
    p5: float
    p50: float
    p95: float


class Effect(Interval):
    """An interval with the posterior probability that the quantity is above zero."""

    probability_positive: float


def summarize(draws: Array) -> Interval:
    """Interval of ``draws: (draw,)``."""
    p5, p50, p95 = np.quantile(draws, (0.05, 0.5, 0.95))
    return Interval(mean=float(draws.mean()), p5=float(p5), p50=float(p50), p95=float(p95))


def effect(draws: Array) -> Effect:
    """Interval of ``draws: (draw,)`` with the share of draws above zero."""
    return Effect(**summarize(draws).model_dump(), probability_positive=float(np.mean(draws > 0.0)))
