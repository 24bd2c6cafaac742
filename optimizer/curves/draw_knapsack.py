"""The best plan of each draw on a grid of the budget: one knapsack for all draws at once.

    best_c(k) = max_j  best_{c-1}(k - j) + curve_c(lower_c + j)      j, k in units of the room

The room is the part of the budget above the lower bounds. Limits other than the bounds and the
budget are ignored. Curves may have any shape.
"""

import numpy as np

from optimizer.constraints.linear_system import LinearSystem
from optimizer.curves.draw_tables import CurveTables
from optimizer.response import FloatArray, IndexArray

_UNITS = 60


def knapsack_plans(curves: CurveTables, system: LinearSystem, least: float) -> FloatArray:
    """(draw, cell), currency: the knapsack start, with a total between `least` and the budget."""
    room = max(system.budget - float(system.lower.sum()), 0.0)
    unit = room / _UNITS
    if unit <= 0.0:
        return np.broadcast_to(system.lower, (curves.draws, system.lower.size)).copy()
    best = np.full((curves.draws, _UNITS + 1), -np.inf)
    best[:, 0] = 0.0
    choices = []
    for cell in range(system.lower.size):
        best, choice = _add_cell(best, _profile(curves, system, cell, unit))
        choices.append(choice)
    needed = int(np.ceil((least - float(system.lower.sum())) / unit - 1e-6))
    return system.lower + unit * _trace_back(best, choices, max(needed, 0))


def _profile(curves: CurveTables, system: LinearSystem, cell: int, unit: float) -> FloatArray:
    """(unit, draw): the gain of 0, 1, ... units in one cell, as many as its bounds allow."""
    width = float(system.upper[cell] - system.lower[cell])
    count = min(int(width / unit * (1 + 1e-9)), _UNITS)
    rows = []
    for step in range(count + 1):
        level = np.full(curves.draws, float(system.lower[cell]) + step * unit)
        rows.append(curves.of_cell(cell, level)[0] - curves.cost * level)
    return np.array(rows)


def _add_cell(best: FloatArray, profile: FloatArray) -> tuple[FloatArray, IndexArray]:
    """The best sums with one more cell, and the units it gets in each: both (draw, unit)."""
    summed = best + profile[0][:, None]
    choice = np.zeros(best.shape, dtype=np.intp)
    for units in range(1, len(profile)):
        option = best[:, :-units] + profile[units][:, None]
        better = option > summed[:, units:]
        np.copyto(summed[:, units:], option, where=better)
        np.copyto(choice[:, units:], units, where=better)
    return summed, choice


def _trace_back(best: FloatArray, choices: list[IndexArray], needed: int) -> FloatArray:
    """(draw, cell): the units of each cell, traced back from the best total of >= `needed`."""
    draw = np.arange(len(best))
    needed = min(needed, _UNITS)
    left = needed + np.argmax(best[:, needed:], axis=1)
    units = np.zeros((len(best), len(choices)))
    for cell in reversed(range(len(choices))):
        taken = choices[cell][draw, left]
        units[:, cell] = taken
        left = left - taken
    return units
