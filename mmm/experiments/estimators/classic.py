"""The estimators that are published most, in sales themselves: point estimates to compare with.

y is the mean of the treated geos, T the periods read, bars are means over the history or over them:

    difference in differences   (y after - y before) - mean over donors of the same synthetic
    control           mean over T of (y - sum_j w_j x_j), w a simplex by least squares over
                                the history; with ``levels_out`` every geo about its own mean, which
                                is the augmented one of Ben-Michael, Feller and Rothstein (2021)
                                without its ridge, as GeoLift reads a test
    synthetic difference in     the same difference with simplex weights of donors (ridge T^(1/2)
    s^2 differences                 a period, s the s.d. of a donor's change) and of periods
                                (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021)

The s.e. of the last is that of placebos: donors drawn in place of the treated (their algorithm 4).
"""

from dataclasses import dataclass

import numpy as np

from mmm.experiments.estimators.sample import Sample
from mmm.experiments.estimators.simplex import simplex_weights
from mmm.types import Array, IndexArray

PLACEBOS = 50
_TIME_RIDGE = 1e-6
"""Ridge of the period weights, in s.d. of a donor's change: only there to make them unique."""


@dataclass(frozen=True)
class Classic:
    """Effect in sales a treated geo and period, weights (donor,), and the distance of the fit.

    ``distance``: root of the sum of squared gaps over the history; ``se``: None where none is
    known.
    """

    effect: float
    weights: Array
    distance: float
    se: float | None = None


def difference_in_differences(sample: Sample) -> Classic:
    y, x = _series(sample)
    weights = np.full(x.shape[1], 1.0 / x.shape[1])
    gap = y - x @ weights
    before = gap[: sample.history]
    effect = float(gap[sample.history :].mean() - before.mean())
    return Classic(effect, weights, float(np.linalg.norm(before - before.mean())))


def classic_synthetic_control(sample: Sample, *, levels_out: bool = True) -> Classic:
    y, x = _series(sample)
    before = slice(0, sample.history)
    if levels_out:
        y, x = y - y[before].mean(), x - x[before].mean(axis=0)
    weights = simplex_weights(x[before].T @ x[before], x[before].T @ y[before])
    gap = y - x @ weights
    return Classic(float(gap[sample.history :].mean()), weights, float(np.linalg.norm(gap[before])))


def synthetic_difference_in_differences(sample: Sample) -> Classic:
    y, x = _series(sample)
    treated = int(sample.treated[0].sum())
    found = _sdid(y, x, sample.history, treated)
    draws = _placebo_draws(x.shape[1], treated)
    effects = [
        _sdid(x[:, draw].mean(axis=1), np.delete(x, draw, axis=1), sample.history, treated).effect
        for draw in draws
    ]
    se = float(np.std(effects)) if len(effects) > 1 else None
    return Classic(found.effect, found.weights, found.distance, se)


def _sdid(y: Array, x: Array, history: int, treated: int) -> Classic:
    coming = len(y) - history
    before, after = x[:history], x[history:]
    change = float(np.diff(before, axis=0).std(ddof=1))
    about, target = before - before.mean(axis=0), y[:history] - y[:history].mean()
    ridge = history * np.sqrt(treated * coming) * change**2
    gram = about.T @ about + ridge * np.eye(x.shape[1])
    weights = simplex_weights(gram, about.T @ target)
    by_geo = before.T - before.mean(axis=1)
    goal = after.mean(axis=0) - after.mean()
    ridge = x.shape[1] * (_TIME_RIDGE * change) ** 2
    periods = simplex_weights(by_geo.T @ by_geo + ridge * np.eye(history), by_geo.T @ goal)
    gap = y - x @ weights
    effect = float(gap[history:].mean() - periods @ gap[:history])
    return Classic(effect, weights, float(np.linalg.norm(target - about @ weights)))


def _placebo_draws(donors: int, treated: int) -> list[IndexArray]:
    """Sets of donors in place of the treated, at least two left as donors; each one if one is."""
    if donors < treated + 2:
        return []
    if treated == 1:
        return [
            np.array([k]) for k in np.linspace(0, donors - 1, min(donors, PLACEBOS)).astype(int)
        ]
    rng = np.random.default_rng(0)
    return [rng.choice(donors, treated, replace=False) for _ in range(PLACEBOS)]


def _series(sample: Sample) -> tuple[Array, Array]:
    """The mean of the treated geos (time,) and the donors (time, donor) of the first series."""
    y = sample.sold[0] / sample.treated[0].sum()
    return np.asarray(y), sample.kpi[:, sample.donor[0]]
