"""The knapsack start, for curves with a threshold, where a climb from an even plan stops too early.

Each cell's gain is profiled by itself, over a few levels of spend and with the draw weights of a
first plan; a knapsack over a grid of the budget combines the profiles:

    best_c(k) = max_j  best_{c-1}(k - j) + profile_c(j)        k, j in units of the room

The room is the part of the budget above the lower bounds. Where cells do not interact and the
weights hold, the plan is exact up to the grid; elsewhere it is only a start.
"""

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray, as_separable
from optimizer.risk.gain import Gain

_UNITS = 40
_EVALUATIONS = 48
_FEWEST_LEVELS, _MOST_LEVELS = 3, 16


def knapsack_plan(system: LinearSystem, gain: Gain, weights: FloatArray) -> FloatArray:
    """(cell,), currency: the best plan by the profiles, which ignores limits other than bounds.

    weights: (draw,), by which gains are averaged.
    """
    room = max(system.budget - float(system.lower.sum()), 0.0)
    profiles = [_profile(system, gain, weights, cell, room) for cell in range(len(system.names))]
    units = _knapsack(np.array(profiles), must_spend=_spends_all(system))
    return system.lower + room / _UNITS * units


def _profile(
    system: LinearSystem, gain: Gain, weights: FloatArray, cell: int, room: float
) -> FloatArray:
    """(unit + 1,): weighted gain at 0, 1, ... units in one cell; -inf beyond its upper bound."""
    grid = np.linspace(0, room, _UNITS + 1)
    most = min(float(system.upper[cell] - system.lower[cell]), room)
    levels = most * np.linspace(0, 1, _levels(len(system.names)) + 1) ** 1.5
    values = np.zeros(levels.size)
    separable = as_separable(gain.response)
    if most > 0 and separable is not None:
        values = weights @ separable.curve(cell, system.lower[cell] + levels)[0]
        values -= float(weights.sum()) * gain.cost * levels
    elif most > 0:
        for position, level in enumerate(levels):
            spend = system.lower.copy()
            spend[cell] += level
            values[position] = weights @ gain.draws(spend)
    return np.where(grid <= most * (1 + 1e-9), np.interp(grid, levels, values), -np.inf)


def _levels(cells: int) -> int:
    return int(np.clip(_EVALUATIONS // cells, _FEWEST_LEVELS, _MOST_LEVELS))


def _knapsack(profiles: FloatArray, *, must_spend: bool) -> FloatArray:
    """(cell,): units for each cell, at most as many as the grid has, with the greatest sum."""
    cells, size = profiles.shape
    best = np.full(size, -np.inf)
    best[0] = 0.0
    choice = np.zeros((cells, size), dtype=np.intp)
    gap = np.arange(size)[:, None] - np.arange(size)
    for cell in range(cells):
        options = np.where(gap >= 0, best[gap] + profiles[cell], -np.inf)
        choice[cell] = options.argmax(axis=1)
        best = options.max(axis=1)
    left = size - 1 if must_spend and np.isfinite(best[-1]) else int(best.argmax())
    units = np.zeros(cells)
    for cell in reversed(range(cells)):
        units[cell] = choice[cell, left]
        left -= choice[cell, left]
    return units


def _spends_all(system: LinearSystem) -> bool:
    return any(limit.cell is None and limit.lower == system.budget for limit in system.limits)
