"""Time-based regression: sales of the treated geos on those of all donors together.

    sold_t = level + slope * sum_j kpi_jt + weekday + u_t

With a flat prior, independent errors and no weekdays it is that of Kerman, Wang and Vaver (2017).
Noise of the donors pulls the slope below its true value, and then a growing market looks like an
effect. A slope of one, sales and donors each about its own mean, says that the treated geos move by
the same share as the donors: by default the slope has a normal prior about it.
"""

import numpy as np

from mmm.experiments.estimators.forecast import MEMORY, Memory, Regression, forecast
from mmm.experiments.estimators.sample import Prediction, Sample, of_levels

SLOPE_SD = 0.2
"""Prior s.d. of the slope about one."""


def time_based_regression(
    sample: Sample, memory: Memory = MEMORY, slope_sd: float | None = SLOPE_SD
) -> Prediction:
    """The donors enter with equal weight of a unit sold; ``slope_sd`` None: a flat prior."""
    history = sample.history
    donors = sample.donor.astype(np.float64) @ sample.kpi.T
    apart = donors / donors[:, :history].mean(axis=1, keepdims=True) - 1.0
    scale = sample.sold[:, :history].mean(axis=1)
    season = np.broadcast_to(sample.season, (len(donors), *sample.season.shape))
    x = np.concatenate([season, apart[..., None]], axis=2)
    y = sample.sold[:, :history] / scale[:, None] - apart[:, :history]
    pull = np.zeros(x.shape[2])
    if slope_sd is not None:
        season_only = sample.season[:history]
        rest = y.T - season_only @ np.linalg.lstsq(season_only, y.T, rcond=None)[0]
        pull = np.append(pull[:-1], 1.0) * (rest.var(axis=0) / slope_sd**2)[:, None, None]
    regression = Regression(y, x[:, :history], x[:, history:], np.zeros(len(y)), pull)
    continued = forecast(regression, memory)
    offset = apart[:, history:] * scale[:, None]
    found = of_levels(continued, offset, scale, sample.parts)
    ahead = continued.expected + apart[:, history:]
    fitted = np.concatenate([continued.fitted + apart[:, :history], ahead], axis=1)
    size = sample.kpi[:history].mean(axis=0) * sample.donor
    weights = size / size.sum(axis=1, keepdims=True)
    return Prediction(found.total, found.parts, found.each, weights, fitted * scale[:, None])
