"""The predictive distribution of one quantity: a mixture of t distributions, some of them of its
logarithm.

    F(x) = sum_k w_k T_df_k( (g_k(x) - m_k) / s_k ),    g_k(x) = log x for components of the
    logarithm, else x

The same distribution gives the interval, the p-value and the power, so that they never disagree:
the 95 % interval holds the value x exactly where the two-sided p-value of x is at least .05.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from mmm.types import Array, Mask

_STEPS = 60
"""Steps of Newton's method; the bracket is halved where it would leave it, and at every fourth."""
_EXACT = 1e-12
"""Of a probability: the quantile is then exact but for rounding."""
_NEGLIGIBLE = 1e-7
"""Weight below which a component moves no figure."""
_FARTHEST = 1e6
"""Scales from the location at which a quantile is looked for; t with 3 degrees of freedom reaches
1e6 at 1e-18.
"""


@dataclass(frozen=True)
class Mixture:
    """Weights, locations, scales and degrees of freedom: all ``(..., component)``; any leading
    dimensions.

    ``logarithm``: (component,), whether a component is the distribution of the quantity's
    logarithm. Scales are positive, weights add up to 1 along the last dimension.
    """

    weight: Array
    location: Array
    scale: Array
    df: Array
    logarithm: Mask

    def cdf(self, x: Array | float) -> Array:
        """Probability of at most ``x``, whose dimensions are the leading ones of the mixture."""
        return np.asarray((self.weight * special.stdtr(self.df, self._standard(x))).sum(axis=-1))

    def log_density(self, x: Array | float) -> Array:
        """Log density at ``x``, whose dimensions are the leading ones of the mixture."""
        z, nu = self._standard(x), self.df
        each = (
            special.gammaln((nu + 1.0) / 2.0)
            - special.gammaln(nu / 2.0)
            - 0.5 * np.log(nu * np.pi)
            - np.log(self.scale)
            - 0.5 * (nu + 1.0) * np.log1p(z**2 / nu)
        )
        point = np.asarray(x, dtype=np.float64)[..., None]
        each = each - np.where(self.logarithm, np.log(np.maximum(point, 1e-300)), 0.0)
        with np.errstate(divide="ignore"):
            return np.asarray(special.logsumexp(np.log(self.weight) + each, axis=-1))

    def quantile(self, probability: Array | float) -> Array:
        """The quantile of ``probability`` in (0, 1), by halving the bracket of the components'
        quantiles.
        """
        z = special.stdtrit(self.df, np.asarray(probability)[..., None])
        each = self.location + self.scale * np.clip(z, -_FARTHEST, _FARTHEST)
        each = np.where(self.logarithm, np.exp(np.minimum(each, 500.0)), each)
        with_weight = self.weight > 0.0
        low = np.where(with_weight, each, np.inf).min(axis=-1)
        high = np.where(with_weight, each, -np.inf).max(axis=-1)
        x = 0.5 * (low + high)
        for number in range(_STEPS):
            miss = self.cdf(x) - probability
            there = np.abs(miss) < _EXACT
            if np.all(there):
                break
            low, high = np.where(miss < 0.0, x, low), np.where(miss < 0.0, high, x)
            step = miss / np.maximum(np.exp(self.log_density(x)), 1e-300)
            newton, middle = x - step, 0.5 * (low + high)
            inside = (newton > low) & (newton < high) & (number % 4 < 3)
            x = np.where(there, x, np.where(inside, newton, middle))
        return np.asarray(x)

    def two_sided(self, x: Array | float) -> Array:
        """The two-sided p-value of ``x``: twice the smaller tail."""
        below = self.cdf(x)
        return np.asarray(2.0 * np.minimum(below, 1.0 - below))

    def _standard(self, x: Array | float) -> Array:
        point = np.asarray(x, dtype=np.float64)[..., None]
        log_point = np.log(np.maximum(point, 1e-300))
        return np.asarray((np.where(self.logarithm, log_point, point) - self.location) / self.scale)


def stacked(parts: list[Mixture], weights: Array) -> Mixture:
    """The mixture of ``parts`` with ``weights: (..., part)``."""
    return Mixture(
        weight=np.concatenate(
            [part.weight * weights[..., k, None] for k, part in enumerate(parts)], axis=-1
        ),
        location=np.concatenate([part.location for part in parts], axis=-1),
        scale=np.concatenate([part.scale for part in parts], axis=-1),
        df=np.concatenate([part.df for part in parts], axis=-1),
        logarithm=np.concatenate([part.logarithm for part in parts], axis=-1),
    )


def of_series(mixture: Mixture, series: int) -> Mixture:
    """One series of a mixture with a first dimension (series, ...), without negligible
    components.
    """
    weight = mixture.weight[series]
    keep = (weight > _NEGLIGIBLE).reshape(-1, weight.shape[-1]).any(axis=0)
    weight = weight[..., keep]
    return Mixture(
        weight / weight.sum(axis=-1, keepdims=True),
        mixture.location[series][..., keep],
        mixture.scale[series][..., keep],
        mixture.df[series][..., keep],
        mixture.logarithm[keep],
    )
