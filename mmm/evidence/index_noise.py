"""Whether the index that stands for demand is too noisy to close it, from the index alone.

An index is demand with a memory and white measurement noise, beside the functions of the date:

    x = date + s + e        s: AR(1) with memory rho        e: white

Its reliability w is the share of s in the variance beside the date, and the share of demand's
coefficient that is left in a regression on x (Fuller, 1987, Measurement error models, 1.1). With Q
an orthonormal basis of what the functions of the date leave, and V D V' = Q' [rho^|i-j|] Q with D
scaled to a mean of one, the restricted likelihood (Harville, 1977) of z = V'Q'x with n values is,
up to a constant,

    l(rho, w) = -(n log mean(z^2 / d) + sum log d) / 2,        d = w D + 1 - w

The ratio of its maxima with any w and with w = 1 is compared with those of ``SIMULATED`` series
without noise, whose memory and innovations are the fit's own. An index without memory cannot be
told from noise, and passes.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mmm.causal.graph import DEMAND
from mmm.data.timeline import date_basis
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

LEAST_RELIABILITY = 0.9
"""Below it an index leaves too much of demand open."""

LEAST_WEEKS = 52
"""Weeks beside the functions of the date, below which nothing is said."""

MOST_GEOS = 8
"""The largest of more geos stand for all."""

SIMULATED = 400
MEMORIES: Array = np.tanh(np.linspace(0.0, 3.0, 25))
RELIABILITIES: Array = np.linspace(1.0, 0.025, 40)

type Spectra = tuple[tuple[Array, Array], ...]
"""For every memory, variances d (reliability, value) and their vectors (value, value)."""


class IndexNoise(NamedTuple):
    """The reliability of the demand index beside the date, and the p-value of no noise."""

    column: str
    reliability: float
    p_value: float

    def too_noisy(self, level: float) -> bool:
        """Whether it has noise at ``level``, and enough of it to leave demand open."""
        return self.p_value < level and self.reliability < LEAST_RELIABILITY

    @property
    def sentence(self) -> str:
        """What the noise means for the effects."""
        return (
            f"The index {self.column} is too noisy to close demand: by its own course about "
            f"{1.0 - self.reliability:.0%} of its movement beside trend and season is noise of "
            "single weeks, so part of what demand does is credited to what follows it. Its kind "
            "'sensor' makes the noise a part of the model; a better index or a lift test would "
            "settle it."
        )


def index_noise(model: FittedModel) -> IndexNoise | None:
    """Noise of the series that stands for demand; None without one, for too few weeks, and where
    its noise is part of the model (``sensor``)."""
    demand = model.spec.demand
    if demand is None or demand.column is None or demand.is_inferred:
        return None
    values = model.panel.array("controls")[..., model.structure.controls.index(DEMAND)]
    largest = np.argsort(-model.scales.geo_weight, kind="stable")[:MOST_GEOS]
    basis = date_basis(model.panel.weeks, model.scales, model.spec)
    date = np.concatenate([np.atleast_2d(basis[name]) for name in ("trend", "season", "holiday")])
    return noise_of(np.unique(values[:, largest], axis=1), date, demand.column)


def noise_of(values: Array, date: Array, column: str) -> IndexNoise | None:
    """Noise of one index, ``values (week, geo)``, beside ``date (column, week)``; None for too few
    weeks. Geos share memory and reliability."""
    beside = _complement(np.vstack([np.ones(len(values)), date]).T)
    left = beside @ (beside.T @ values)
    moves = np.linalg.norm(left, axis=0) > 1e-6 * np.linalg.norm(values, axis=0)
    if beside.shape[1] < LEAST_WEEKS or not moves.any():
        return None
    left = left[:, moves]
    spectra = tuple(_spectra(beside))
    likelihood = _likelihood(spectra, beside, left[:, None, :])
    best = int(likelihood[..., 0].max(0).argmax())
    simulated = _without_noise(left, float(MEMORIES[likelihood[:, 0, 0].argmax()]))
    by_chance = _ratio(_likelihood(spectra, beside, simulated))
    p_value = (1.0 + np.sum(by_chance >= _ratio(likelihood))) / (1.0 + SIMULATED)
    return IndexNoise(column, float(RELIABILITIES[best]), float(p_value))


def _complement(columns: Array) -> Array:
    """(week, left) orthonormal basis of what ``columns (week, column)`` do not reach."""
    scaled = columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300)
    basis, values, _ = np.linalg.svd(scaled, full_matrices=True)
    rank = int(np.sum(values > 1e-10 * values.max(initial=0.0)))
    return np.asarray(basis[:, rank:])


def _likelihood(spectra: Spectra, beside: Array, series: Array) -> Array:
    """(memory, reliability, series) of ``series (week, series, geo)``, summed over geos."""
    n = beside.shape[1]
    z = np.einsum("tn,tsg->nsg", beside, series, optimize=True).reshape(n, -1)
    return np.stack(
        [
            (-0.5 * (n * np.log((1.0 / d) @ (vectors.T @ z) ** 2 / n) + np.log(d).sum(1)[:, None]))
            .reshape(len(d), *series.shape[1:])
            .sum(-1)
            for d, vectors in spectra
        ]
    )


def _spectra(beside: Array) -> Iterator[tuple[Array, Array]]:
    """The members of ``Spectra``."""
    lags = np.abs(np.subtract.outer(np.arange(len(beside)), np.arange(len(beside))))
    for memory in MEMORIES:
        size, vectors = np.linalg.eigh(beside.T @ memory**lags @ beside)
        size = np.maximum(size, 0.0) / size.mean()
        w = RELIABILITIES[:, None]
        yield w * size + 1.0 - w, vectors


def _ratio(likelihood: Array) -> Array:
    """(series,) how much likelier each series is with noise than without."""
    return np.asarray(likelihood.max((0, 1)) - likelihood[:, 0].max(0))


def _without_noise(left: Array, memory: float) -> Array:
    """(week, series, geo) series with this memory and the innovations of ``left (week, geo)``.

    They are drawn again, for all geos at once; equal series give equal ones.
    """
    rng = np.random.default_rng(0)
    fresh = left[1:] - memory * left[:-1]
    drawn = (fresh - fresh.mean(0))[rng.integers(len(fresh), size=(len(left), SIMULATED))]
    drawn[0] /= np.sqrt(1.0 - memory**2)
    for week in range(1, len(drawn)):
        drawn[week] += memory * drawn[week - 1]
    return np.asarray(drawn)
