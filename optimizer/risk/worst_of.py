r"""The worst of several models: the least of their measures, each over that model's own draws.

    rho(pi) = min_m rho_m(pi over the draws of m)

It is concave and rises with every draw where each rho_m does: a cut of any rho_m, with no weight on
the draws of other models, is one of the least. Rounded over a width mu, the least is

    -mu log sum_m exp(-rho_m / mu),    at most mu log(number of models) below it,

and its gradient, the mean of the gradients with shares lambda_m ~ exp(-rho_m / mu), is again a cut.

    m -> model    pi -> gain    mu -> smoothing    lambda -> shares
"""

from collections.abc import Sequence

import numpy as np

from optimizer.response import FloatArray, IndexArray
from optimizer.risk.measure import Measure, MeasureEvaluation


def worst_of(models: Sequence[IndexArray], measures: Sequence[Measure]) -> Measure:
    """The least of ``measures``, each of the gain at the draws of its model.

    models: positions of the draws of each model; together every draw once.
    """
    if len(models) == 1:
        return measures[0]

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        parts = [
            measure.evaluate(gain[draws], smoothing)
            for draws, measure in zip(models, measures, strict=True)
        ]
        values = np.array([part.value for part in parts])
        value, shares = _least(values, smoothing)
        weights = np.zeros_like(gain)
        for draws, share, part in zip(models, shares, parts, strict=True):
            weights[draws] = share * part.weights
        offset = float(shares @ [part.offset for part in parts])
        return MeasureEvaluation(value, weights, offset)

    def is_defined(gain: FloatArray) -> bool:
        return all(
            measure.is_defined(gain[draws]) for draws, measure in zip(models, measures, strict=True)
        )

    return Measure(
        evaluate,
        smooth=False,
        certified=all(measure.certified for measure in measures),
        is_defined=is_defined,
    )


def _least(values: FloatArray, smoothing: float) -> tuple[float, FloatArray]:
    """The least of ``values (model,)``, exact or rounded, and its gradient."""
    least = float(values.min())
    if smoothing > 0.0:
        weight = np.exp((least - values) / smoothing)
        return least - smoothing * float(np.log(weight.sum())), weight / weight.sum()
    shares = np.zeros(values.size)
    shares[values.argmin()] = 1.0
    return least, shares
