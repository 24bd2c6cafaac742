r"""Over-estimators of separable responses: two lines above the curve on every interval.

    g(b) <= g(l) + G (b - l)          G, L: largest and least slope between the levels l and u
    g(b) <= g(u) - L (u - b)

where g is the response of one cell, averaged by the weights of a cut. The distance of the lower
line from g shrinks with the square of the interval's width.

    g -> value    G -> most    L -> least
"""

from dataclasses import dataclass, field

import numpy as np

from optimizer.curves.cache import CurveCache, curve_cache_of
from optimizer.response import FloatArray, Separable

_STEEP = 1e3
"""Times the chord: a line this steep bounds nothing, and its coefficient would harm the solver."""


@dataclass(frozen=True, eq=False)
class EnvelopeLines:
    """The lines above one cell's response: levels (level,); the lines are (cut, interval).

    left_start, left_rise: the line through the curve's left end, as its value at the interval's
    left end and its rise over the interval.
    right_start, right_rise: the line through the curve's right end, given in the same way.
    """

    levels: FloatArray
    left_start: FloatArray
    left_rise: FloatArray
    right_start: FloatArray
    right_rise: FloatArray


@dataclass(eq=False)
class Envelope:
    """A response's intervals, refined as a proof needs them; levels[cell] are rising."""

    response: Separable
    levels: list[FloatArray]
    cache: CurveCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = curve_cache_of(self.response)

    def refine(self, cell: int, *points: float) -> None:
        """Add levels for a cell, between its first and its last one."""
        levels = self.levels[cell]
        inside = [point for point in points if levels[0] < point < levels[-1]]
        width = 1e-6 * (levels[-1] - levels[0])
        fresh = [p for p in inside if np.abs(levels - p).min() > width]
        self.levels[cell] = np.unique(np.concatenate([levels, fresh]))

    def excess(self, cell: int, lines: EnvelopeLines, at: float, weights: FloatArray) -> float:
        """The distance of the lines above the cell's response at a level, greatest over cuts.

        weights: (cut, draw), those with which the lines were made.
        """
        i = int(np.clip(np.searchsorted(lines.levels, at) - 1, 0, lines.levels.size - 2))
        share = (at - lines.levels[i]) / (lines.levels[i + 1] - lines.levels[i])
        left = lines.left_start[:, i] + share * lines.left_rise[:, i]
        right = lines.right_start[:, i] + share * lines.right_rise[:, i]
        value = weights @ self.cache.curve(self.response, cell, np.array([at]))[0][0]
        return float((np.minimum(left, right) - value).max())

    def lines(self, cell: int, weights: FloatArray) -> EnvelopeLines:
        """Lines above the cell's response averaged by weights (cut, draw), not negative."""
        levels = self.levels[cell]
        values, _ = self.cache.curve(self.response, cell, levels)
        least, most = self.cache.slope_range(self.response, cell, levels)
        width = np.diff(levels)
        value = weights @ values.T
        low, high = value[:, :-1], value[:, 1:]
        right_rise = weights @ least.T * width
        with np.errstate(invalid="ignore"):
            terms = np.where(weights[:, None, :] > 0.0, weights[:, None, :] * most[None], 0.0)
        left_rise = terms.sum(-1) * width
        right_start = high - right_rise
        usable = left_rise <= _STEEP * np.maximum(np.abs(high - low), np.abs(right_rise))
        return EnvelopeLines(
            levels=levels,
            left_start=np.where(usable, low, right_start),
            left_rise=np.where(usable, left_rise, right_rise),
            right_start=right_start,
            right_rise=right_rise,
        )
