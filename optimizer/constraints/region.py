"""The limits of the region that data support, where a response declares one.

A cell, a channel and all of them together may get no more than is supported. These limits are the
response's, not the request's: their pointer is "/explore", the wish that leaves the region.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.constraints.limit import Limit
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import json_pointer
from optimizer.problem.issues import format_number
from optimizer.problem.layout import Layout

EXPLORE = json_pointer("explore")
_BUDGET = json_pointer("budget") + "/"


def region_limits(layout: Layout) -> Iterator[Limit]:
    """Limits to the supported spend of each cell, each channel with several, and of all cells."""
    supported = layout.supported
    if supported is None:
        return
    for name in layout.channel_names:
        members = layout.members(name)
        cell = int(members[0]) if members.size == 1 else None
        yield _at_most(supported.channels[name], name, SparseRow.sum_of(members), cell)
        if cell is None:
            for member in members.tolist():
                row = SparseRow.sum_of(np.array([member]))
                yield _at_most(
                    float(supported.cells[member]), layout.names[member], row, int(member)
                )
    everything = SparseRow.sum_of(np.arange(len(layout.names)))
    label = f"the supported total of {format_number(supported.total)}"
    yield Limit(label, EXPLORE, everything, -np.inf, supported.total)


def _at_most(amount: float, name: str, row: SparseRow, cell: int | None) -> Limit:
    label = f"the supported maximum of {format_number(amount)} for {name}"
    return Limit(label, EXPLORE, row, -np.inf, amount, cell)


def without_budget(system: LinearSystem) -> LinearSystem:
    """The system without the limits on the total that the request states."""
    kept = tuple(limit for limit in system.limits if not limit.pointer.startswith(_BUDGET))
    return replace(system, limits=kept)


def largest_total(system: LinearSystem) -> float:
    """The greatest total, in currency, within the limits of a system that is feasible."""
    feasible = FeasibleSet.of(system)
    if feasible.is_single_plan:
        return float(feasible.spend(np.empty(0)).sum())
    corner = feasible.extreme_point(np.ones(feasible.free.size))
    return float(feasible.spend(corner).sum())
