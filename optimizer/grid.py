"""Levels at which curves are asked: the same for many problems, so that answers serve again.

They run from 0 to the power of two at or above a cell's most, and crowd towards 0, where curves
bend most. Another budget changes nothing of them until it passes a power of two.
"""

import numpy as np

from optimizer.response import FloatArray

_STEPS = 16


def grid(most: float, *, coarsely: bool = False) -> FloatArray:
    """(level,): rising from 0 to `most` or beyond, most > 0; coarsely: every second of them."""
    end = 2.0 ** np.ceil(np.log2(most))
    steps = np.arange(0, _STEPS + 1, 2 if coarsely else 1)
    levels: FloatArray = end * (steps / _STEPS) ** 2
    return levels
