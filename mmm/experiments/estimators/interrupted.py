"""Interrupted time series: the treated geos against their own past alone.

    log sold_t = level + trend + weekday + u_t

The weaker thing: whatever else happened in the window counts as effect. It is for tests that leave
no geo untreated, and is never mixed with the estimators that have donors.
"""

import numpy as np

from mmm.experiments.estimators.forecast import MEMORY, Memory, Regression, forecast
from mmm.experiments.estimators.sample import Prediction, Sample, of_logarithms


def interrupted_time_series(sample: Sample, memory: Memory = MEMORY) -> Prediction:
    """Needs positive sales of the treated geos together."""
    history = sample.history
    y = np.log(sample.sold)
    trend = (np.arange(len(sample.kpi)) - 0.5 * (history - 1.0)) / history
    terms = np.hstack([sample.season, trend[:, None]])
    x = np.broadcast_to(terms, (len(y), *terms.shape))
    regression = Regression(y[:, :history], x[:, :history], x[:, history:], np.zeros(len(y)))
    continued = forecast(regression, memory)
    found = of_logarithms(continued, np.zeros((len(y), sample.coming)), sample.parts)
    fitted = np.exp(np.concatenate([continued.fitted, continued.expected], axis=1))
    weights = np.zeros(sample.donor.shape)
    return Prediction(found.total, found.parts, found.each, weights, fitted)
