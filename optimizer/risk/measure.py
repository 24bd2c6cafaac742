r"""The interface of a risk measure to the solver: a value, its gradient by the gain, and a cut.

A certified measure is concave and rises with every draw, so it is the least value over cuts

    rho(pi) = min_q  q.pi + penalty(q),      q >= 0,

and each cut bounds it from above at every gain. An evaluation gives the cut at one gain: q are its
weights and the penalty is its offset. Rounded over a width, a measure with kinks has a gradient
everywhere; the weights are then those of the rounded value, and still a cut of the exact one.

    pi -> gain    q -> weights    penalty -> offset
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from optimizer.response import FloatArray, IndexArray

WIDTHS = (0.2, 0.02, 0.001)
"""Rounding, as shares of the gain's standard deviation, from the first climb to the last."""


@dataclass(frozen=True, eq=False)
class MeasureEvaluation:
    """The value of a measure at one gain, its gradient and its cut.

    value: exact or rounded.  weights: (draw,), gradient of that value by the gain.
    offset: for a certified measure the exact one is at most  weights . x + offset  at every gain x
    (draw,), and equal to it at this gain where nothing was rounded.
    """

    value: float
    weights: FloatArray
    offset: float = 0.0


def _everywhere(_gain: FloatArray) -> bool:
    return True


@dataclass(frozen=True)
class Measure:
    """A risk measure of a gain.

    evaluate(gain, smoothing): gain (draw,) without NaN; smoothing in its unit, 0 is exact.
    smooth: whether the exact measure has no kinks, so that smoothing changes nothing.
    certified: whether every evaluation is a cut with weights that are not negative.
    is_defined: whether a gain (draw,) lies where the measure is defined, so that a bound over the
    plans there is one over all plans that it can measure.
    """

    evaluate: Callable[[FloatArray, float], MeasureEvaluation]
    smooth: bool
    certified: bool = True
    is_defined: Callable[[FloatArray], bool] = _everywhere

    def value(self, gain: FloatArray) -> float:
        """The exact measure of the gain, in its unit."""
        return self.evaluate(gain, 0.0).value


@dataclass(frozen=True, eq=False)
class MeasureContext:
    """The inputs of a measure beside the gain.

    scale: amount that dimensionless coefficients are relative to, in the gain's unit.
    probabilities: (draw,) of the draws, sum 1; None where all are equal.
    reference: (draw,), subtracted from the gain before it is measured; None for nothing.
    """

    scale: float = 1.0
    probabilities: FloatArray | None = None
    reference: FloatArray | None = None

    def of_draws(self, draws: IndexArray) -> Self:
        """The context over the draws at these positions alone, their probabilities with sum 1."""
        probabilities, reference = self.probabilities, self.reference
        if probabilities is not None:
            probabilities = probabilities[draws] / probabilities[draws].sum()
        if reference is not None:
            reference = reference[draws]
        return replace(self, probabilities=probabilities, reference=reference)


def shifted(measure: Measure, reference: FloatArray | None) -> Measure:
    """The measure of  gain - reference,  reference (draw,)."""
    if reference is None:
        return measure

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        at = measure.evaluate(gain - reference, smoothing)
        return replace(at, offset=at.offset - float(at.weights @ reference))

    return replace(
        measure, evaluate=evaluate, is_defined=lambda gain: measure.is_defined(gain - reference)
    )


def probabilities_or_equal(gain: FloatArray, probabilities: FloatArray | None) -> FloatArray:
    """(draw,): the given probabilities, or equal ones where they are None."""
    return np.full(gain.size, 1.0 / gain.size) if probabilities is None else probabilities


def rounded_step(u: FloatArray, width: float) -> FloatArray:
    """Slope of ``rounded_positive_part``: 0 below -width/2, 1 above width/2, linear between."""
    return np.asarray(np.minimum(np.maximum(u / width + 0.5, 0.0), 1.0))


def rounded_positive_part(u: FloatArray, width: float) -> FloatArray:
    """The positive part of u, rounded from above over a width; at most width/8 more than it."""
    step = rounded_step(u, width)
    return np.where(step < 1.0, 0.5 * width * step**2, u)
