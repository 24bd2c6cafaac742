"""A least return of a channel, as a bound on its spend.

Where channels add up, the mean response of a channel alone is a curve of its spend, and a return of
at least r holds where  mean curve(b) >= r b.  The greatest such b, found on a grid and refined, is
a maximum. A curve with a threshold returns too little below some b as well: the channel then gets
nothing or at least that much, which is a switch.
"""

from collections.abc import Callable

import numpy as np

from optimizer.constraints.limit import Limit, Switch
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.issues import format_number
from optimizer.problem.problem import AllocationProblem
from optimizer.response import (
    BoolArray,
    FloatArray,
    Response,
    Separable,
    as_separable,
    draw_weights,
)

_LEVELS = 64
_ROUNDS, _PARTS = 5, 16

type Enough = Callable[[FloatArray], BoolArray]
"""Which levels (level,) of a cell's spend have what is wanted."""


def return_limits(
    problem: AllocationProblem, response: Response, system: LinearSystem
) -> tuple[list[Limit], list[Switch]]:
    """The limits and switches of every channel with a least return.

    Raises InvalidProblem where the channel's response alone is not defined.
    """
    wanted = {
        name: bounds.min_roi
        for name, bounds in problem.channels.items()
        if bounds.min_roi is not None
    }
    limits: list[Limit] = []
    switches: list[Switch] = []
    separable = as_separable(response)
    for name, least in wanted.items():
        members = system.layout.members(channel=name)
        where = json_pointer("channels", name, "min_roi")
        if separable is None or members.size != 1:
            raise InvalidProblem(
                (Issue(where, "not_separable", _refusal(name, separable is None)),)
            )
        cell = int(members[0])
        low, high = spend_range(_returns_enough(separable, cell, least), system.budget)
        row, stated = SparseRow.sum_of(members), f"a return of {format_number(least)}"
        label = f"the maximum of {format_number(high)} with {stated} for {name}"
        limits.append(Limit(label, where, row, -np.inf, high, cell))
        if low > 0.0:
            label = f"the minimum of {format_number(low)} when on with {stated} for {name}"
            switches.append(Switch(label, where, (cell,), low))
    return limits, switches


def _refusal(name: str, joint: bool) -> str:
    """Why a channel's return is not defined; joint: its response depends on other channels."""
    if joint:
        return f"channels do not add up in this model: the return of {name} alone is not defined"
    return f"{name} is divided into several cells: give a min_roi for the whole plan instead"


def _returns_enough(response: Separable, cell: int, least: float) -> Enough:
    """Whether the mean over draws of a cell's response is `least` per unit of spend."""
    weights = draw_weights(response)

    def at(levels: FloatArray) -> BoolArray:
        values = np.asarray(response.curve(cell, levels)[0], dtype=np.float64)
        return np.asarray(np.average(values, axis=0, weights=weights) >= least * levels)

    return at


def spend_range(enough: Enough, budget: float) -> tuple[float, float]:
    """The least and greatest spend that is enough; least 0 where any small spend is."""
    if budget <= 0.0:
        return 0.0, 0.0
    levels = budget * np.linspace(0.0, 1.0, _LEVELS + 1)[1:] ** 2
    holds = enough(levels)
    if not holds.any():
        return 0.0, 0.0
    first, last = int(np.argmax(holds)), _LEVELS - 1 - int(np.argmax(holds[::-1]))
    high = float(levels[last])
    if last < _LEVELS - 1:
        high = _edge(enough, high, float(levels[last + 1]))
    low = 0.0
    if first > 0:
        low = _edge(enough, float(levels[first]), float(levels[first - 1]))
    return low, high


def _edge(enough: Enough, inside: float, outside: float) -> float:
    """The last spend, from inside to outside, that is enough; to 1e-6 of the interval."""
    for _ in range(_ROUNDS):
        levels = np.linspace(inside, outside, _PARTS + 1)
        failed = ~enough(levels)
        step = int(np.argmax(failed)) if failed.any() else _PARTS
        inside, outside = float(levels[max(step - 1, 0)]), float(levels[step])
    return inside
