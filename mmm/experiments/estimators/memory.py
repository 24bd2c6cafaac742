"""The memory of errors, learned from the geos that nobody treated.

One treated series is too short to tell how long its errors last, and an interval that guesses too
short is too narrow. Each donor against the others is a series of the same market: the prior weights
of the grid are the proportions of a mixture over all of them (expectation maximisation, with a
Dirichlet prior of one pseudo-series spread evenly), so that they are an empirical Bayes prior.
"""

import numpy as np

from mmm.experiments.estimators.forecast import MEMORY, Memory, Regression, forecast
from mmm.experiments.estimators.sample import Sample
from mmm.types import Array

_ROUNDS = 30
PSEUDO_SERIES = 1.0


def learned_memory(sample: Sample, memory: Memory = MEMORY) -> Memory:
    """The grid with prior weights learned over the history of ``sample``'s donors (all its
    series').
    """
    donors = sample.donor.any(axis=0)
    kpi = sample.kpi[: sample.history, donors]
    if donors.sum() < 3 or not (kpi > 0.0).all():
        kpi = kpi[:, (kpi > 0.0).all(axis=0)]
    if kpi.shape[1] < 3:
        return memory
    log_kpi = np.log(kpi)
    count = log_kpi.shape[1]
    gap = (log_kpi - np.median(log_kpi - log_kpi.mean(axis=0), axis=1, keepdims=True)).T
    season = np.broadcast_to(
        sample.season[: sample.history], (count, sample.history, sample.season.shape[1])
    )
    fitted = forecast(Regression(gap, season, season[:, :1], np.zeros(count)), memory)
    return memory.reweighted(_proportions(fitted.evidence, memory.prior))


def _proportions(evidence: Array, prior: Array) -> Array:
    """Weights (point,) of the mixture for ``evidence``: (series, point), logs."""
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weights = prior
    for _ in range(_ROUNDS):
        each = weights * likelihood
        each = each / each.sum(axis=1, keepdims=True)
        weights = (each.sum(axis=0) + PSEUDO_SERIES * prior) / (len(each) + PSEUDO_SERIES)
    return np.asarray(weights)
