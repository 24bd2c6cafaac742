"""Spend levels of the curve tables, shared by many problems so that cached curves are reused.

They run from 0 to the power of two at or above a cell's upper bound and are denser towards 0, where
curves bend most. Another budget leaves them unchanged until it passes a power of two. Levels below
a cell's lower bound are left out.
"""

import numpy as np

from optimizer.response import FloatArray, IndexArray

_STEPS = 16


def level_grid(most: float, *, coarse: bool = False) -> FloatArray:
    """(level,): rising from 0 to at least `most` > 0, currency; coarse: every second level."""
    end = 2.0 ** np.ceil(np.log2(most))
    steps = np.arange(0, _STEPS + 1, 2 if coarse else 1)
    levels: FloatArray = end * (steps / _STEPS) ** 2
    return levels


def table_levels(least: FloatArray, most: FloatArray) -> FloatArray:
    """(cell, level): the fewest levels of ``level_grid`` that span [least, most] (cell,)."""
    levels = np.array([level_grid(high) for high in most.tolist()])
    first: IndexArray = np.sum(levels <= least[:, None], axis=1) - 1
    last: IndexArray = np.sum(levels < most[:, None], axis=1)
    count = int((last - first).max()) + 1
    start = np.minimum(first, levels.shape[1] - count)
    return np.take_along_axis(levels, start[:, None] + np.arange(count), axis=1)
