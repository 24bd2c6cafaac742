"""How exactly a test to come would measure its lift, by the noise of the model alone.

The treated geos are compared with the others, scaled to the same sales before the test. With v_g
the variance of the noise of geo g summed over the n measured weeks, K sales, T the treated geos and
C the others, noise that is independent between geos, and a scale learned from n0 weeks before,

    se^2 = (sum over T of v_g + (K_T / K_C)^2 sum over C of v_g) (1 + n / n0)

A part s of a national series is a geo with s of its noise variance, so that se^2 is v s / (1 - s)
times the last factor. A history by geo says it better (``size``): geos that move together are
compared more exactly, geos that drift apart less.
"""

from dataclasses import dataclass

import numpy as np

from mmm.errors import Issue, QueryError
from mmm.experiments.predicted_effect import PlannedTest
from mmm.lift.window import cells_of
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

DRAWS = 200
MOST_BEFORE = 52


@dataclass(frozen=True, eq=False)
class WeeklyNoise:
    """The noise of the KPI by the model: ``draws (draw, week, geo)``, over ``sales (geo,)``."""

    draws: Array
    sales: Array
    geos: tuple[str, ...]

    def standard_error(self, test: PlannedTest) -> float:
        """Of the lift of a test, in KPI units; raises QueryError where nothing is left to compare
        with."""
        weeks, length = self.draws.shape[1], test.weeks + test.cooldown
        variance = self._variance_of_sums(length)
        treated, others = _parts(test, self.geos)
        if not others.any():
            detail = "every geo is treated, so that none is left to compare with"
            raise QueryError([Issue("/geos", "no_control", detail)])
        ratio = (self.sales @ treated) / (self.sales @ others)
        noise = variance @ treated + ratio**2 * (variance @ others)
        before = max(min(weeks - length, MOST_BEFORE), 1)
        return float(np.sqrt(noise * (1.0 + length / before)))

    def _variance_of_sums(self, weeks: int) -> Array:
        """(geo,) of the noise summed over ``weeks`` in a row."""
        whole = self.draws.shape[1] // weeks
        parts = self.draws[:, : whole * weeks].reshape(len(self.draws), whole, weeks, -1)
        return np.asarray(np.square(parts.sum(axis=2)).mean(axis=(0, 1)))


def weekly_noise(model: FittedModel, seed: int = 0) -> WeeklyNoise:
    """The noise of the observed weeks, drawn from the posterior."""
    thinned = model.thinned(DRAWS)
    mean = mean_by_geo(thinned, thinned.design.observed)
    noise = with_noise(thinned, mean, seed) - mean
    return WeeklyNoise(noise, model.panel.array("kpi").sum(axis=0), model.panel.geos)


def _parts(test: PlannedTest, geos: tuple[str, ...]) -> tuple[Array, Array]:
    """(geo,) the part of each geo that is treated, and the part that it is compared with."""
    treated = np.ones(len(geos))
    if test.geos is not None:
        treated = np.any([cells_of(name, geos) for name in test.geos], axis=0).astype(np.float64)
    return test.treated_share * treated, 1.0 - test.treated_share * treated
