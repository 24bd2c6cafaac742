r"""Over-estimators of separable responses: on every interval two lines above the curve.

    g(b) <= g(l) + G (b - l)          G, L: largest and least slope between the levels l and u
    g(b) <= g(u) - L (u - b)

where g is the response of one cell averaged by the weights of a cut. What the lower of the two lies
above g shrinks with the square of the interval's width.

    g -> value    G -> most    L -> least
"""

from dataclasses import dataclass, field

import numpy as np

from optimizer.curves.cache import CurveCache, curve_cache_of
from optimizer.response import FloatArray, Separable

_STEEP = 1e3
"""Times the chord: a line this steep bounds nothing, and its coefficient would harm the solver."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """One cell under several cuts: levels (level,); the lines are (cut, interval).

    low, rise: the line from the left end, as its value there and its rise over the interval;
    late, climb: the line to the right end, likewise.
    """

    levels: FloatArray
    low: FloatArray
    rise: FloatArray
    late: FloatArray
    climb: FloatArray


@dataclass(eq=False)
class Envelope:
    """A response's intervals, refined as a proof needs them; levels[cell] are rising."""

    response: Separable
    levels: list[FloatArray]
    cache: CurveCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = curve_cache_of(self.response)

    def refine(self, cell: int, *points: float) -> None:
        """More levels for a cell, within its ends."""
        levels = self.levels[cell]
        inside = [point for point in points if levels[0] < point < levels[-1]]
        width = 1e-6 * (levels[-1] - levels[0])
        fresh = [p for p in inside if np.abs(levels - p).min() > width]
        self.levels[cell] = np.unique(np.concatenate([levels, fresh]))

    def excess(self, cell: int, piece: Pieces, at: float, weights: FloatArray) -> float:
        """How far the lines lie above the cell's response at a level, most over the cuts."""
        i = int(np.clip(np.searchsorted(piece.levels, at) - 1, 0, piece.levels.size - 2))
        share = (at - piece.levels[i]) / (piece.levels[i + 1] - piece.levels[i])
        first = piece.low[:, i] + share * piece.rise[:, i]
        last = piece.late[:, i] + share * piece.climb[:, i]
        value = weights @ self.cache.curve(self.response, cell, np.array([at]))[0][0]
        return float((np.minimum(first, last) - value).max())

    def pieces(self, cell: int, weights: FloatArray) -> Pieces:
        """Lines above the cell's response averaged by weights (cut, draw), not negative."""
        levels = self.levels[cell]
        values, _ = self.cache.curve(self.response, cell, levels)
        least, most = self.cache.slope_range(self.response, cell, levels)
        width = np.diff(levels)
        value = weights @ values.T
        low, high = value[:, :-1], value[:, 1:]
        climb = weights @ least.T * width
        with np.errstate(invalid="ignore"):
            terms = np.where(weights[:, None, :] > 0.0, weights[:, None, :] * most[None], 0.0)
        rise = terms.sum(-1) * width
        late = high - climb
        usable = rise <= _STEEP * np.maximum(np.abs(high - low), np.abs(climb))
        return Pieces(
            levels=levels,
            low=np.where(usable, low, late),
            rise=np.where(usable, rise, climb),
            late=late,
            climb=climb,
        )
