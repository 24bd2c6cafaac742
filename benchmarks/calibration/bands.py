r"""Simultaneous bands for the empirical distribution of uniform numbers.

For u_1..u_n uniform and a grid z_1 < .. < z_K = 1, the counts C_i = #{u <= z_i} are a Markov chain:
C_i - C_{i-1} is Binomial(n - C_{i-1}, (z_i - z_{i-1}) / (1 - z_{i-1})). The band holds pointwise
intervals of level 1 - gamma,

    low_i = quantile of Binomial(n, z_i) at gamma / 2,  high_i = the same at 1 - gamma / 2,

with gamma so large that P(low_i <= C_i <= high_i for all i) is just at least the stated level. The
probability is computed exactly from the chain; counts are discrete, so the level is reached or
exceeded. With ranks 0..L of L draws the grid is (r + 1) / (L + 1), on which ranks are uniform.

Reference: Saeilynoja, Buerkner and Vehtari, Statistics and Computing 32, 2022 (section 2.2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from benchmarks.worlds import Array

_STEPS = 25


@dataclass(frozen=True)
class Band:
    """``grid``, ``low`` and ``high (point,)``: the last two are counts. ``level``: that it has."""

    grid: Array
    low: Array
    high: Array
    level: float

    def holds(self, uniform: Array) -> bool:
        """Whether the counts of ``uniform (n,)`` at every point of the grid lie in the band."""
        counts = (uniform[:, None] <= self.grid * (1.0 + 1e-12)).sum(0)
        return bool(np.all((self.low <= counts) & (counts <= self.high)))


def uniform_band(n: int, points: int, level: float = 0.95) -> Band:
    """The band of ``n`` uniform numbers on a grid of ``points``, at least of that ``level``."""
    grid = np.arange(1, points + 1) / points
    steps = list(_steps(n, grid))
    narrow, wide = 1.0 - level, (1.0 - level) / points  # Bonferroni's is wide enough
    for _ in range(_STEPS):
        middle = float(np.sqrt(narrow * wide))
        if _inside(steps, *_limits(n, grid, middle)) >= level:
            wide = middle
        else:
            narrow = middle
    low, high = _limits(n, grid, wide)
    return Band(grid, low, high, _inside(steps, low, high))


def _limits(n: int, grid: Array, gamma: float) -> tuple[Array, Array]:
    return (
        np.asarray(binom.ppf(gamma / 2.0, n, grid)).clip(0.0),
        np.asarray(binom.isf(gamma / 2.0, n, grid)),
    )


def _steps(n: int, grid: Array) -> Iterator[Array]:
    """(count, count) transition probabilities from each point of the grid to the next but the
    last, where all are counted."""
    counts, before = np.arange(n + 1), 0.0
    for z in grid[:-1].tolist():
        part = (z - before) / (1.0 - before)
        left = n - counts[:, None]
        yield np.asarray(binom.pmf(counts[None, :] - counts[:, None], left, part))
        before = z


def _inside(steps: Sequence[Array], low: Array, high: Array) -> float:
    """P(the counts lie within the limits at every point of the grid)."""
    counts = np.arange(len(steps[0])) if steps else np.zeros(0)
    reached = np.zeros(counts.size)
    reached[:1] = 1.0
    for step, least, most in zip(steps, low[:-1], high[:-1], strict=True):
        reached = reached @ step
        reached[(counts < least) | (counts > most)] = 0.0
    return float(reached.sum())
