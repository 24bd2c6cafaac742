"""How much a quantity depends on prior and likelihood, by raising each to a power near one.

    p_a(theta | y) ~ p(theta)^a p(y | theta)        or        p(theta) p(y | theta)^a

Draws of the posterior are weighted by exp((a - 1) log density) instead of being drawn anew, with
Pareto smoothing. The sensitivity is the gradient, over log2 of the power, of the cumulative
Jensen-Shannon distance between the distribution of the quantity and its weighted one (Kallioinen,
Paananen, Buerkner and Vehtari, 2024, Detecting and diagnosing prior and likelihood sensitivity with
power-scaling; arviz-stats computes it). ``THRESHOLD`` is theirs. For a normal quantity a
sensitivity of 0.05 is a mean that moves by a quarter of its s.d., or an s.d. that falls by a fifth,
where the power is doubled. A quantity to which prior and data agree that each gives half of the
precision stays below it on both sides (0.04); where both are above it they pull against each other.

The mean's own shift needs no weights: the derivative of E_a over log2 a at one is
ln 2 * Cov(quantity, log density).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from arviz_stats.base import array_stats

from mmm.types import Array

THRESHOLD = 0.05
POWERS = (0.99, 1.01)
"""As in arviz-stats and priorsense."""

LARGEST_K = 0.7
"""Pareto shape above which weighted means are unreliable (Vehtari et al. 2024)."""


@dataclass(frozen=True)
class Scaling:
    """A component of the posterior, ``log_density (draw,)``, with its weights at ``POWERS``."""

    log_density: Array
    lower: Array
    upper: Array

    @classmethod
    def of(cls, log_density: Array) -> Self:
        """The scaling of one component by its log density at the draws."""
        weights = []
        for power in POWERS:
            if np.ptp(log_density) > 0.0:
                logs = array_stats.power_scale_lw(log_density, alpha=power, axis=-1)
            else:
                logs = np.zeros_like(log_density)
            raw = np.exp(logs - logs.max())
            weights.append(raw / raw.sum())
        return cls(log_density, *weights)

    def sensitivity(self, quantity: Array) -> float:
        """Of ``quantity (draw,)``; zero where either is constant."""
        if not (np.ptp(quantity) > 0.0 and np.ptp(self.log_density) > 0.0):
            return 0.0
        found = array_stats.power_scale_sense(
            quantity[None], self.lower[None], self.upper[None], *POWERS
        )
        return float(found)

    def shift(self, quantity: Array) -> float:
        """Posterior s.d. by which the mean of ``quantity`` moves, to first order, where the power
        is doubled."""
        sd = float(quantity.std())
        if not sd > 0.0:
            return 0.0
        moved = (quantity - quantity.mean()) * (self.log_density - self.log_density.mean())
        return float(np.log(2.0) * moved.mean() / sd)

    def shift_error(self, quantity: Array, effective: float) -> float:
        """Monte Carlo standard error of ``shift`` with ``effective`` independent draws."""
        sd = float(quantity.std())
        if not sd > 0.0:
            return 0.0
        moved = (quantity - quantity.mean()) * (self.log_density - self.log_density.mean())
        return float(np.log(2.0) * moved.std() / sd / np.sqrt(effective))


@dataclass(frozen=True)
class ScaledMean:
    """The mean of a quantity where a component is raised to ``power``: its Monte Carlo standard
    error, and the Pareto shape ``k`` of the weights."""

    power: float
    mean: float
    error: float
    k: float

    @property
    def usable(self) -> bool:
        """Whether the weights are reliable."""
        return self.k <= LARGEST_K


def mean_at_power(
    log_density: Array, quantity: Array, power: float, effective: float
) -> ScaledMean:
    """The mean of ``quantity (draw,)`` where the component is raised to ``power``.

    ``effective``: independent draws that the draws are worth.
    """
    ratio = (power - 1.0) * log_density
    if np.ptp(ratio) == 0.0:
        error = float(quantity.std() / np.sqrt(effective))
        return ScaledMean(power, float(quantity.mean()), error, 0.0)
    logs, shape = array_stats.psislw(-(ratio - ratio.max()))
    weights = np.exp(logs - logs.max())
    weights = weights / weights.sum()
    mean = float(weights @ quantity)
    by_chance = float(np.sqrt(np.sum((weights * (quantity - mean)) ** 2)))
    k = float(shape)
    inflated = np.sqrt(max(quantity.size / effective, 1.0))
    return ScaledMean(power, mean, by_chance * inflated, k if np.isfinite(k) else np.inf)
