"""Difference of logs to a weighted mean of the donors.

    log sold_t - sum_j w_j log kpi_jt = level + weekday + u_t,   u AR(1)

w_j is proportional to the precision of donor j: one over the variance of its log sales about the
median donor's, after level and weekdays. A donor that strays counts for little.
"""

import numpy as np

from mmm.experiments.estimators.forecast import MEMORY, Memory, Regression, forecast
from mmm.experiments.estimators.sample import Prediction, Sample, of_logarithms
from mmm.types import Array, Mask


def log_difference(sample: Sample, memory: Memory = MEMORY) -> Prediction:
    """Needs positive sales of the treated geos together; donors with a zero are left out."""
    history = sample.history
    usable = sample.donor & (sample.kpi > 0.0).all(axis=0)
    log_kpi = np.log(np.where(sample.kpi > 0.0, sample.kpi, 1.0))
    weights = np.stack([_precision(log_kpi[:history], sample.season[:history], d) for d in usable])
    donors = weights @ log_kpi.T
    gap = np.log(sample.sold) - donors
    season = np.broadcast_to(sample.season, (len(gap), *sample.season.shape))
    regression = Regression(
        gap[:, :history], season[:, :history], season[:, history:], np.zeros(len(gap))
    )
    continued = forecast(regression, memory)
    found = of_logarithms(continued, donors[:, history:], sample.parts)
    fitted = donors + np.concatenate([continued.fitted, continued.expected], axis=1)
    return Prediction(found.total, found.parts, found.each, weights, np.exp(fitted))


def _precision(log_kpi: Array, season: Array, usable: Mask) -> Array:
    """Weights of the donors (geo,), zero for the others."""
    weights = np.zeros(log_kpi.shape[1])
    donors = log_kpi[:, usable]
    apart = donors - np.median(donors - donors.mean(axis=0), axis=1, keepdims=True)
    rest = apart - season @ np.linalg.lstsq(season, apart, rcond=None)[0]
    variance = (rest**2).mean(axis=0)
    weights[usable] = 1.0 / np.maximum(variance, 0.05 * np.median(variance) + 1e-12)
    return np.asarray(weights / weights.sum())
