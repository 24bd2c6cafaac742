"""Whether 90 % intervals hold the truth as often as they say, and estimates are right on average.

Over worlds w = 1..n, each with a truth, a posterior mean and an interval per quantity:

    coverage    share of intervals that hold their truth. Honest ones do so Binomial(n, 0.9) times:
                the band leaves out 6 in 1,000 on either side: 82..97 of 100, 31..40 of 40
    error       mean_w e_w with e_w = estimate - truth, in standard errors sd(e_w) / sqrt(n)
    width       mean length of the interval; both in units of ``scale`` (1, or the truth's size)

A quantity that a world has several times (a channel's ROI) counts as one per world: its coverage is
the mean over the world, so the standard error sees that channels of one world err together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
from scipy.stats import binom

from benchmarks.worlds import Array

LEVEL, TAIL = 0.9, 0.006
MOST_ERRORS = 2.0


@dataclass(frozen=True)
class Estimate:
    """One quantity of one world: its truth, and what the fit says of it."""

    world: int
    truth: float
    mean: float
    p5: float
    p95: float

    @classmethod
    def of(cls, world: int, truth: float, draws: Array) -> Self:
        """Mean and 90 % interval of ``draws (draw,)``."""
        p5, p95 = np.quantile(draws, (0.05, 0.95))
        return cls(world, float(truth), float(draws.mean()), float(p5), float(p95))

    @property
    def covered(self) -> bool:
        return self.p5 <= self.truth <= self.p95


@dataclass(frozen=True)
class Calibration:
    """The docstring's figures of one quantity; ``covered`` counts worlds, maybe in fractions."""

    worlds: int
    covered: float
    covered_error: float
    band: tuple[int, int]
    error: float
    standard_error: float
    width: float
    below: float

    @property
    def covers(self) -> bool:
        """Whether the coverage is one that honest intervals have."""
        return self.band[0] <= self.covered <= self.band[1]

    @property
    def unbiased(self) -> bool:
        """Whether the mean error is within two standard errors of nothing."""
        return abs(self.z) <= MOST_ERRORS

    @property
    def z(self) -> float:
        """The mean error in its standard errors."""
        return self.error / self.standard_error


def band(worlds: int) -> tuple[int, int]:
    """Fewest and most of so many honest 90 % intervals that hold the truth by chance."""
    return int(binom.ppf(TAIL, worlds, LEVEL)), int(binom.ppf(1 - TAIL, worlds, LEVEL))


def calibration(estimates: Iterable[Estimate], *, relative: bool = False) -> Calibration:
    """Figures of a quantity over worlds; ``relative`` measures errors in units of the truth."""
    groups: dict[int, list[Estimate]] = {}
    for item in estimates:
        groups.setdefault(item.world, []).append(item)
    rows = [_world(items, relative) for items in groups.values()]
    covered, error, width, below = np.array(rows).T
    n = len(rows)
    return Calibration(
        worlds=n,
        covered=float(covered.sum()),
        covered_error=_spread(covered) * sqrt(n),
        band=band(n),
        error=float(error.mean()),
        standard_error=_spread(error) / sqrt(n),
        width=float(width.mean()),
        below=float(below.sum()),
    )


def _world(items: Sequence[Estimate], relative: bool) -> list[float]:
    """Means over one world: covered, error, width, truth below the interval."""
    scales = [abs(item.truth) if relative else 1.0 for item in items]
    pairs = list(zip(items, scales, strict=True))
    columns = (
        [float(item.covered) for item in items],
        [(item.mean - item.truth) / scale for item, scale in pairs],
        [(item.p95 - item.p5) / scale for item, scale in pairs],
        [float(item.truth < item.p5) for item in items],
    )
    return [float(np.mean(column)) for column in columns]


def _spread(values: Array) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else float("inf")
