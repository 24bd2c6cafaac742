r"""One-dimensional tables of a separable response: each draw of each cell on a few levels of spend.

Between neighbouring levels l and r, h = r - l apart, t = (x - l)/h, the curve is the cubic that
meets the exact values and slopes at both ends (Hermite):

    f(x) ~ (1 + 2t)(1 - t)^2 f_l + t(1 - t)^2 h f'_l + t^2 (3 - 2t) f_r - t^2 (1 - t) h f'_r

with an error of h^4 f''''/384. Where values rise and a slope is more than three times the chord,
steeper than a monotone cubic can be, it is cut back to that (Fritsch and Carlson, 1980).

    f -> values    f' -> slopes    l, r -> levels
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.response import FloatArray

_STEEPEST = 3.0


@dataclass(frozen=True, eq=False)
class CellTable:
    """The curve of one cell: levels (level,) rise, at least two; values, slopes (level, draw)."""

    levels: FloatArray
    values: FloatArray
    slopes: FloatArray

    def value(self, level: float) -> FloatArray:
        """(draw,): the curve at a level within the table."""
        k, h, t = self._place(level)
        left, right = self._cut
        s = 1.0 - t
        out: FloatArray = ((1 + 2 * t) * s * s) * self.values[k]
        out += (t * t * (3 - 2 * t)) * self.values[k + 1]
        out += (t * s * s * h) * left[k]
        out -= (t * t * s * h) * right[k]
        return out

    def slope(self, level: float) -> FloatArray:
        """(draw,): the derivative of ``value``."""
        k, h, t = self._place(level)
        left, right = self._cut
        out: FloatArray = self.values[k + 1] - self.values[k]
        out *= 6 * t * (1 - t) / h
        out += ((1 - t) * (1 - 3 * t)) * left[k]
        out += (t * (3 * t - 2)) * right[k]
        return out

    def misses(self) -> FloatArray:
        """(level,): how far the cubic over its neighbours misses each level, root mean square over
        draws; zero at both ends. Half as wide, the cubics of the table miss about 1/16 of it."""
        start, end = self.values[:-2], self.values[2:]
        h = (self.levels[2:] - self.levels[:-2])[:, None]
        t = (self.levels[1:-1] - self.levels[:-2])[:, None] / h
        left, right = _cut_back(start, end, self.slopes[:-2], self.slopes[2:], h)
        guess = (1 + 2 * t) * (1 - t) ** 2 * start + t * t * (3 - 2 * t) * end
        guess += t * (1 - t) ** 2 * h * left - t * t * (1 - t) * h * right
        missed = np.zeros(self.levels.size)
        missed[1:-1] = np.sqrt(np.mean((guess - self.values[1:-1]) ** 2, axis=1))
        return missed

    @cached_property
    def _cut(self) -> tuple[FloatArray, FloatArray]:
        """(level - 1, draw): the slopes at both ends of each interval, as its cubic takes them."""
        h = np.diff(self.levels)[:, None]
        return _cut_back(self.values[:-1], self.values[1:], self.slopes[:-1], self.slopes[1:], h)

    def _place(self, level: float) -> tuple[int, float, float]:
        k = int(np.searchsorted(self.levels, level, side="right")) - 1
        k = min(max(k, 0), self.levels.size - 2)
        h = float(self.levels[k + 1] - self.levels[k])
        return k, h, (level - float(self.levels[k])) / h


def _cut_back(
    start: FloatArray, end: FloatArray, left: FloatArray, right: FloatArray, width: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The slopes left and right of intervals, kept from overshooting where the curve rises."""
    most = _STEEPEST * (end - start) / width
    rises = (most > 0) & (left >= 0) & (right >= 0)
    if not (rises & ((left > most) | (right > most))).any():
        return left, right
    limit = np.where(rises, most, np.inf)
    return np.minimum(left, limit), np.minimum(right, limit)
