"""The distribution of sales had nothing been done, for one series: quantiles, p-value and power
alike.
"""

from functools import cached_property

import numpy as np

from mmm.experiments.estimators.mixture import Mixture, of_series
from mmm.types import Array

LEVEL = 0.05
"""Of a test that is called significant."""
MIDDLE = (np.arange(200) + 0.5) / 200
_POINTS = 301


class Undisturbed(Mixture):
    """A mixture without leading dimensions: sales of the treated geos over window and cool-down."""

    def sold(self, probability: float) -> float:
        """Quantile of the sales, units of the kpi."""
        return float(self.quantile(probability))

    def p_value(self, observed: float) -> float:
        """Two-sided p-value of what was sold."""
        return float(self.two_sided(observed))

    @cached_property
    def middle(self) -> Array:
        """Quantiles at equal steps, whose mean is that of the distribution less its far tails."""
        grid = np.linspace(self.sold(MIDDLE[0]), self.sold(MIDDLE[-1]), _POINTS)
        return np.interp(MIDDLE, self._tiled(_POINTS).cdf(grid), grid)

    def _tiled(self, count: int) -> Mixture:
        """The same mixture for ``count`` points at once."""
        weight, location, scale, df = (
            np.tile(each, (count, 1)) for each in (self.weight, self.location, self.scale, self.df)
        )
        return Mixture(weight, location, scale, df, self.logarithm)

    @property
    def relative_sd(self) -> float:
        """Half of the central 68.27 % interval over the median: the s.d. of a lift at zero."""
        return (self.sold(0.841345) - self.sold(0.158655)) / (2.0 * self.sold(0.5))

    def power(self, lift: float, level: float = LEVEL) -> float:
        """Probability that a true lift (a share; negative for a cut) is found at ``level``."""
        return float(self.powers(np.array([lift]), level)[0])

    def powers(self, lifts: Array, level: float = LEVEL) -> Array:
        """(lift,) the same for many lifts above -1."""
        return self._found(lifts, self._limits(level))

    def detectable(self, power: float = 0.8, *, cut: bool = False, level: float = LEVEL) -> float:
        """The smallest true lift that is found with ``power``; negative where a ``cut`` is asked
        for.

        Infinite where even a doubled doubling is not found, and -1 where no cut is.
        """
        near, far, limits = 0.0, -1.0 if cut else 15.0, self._limits(level)
        if not cut and self._found(np.array([far]), limits)[0] < power:
            return float(np.inf)
        for _ in range(40):
            middle = 0.5 * (near + far)
            found = self._found(np.array([middle]), limits)[0] >= power
            near, far = (near, middle) if found else (middle, far)
        return far

    def _limits(self, level: float) -> tuple[float, float]:
        """Sales below the first and above the second are called an effect."""
        return self.sold(level / 2.0), self.sold(1.0 - level / 2.0)

    def _found(self, lifts: Array, limits: tuple[float, float]) -> Array:
        low, high = limits
        each = [self.cdf(low / grown) + 1.0 - self.cdf(high / grown) for grown in 1.0 + lifts]
        return np.array(each, dtype=np.float64)


def undisturbed_of(mixture: Mixture, series: int) -> Undisturbed:
    """One series of a mixture whose leading dimension is (series,)."""
    one = of_series(mixture, series)
    return Undisturbed(one.weight, one.location, one.scale, one.df, one.logarithm)
