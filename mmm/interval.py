"""The interval of every answer: mean and the 5, 50 and 95 % quantiles of the draws."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Immutable; serialises to the public JSON as it is."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Interval(BaseModel):
    """Posterior mean, median and central 90 % interval of one quantity."""

    model_config = ConfigDict(frozen=True, defer_build=True)
    mean: float
    p5: float
    p50: float
    p95: float


class Effect(Interval):
    """An interval with the posterior probability that the quantity is above zero.

    The probability is null where the model's own assumptions fix the sign, so that it would say
    nothing about the data.
    """

    probability_positive: float | None
