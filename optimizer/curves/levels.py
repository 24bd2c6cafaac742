"""Levels at which curves are asked: the same for many problems, so that answers serve again.

They run from 0 to the power of two at or above a cell's most, and crowd towards 0, where curves
bend most. Another budget changes nothing of them until it passes a power of two. Where a cell's
spend has a least, the levels below it are left out.
"""

import numpy as np

from optimizer.response import FloatArray, IndexArray

_STEPS = 16


def level_grid(most: float, *, coarse: bool = False) -> FloatArray:
    """(level,): rising from 0 to `most` or beyond, most > 0; coarse: every second of them."""
    end = 2.0 ** np.ceil(np.log2(most))
    steps = np.arange(0, _STEPS + 1, 2 if coarse else 1)
    levels: FloatArray = end * (steps / _STEPS) ** 2
    return levels


def table_levels(least: FloatArray, most: FloatArray) -> FloatArray:
    """(cell, level): as few levels of ``grid`` as span [least, most] (cell,) of every cell."""
    levels = np.array([level_grid(high) for high in most.tolist()])
    first: IndexArray = np.sum(levels <= least[:, None], axis=1) - 1
    last: IndexArray = np.sum(levels < most[:, None], axis=1)
    count = int((last - first).max()) + 1
    start = np.minimum(first, levels.shape[1] - count)
    return np.take_along_axis(levels, start[:, None] + np.arange(count), axis=1)
