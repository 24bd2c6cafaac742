"""Scores of a forecast that is given by draws, and of intervals.

CRPS(F, y)   = E|X - y| - E|X - X'| / 2      X, X' ~ F (Gneiting & Raftery 2007, eq. 21)
PIT          = share of draws below y, ties by half
interval     = upper - lower + (2 / a) (distance outside)       a = 0.1 (the same, eq. 43)
"""

import numpy as np

from mmm.types import Array

LEVEL = 0.9


def crps(draws: Array, outcome: float) -> float:
    """Continuous ranked probability score of ``draws (draw,)``, in their unit; lower is better."""
    ordered = np.sort(draws)
    n = len(ordered)
    # sum over pairs of |x_i - x_j| is 2 sum_i (2 i - n - 1) x_(i)
    spread = 2.0 * float(((2.0 * np.arange(1, n + 1) - n - 1.0) * ordered).sum()) / n**2
    return float(np.abs(ordered - outcome).mean()) - 0.5 * spread


def pit(draws: Array, outcome: float) -> float:
    """Probability integral transform of ``outcome`` under ``draws (draw,)``, in [0, 1]."""
    return float((draws < outcome).mean() + 0.5 * (draws == outcome).mean())


def interval_score(lower: float, upper: float, outcome: float) -> float:
    """Interval score of a central 90 % interval; lower is better."""
    outside = max(lower - outcome, 0.0) + max(outcome - upper, 0.0)
    return upper - lower + 2.0 / (1.0 - LEVEL) * outside


def effective_windows(windows: int, length: int, every: int) -> float:
    """How many independent windows those of ``length`` weeks are worth, ``every`` weeks apart.

        n / (1 + 2 sum_k (1 - k / n) max(0, 1 - k every / length))

    Sums over windows that share a part r of independent weeks have correlation r.
    """
    lags = np.arange(1, windows)
    shared = np.maximum(0.0, 1.0 - lags * every / length)
    return windows / (1.0 + 2.0 * float(((1.0 - lags / windows) * shared).sum()))
