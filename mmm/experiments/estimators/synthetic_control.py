"""Synthetic control on unit fixed effects: a weighted mean of the donors, each about its own level.

    minimise  sum_t ( y_t - sum_j w_j x_jt )^2 + ridge sum_j w_j^2,   w >= 0,  sum w = 1

y and x are sales as a share of each geo's own mean, so that large and small ones may move by equal
shares; level and weekdays are taken out of both. The ridge is that of synthetic difference in
differences (Arkhangelsky et al. 2021, section 2.1), T^(1/2) s^2 for each period of history, T the
number of periods to predict and s the s.d. of a donor's change from one period to the next. What
the weights fit by chance costs degrees of freedom: the trace of the smoother that they are. The
form in levels and without ridge is in ``classic.py``.
"""

import numpy as np

from mmm.experiments.estimators.forecast import MEMORY, Memory, Regression, forecast
from mmm.experiments.estimators.sample import Prediction, Sample, of_levels
from mmm.experiments.estimators.simplex import simplex_weights
from mmm.types import Array


def synthetic_control(sample: Sample, memory: Memory = MEMORY) -> Prediction:
    """Of shares of each geo's own mean, with ridge."""
    history = sample.history
    level = sample.kpi[:history].mean(axis=0)
    about = sample.kpi / np.where(level > 0.0, level, 1.0) - 1.0
    scale = sample.sold[:, :history].mean(axis=1)
    target = sample.sold / scale[:, None] - 1.0
    weights, spent = _ridge_weights(sample, about[:history], target[:, :history])
    donors = weights @ about.T
    gap = target - donors
    season = np.broadcast_to(sample.season, (len(gap), *sample.season.shape))
    regression = Regression(gap[:, :history], season[:, :history], season[:, history:], spent)
    continued = forecast(regression, memory)
    offset = (1.0 + donors[:, history:]) * scale[:, None]
    found = of_levels(continued, offset, scale, sample.parts)
    fitted = 1.0 + donors + np.concatenate([continued.fitted, continued.expected], axis=1)
    return Prediction(found.total, found.parts, found.each, weights, fitted * scale[:, None])


def _ridge_weights(sample: Sample, about: Array, target: Array) -> tuple[Array, Array]:
    """Weights (series, geo) and the degrees of freedom that they cost (series,).

    Seasons are taken out of both sides first, as the continuation has them too.
    """
    season = sample.season[: sample.history]
    about = about - season @ np.linalg.lstsq(season, about, rcond=None)[0]
    target = target - (season @ np.linalg.lstsq(season, target.T, rcond=None)[0]).T
    gram, moment = about.T @ about, target @ about
    steps = np.diff(about, axis=0).std(axis=0)
    weights, spent = np.zeros(sample.donor.shape), np.zeros(len(sample.donor))
    for row, donor in enumerate(sample.donor):
        size = float(np.median(steps[donor]))
        ridge = len(about) * np.sqrt(sample.coming) * size**2
        part = gram[np.ix_(donor, donor)]
        found = simplex_weights(part + ridge * np.eye(len(part)), moment[row, donor])
        weights[row, donor] = found
        free = part[np.ix_(found > 0.0, found > 0.0)]
        values = np.linalg.eigvalsh(
            free - free.mean(axis=0) - free.mean(axis=1)[:, None] + free.mean()
        )
        spent[row] = (np.maximum(values, 0.0) / (np.maximum(values, 0.0) + ridge)).sum()
    return weights, spent
