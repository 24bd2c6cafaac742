r"""What a measurement is worth before it is made: how much better the best plan becomes by it.

A measurement y of something that each draw predicts, y ~ Normal(L_s, sd^2). Its outcomes are
divided into parts of equal probability; a draw belongs to part j with the probability that it gives
y there,

    w_js = p_s (Phi((e_j+1 - L_s) / sd) - Phi((e_j - L_s) / sd)),        sum_j w_js = p_s
    value = sum_j max_b sum_s w_js gain_s(b) - max_b sum_s p_s gain_s(b)

the expected value of sample information (Raiffa and Schlaifer 1961) by reweighting joint draws, of
a measurement that tells its part. Averages over fewer draws differ by chance, which looks like
information: the same with the predictions in random order is subtracted, as for perfect information
(``information``). This applies to responses that add up over cells, within the linear limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.explain.information import additive_curves, values_of_parts
from optimizer.response import FloatArray
from optimizer.risk.measure import probabilities_or_equal
from optimizer.search.case import Case
from optimizer.search.reference import probabilities_of

_PARTS = 16
_LEAST_DRAWS = 16.0
_RANDOM_ORDERS = 3


@dataclass(frozen=True, eq=False)
class Measurement:
    """A measurement to come: predicted (draw,), what each draw expects, and the s.d. around it."""

    predicted: FloatArray
    sd: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.predicted).all() and 0.0 < self.sd < np.inf):
            raise ValueError("a measurement needs finite predictions and a positive finite s.d.")


@dataclass(frozen=True)
class SampleInformation:
    """value: expected gain that a measurement adds, in the gain's unit, at least 0.

    noise: half-width of the values that measurements of nothing would show.  effective_draws: the
    fewest draws, (sum w)^2 / sum w^2, that any part's plan rests on.
    """

    value: float
    noise: float
    effective_draws: float


def sample_information(
    case: Case, spend: FloatArray, measurements: Mapping[str, Measurement]
) -> dict[str, SampleInformation] | None:
    """What each measurement is worth, by name; spend (cell,): any plan of the case.

    None where channels do not add up or where there are too few draws.
    """
    curves = additive_curves(case, spend)
    if curves is None:
        return None
    p = probabilities_or_equal(case.search.gain.draws(spend), probabilities_of(case.response))
    rng = np.random.default_rng(case.seed)
    found = {}
    for name, measured in measurements.items():
        parts = _parts(measured, p)
        random = [
            _parts(Measurement(rng.permutation(measured.predicted), measured.sd), p)
            for _ in range(_RANDOM_ORDERS)
        ]
        values, _ = values_of_parts(case, curves, [parts, *random], p)
        found[name] = SampleInformation(
            value=max(float(values[0] - values[1:].mean()), 0.0),
            noise=2.0 * float(values[1:].std(ddof=1)),
            effective_draws=float(_effective_draws(parts).min()),
        )
    return found


def _parts(measured: Measurement, p: FloatArray) -> FloatArray:
    """(part, draw): as many parts as leave enough effective draws in each."""
    count = _PARTS
    while count > 2:
        parts = _equal_parts(measured, p, count)
        if _effective_draws(parts).min() >= _LEAST_DRAWS:
            return parts
        count //= 2
    return _equal_parts(measured, p, 2)


def _equal_parts(measured: Measurement, p: FloatArray, count: int) -> FloatArray:
    """(part, draw): the probability that each draw adds to each of ``count`` equal parts."""
    standard = ndtri((np.arange(count) + 0.5) / count)
    outcomes = (measured.predicted[:, None] + measured.sd * standard).ravel()
    order = np.argsort(outcomes)
    after = np.cumsum(np.repeat(p / count, count)[order])
    inner = outcomes[order][np.searchsorted(after, np.arange(1, count) / count * after[-1])]
    edges = np.concatenate([[-np.inf], inner, [np.inf]])
    below = ndtr((edges[:, None] - measured.predicted) / measured.sd)
    return np.asarray(p * np.diff(below, axis=0))


def _effective_draws(parts: FloatArray) -> FloatArray:
    return np.asarray(parts.sum(axis=1) ** 2 / (parts**2).sum(axis=1))
