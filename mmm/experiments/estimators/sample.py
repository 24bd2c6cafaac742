"""What every estimator sees: sales of all geos, who is treated, who may be a donor, when treatment
begins.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mmm.experiments.estimators.forecast import Forecast
from mmm.experiments.estimators.mixture import Mixture
from mmm.types import Array, Mask

DAYS_OF_A_WEEK = 7
_WEEKS_FOR_WEEKDAYS = 4
"""Of history, below which a pattern within the week costs more than it explains."""


@dataclass(frozen=True)
class Sample:
    """One window of a panel and several ways to divide its geos, which are its ``series``.

    kpi: (time, geo), the history first and then the periods to be predicted; history: their number;
    treated, donor: (series, geo), of which no geo is both; daily: whether a period is a day;
    parts: (coming,) each, periods whose total is wanted beside that of all.
    """

    kpi: Array
    history: int
    treated: Mask
    donor: Mask
    daily: bool
    parts: tuple[Mask, ...] = ()

    @cached_property
    def sold(self) -> Array:
        """Sales of the treated geos together: (series, time)."""
        return np.asarray(self.treated.astype(np.float64) @ self.kpi.T)

    @property
    def coming(self) -> int:
        return len(self.kpi) - self.history

    @cached_property
    def season(self) -> Array:
        """A level and, for days, what each weekday differs from the mean of the week: (time,
        term).
        """
        level = np.ones((len(self.kpi), 1))
        if not self.daily or self.history < _WEEKS_FOR_WEEKDAYS * DAYS_OF_A_WEEK:
            return level
        weekday = np.arange(len(self.kpi)) % DAYS_OF_A_WEEK
        within = (weekday[:, None] == np.arange(DAYS_OF_A_WEEK - 1)).astype(np.float64)
        return np.hstack([level, within - 1.0 / DAYS_OF_A_WEEK])

    def alone(self) -> "Sample":
        """The first series by itself."""
        return replace(self, treated=self.treated[:1], donor=self.donor[:1])

    def until(self, history: int, coming: int) -> "Sample":
        """The same question asked after ``history`` periods, for the ``coming`` ones."""
        kpi = self.kpi[: history + coming]
        return Sample(kpi, history, self.treated, self.donor, self.daily)


@dataclass(frozen=True)
class Prediction:
    """What one estimator says of the treated geos had they not been treated.

    total: distribution of their sales over the coming periods together, leading dimension
    (series,); parts: over each part of the sample; each: of those of each period, (series, coming);
    weights: (series, geo), how much of the prediction each donor makes up; fitted: (series, time),
    the path that it draws through the history and beyond.
    """

    total: Mixture
    parts: tuple[Mixture, ...]
    each: Mixture
    weights: Array
    fitted: Array


@dataclass(frozen=True)
class Distributions:
    """Of all coming periods together, of each part of them, and of each period."""

    total: Mixture
    parts: tuple[Mixture, ...]
    each: Mixture


def of_levels(
    forecast: Forecast, offset: Array, scale: Array, parts: tuple[Mask, ...]
) -> Distributions:
    """Where (sales - offset) / scale is what was continued.

    offset: (series, coming), sales; scale: (series,), sales a unit of the forecast.
    """

    def over(part: Mask) -> Mixture:
        inside = np.where(part, np.ones_like(offset), 0.0)
        by = (inside * offset).sum(axis=1)
        return _moved(forecast.contrast(inside), by[:, None], scale[:, None])

    each = _moved(forecast.each(), offset[..., None], scale[:, None, None])
    return Distributions(over(_all(offset)), tuple(map(over, parts)), each)


def of_logarithms(forecast: Forecast, offset: Array, parts: tuple[Mask, ...]) -> Distributions:
    """Where log sales - offset is what was continued; offset: (series, coming).

    With l_t = m_t + u_t and c_t the share of period t, to second order

        log sum exp(l_t) = log sum exp(m_t) + c'u + (sum_t c_t u_t^2 - (c'u)^2) / 2

    of which the last term enters by its mean.
    """
    expected = forecast.expected + offset

    def over(part: Mask) -> Mixture:
        inside = np.where(part, expected, -np.inf)
        top = inside.max(axis=1, keepdims=True)
        share = np.exp(inside - top)
        log_total = top[:, 0] + np.log(share.sum(axis=1))
        share = share / share.sum(axis=1, keepdims=True)
        total = forecast.contrast(share)
        scale = forecast.weight * forecast.variance
        inner = np.einsum("bh,br,brhh->b", share, scale, forecast.factor)
        outer = np.einsum("br,br->b", total.weight, total.scale**2)
        middle = np.einsum("bh,bh->b", share, forecast.expected)
        shift = log_total - middle + 0.5 * (inner - outer)
        return _moved(total, shift[:, None], np.ones((len(shift), 1)), logarithm=True)

    one = np.ones((len(offset), 1, 1))
    each = _moved(forecast.each(), offset[..., None], one, logarithm=True)
    return Distributions(over(_all(offset)), tuple(map(over, parts)), each)


def _all(offset: Array) -> Mask:
    return np.ones(offset.shape[1], dtype=np.bool_)


def _moved(mixture: Mixture, by: Array, scale: Array, *, logarithm: bool = False) -> Mixture:
    return Mixture(
        weight=mixture.weight,
        location=mixture.location * scale + by,
        scale=mixture.scale * scale,
        df=mixture.df,
        logarithm=np.full(mixture.location.shape[-1], logarithm),
    )
