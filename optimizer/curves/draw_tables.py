r"""Tables of each draw's curves, evaluated at a different spend in each draw.

A cell's curve is tabulated over the spends that its bounds allow, at levels that all draws share
(`levels.py`). Between neighbours l and r, with h = r - l and t = (x - l)/h, it is the cubic through
both values and slopes

    (1 + 2t)(1 - t)^2 f_l + t (1 - t)^2 h f'_l + t^2 (3 - 2t) f_r - t^2 (1 - t) h f'_r,

with slopes limited to three chords, beyond which a cubic overshoots (Fritsch and Carlson, 1980).

    f -> values    f' -> slopes    l, r -> levels
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.curves.cache import curve_cache_of
from optimizer.curves.levels import table_levels
from optimizer.response import FloatArray, Separable

_STEEPEST = 3.0


@dataclass(frozen=True, eq=False)
class CurveTables:
    """The curves of every cell and draw as cubic interpolation tables.

    levels: (cell, level), currency.  values: (cell, level, draw).
    left, right: (cell, level - 1, draw), slopes at both ends of each interval, limited.
    cost: of one unit of spend.
    """

    levels: FloatArray
    values: FloatArray
    left: FloatArray
    right: FloatArray
    cost: float

    @classmethod
    def of(cls, response: Separable, system: LinearSystem, cost: float) -> Self:
        """Tables over the spends that the limits allow each cell.  Raises InvalidResponse."""
        least = 1e-9 * system.scale
        levels = table_levels(system.lower, np.maximum(system.upper, least))
        cache = curve_cache_of(response)
        pairs = [cache.curve(response, cell, row) for cell, row in enumerate(levels)]
        values, slopes = (np.array(part) for part in zip(*pairs, strict=True))
        return cls.from_values(levels, values, slopes, cost)

    @classmethod
    def from_values(
        cls, levels: FloatArray, values: FloatArray, slopes: FloatArray, cost: float
    ) -> Self:
        """Tables from values and slopes (cell, level, draw) at levels (cell, level)."""
        chords = np.diff(values, axis=1) / np.diff(levels, axis=1)[:, :, None]
        most = _STEEPEST * np.abs(chords)
        left = np.clip(slopes[:, :-1], -most, most)
        right = np.clip(slopes[:, 1:], -most, most)
        return cls(levels, values, left, right, cost)

    @property
    def draws(self) -> int:
        """The number of draws."""
        return int(self.values.shape[2])

    def at_plans(self, spend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gain (draw,) over zero spend, and its slope (draw, cell), at spend (draw, cell)."""
        gain, slope = np.zeros(self.draws), np.empty(spend.shape)
        for cell in range(spend.shape[1]):
            value, slope[:, cell] = self.of_cell(cell, spend[:, cell])
            gain += value
        return gain - self.cost * spend.sum(axis=1), slope - self.cost

    def at_plan(self, spend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Response of each cell and its slope, each (cell, draw), at one spend (cell,)."""
        cells = np.arange(spend.size)
        right = [np.searchsorted(levels, x) for levels, x in zip(self.levels, spend, strict=True)]
        k = np.clip(np.array(right) - 1, 0, self.levels.shape[1] - 2)
        h = (self.levels[cells, k + 1] - self.levels[cells, k])[:, None]
        t = (spend - self.levels[cells, k])[:, None] / h
        ends = self.values[cells, k], self.values[cells, k + 1]
        return _cubic(t, h, ends, (self.left[cells, k], self.right[cells, k]))

    def of_cell(self, cell: int, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Response of one cell and its slope, each (draw,), at its spend x (draw,)."""
        levels, draw = self.levels[cell], np.arange(x.size)
        k = np.clip(np.searchsorted(levels, x, side="right") - 1, 0, levels.size - 2)
        h = levels[k + 1] - levels[k]
        t = (x - levels[k]) / h
        ends = self.values[cell, k, draw], self.values[cell, k + 1, draw]
        return _cubic(t, h, ends, (self.left[cell, k, draw], self.right[cell, k, draw]))


def _cubic(
    t: FloatArray,
    h: FloatArray,
    ends: tuple[FloatArray, FloatArray],
    slopes: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Value and slope of the cubics at the share t of intervals of width h."""
    s, (start, end), (left, right) = 1.0 - t, ends, slopes
    value = (1 + 2 * t) * s * s * start + t * t * (3 - 2 * t) * end
    value += t * s * s * h * left - t * t * s * h * right
    slope = 6 * t * s * (end - start) / h + s * (1 - 3 * t) * left + t * (3 * t - 2) * right
    return value, slope
