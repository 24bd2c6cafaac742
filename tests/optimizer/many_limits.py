"""Problems that hold as much as they may, and the memory that a process of its own takes for them.

``python -m tests.optimizer.many_limits full`` and ``... ratios 4000`` print the greatest memory of
the process beyond that before the problem, in MiB.
"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.constraints.build import linear_system
from optimizer.constraints.conflict import require_feasible
from optimizer.constraints.feasible_set import FeasibleSet
from optimizer.problem import AllocationProblem, Budget, read_problem, sizes
from optimizer.problem.layout import Layout
from optimizer.problem.limits import Ratio
from tests.optimizer.worlds import MONDAY, Cell

ROOT = Path(__file__).parents[2]
CHANNELS, WEEKS, GEOS = 12, 26, 3
SPEND = 100.0
"""Currency of each cell in the plan that all limits allow."""


def thousand_cells() -> tuple[Cell, ...]:
    """Twelve channels in three geos, week by week."""
    return tuple(
        Cell(f"channel {channel}", f"geo {geo}", MONDAY + timedelta(weeks=week))
        for channel in range(CHANNELS)
        for week in range(WEEKS)
        for geo in range(GEOS)
    )


def layout_of(cells: tuple[Cell, ...]) -> Layout:
    return Layout(
        tuple(str(k) for k in range(len(cells))),
        tuple(cell.channel for cell in cells),
        tuple(cell.geo for cell in cells),
        tuple(cell.week for cell in cells),
    )


def full_problem(cells: tuple[Cell, ...]) -> dict[str, Any]:
    """Every list of limits at its maximum, around the plan of ``SPEND`` in each cell."""
    rng = np.random.default_rng(0)
    names, total = sorted({cell.channel for cell in cells}), SPEND * len(cells)
    pairs = [rng.choice(names, 2, replace=False).tolist() for _ in range(sizes.MOST_LIMITS)]
    places = [cells[k % len(cells)] for k in range(sizes.MOST_PLACES)]
    return {
        "budget": {"total": total},
        "groups": [
            {"channels": pair, "min_share": 0.001, "max_share": float(rng.uniform(0.5, 0.9))}
            for pair in pairs
        ],
        "ratios": [
            {"channels": pair, "min": float(rng.uniform(0.01, 0.2)), "max": 3 + float(rng.random())}
            for pair in pairs
        ],
        "ramps": [
            {"channel": pair[0], "max_change": float(rng.uniform(0.3, 0.9)), "max_step": 500}
            for pair in pairs
        ],
        "cells": [
            {"channel": c.channel, "geo": c.geo, "week": f"{c.week}", "min": 1.0, "max": 500 + k}
            for k, c in enumerate(places)
        ],
        "budgets": [
            {"name": f"budget {k}", "per_currency": dict.fromkeys(names, 0.5), "max": total + k}
            for k in range(sizes.MOST_BUDGETS)
        ],
    }


def solve_the_limits(problem: AllocationProblem, layout: Layout) -> FeasibleSet:
    """What every allocation does before it climbs."""
    system = linear_system(problem, layout, np.full(len(layout.names), SPEND))
    require_feasible(system)
    return FeasibleSet.of(system)


def ratios_of_different_channels(count: int) -> tuple[AllocationProblem, Layout]:
    """More ratios than a request may hold, no two of the same channels."""
    names = tuple(f"channel {k}" for k in range(sizes.MOST_CHANNELS))
    pairs = [(a, b) for a in names for b in names if a < b][:count]
    assert len(pairs) == count
    ratios = tuple(Ratio(channels=pair, min=0.1, max=10.0) for pair in pairs)
    problem = AllocationProblem.model_construct(budget=Budget(total=10_000.0), ratios=ratios)
    return problem, Layout.of_channels(names)


def peak_mebibytes() -> float:
    """The greatest memory of this process so far (Linux)."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def grown(*arguments: str) -> float:
    """MiB that a process of its own takes; see this module's first lines."""
    command = [sys.executable, "-m", "tests.optimizer.many_limits", *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(said.stdout)


if __name__ == "__main__":
    solve_the_limits(read_problem({"budget": {"total": 1.0}}), Layout.of_channels(("tv", "radio")))
    before = peak_mebibytes()
    if sys.argv[1] == "full":
        everything = thousand_cells()
        solve_the_limits(read_problem(full_problem(everything)), layout_of(everything))
    else:
        solve_the_limits(*ratios_of_different_channels(int(sys.argv[2])))
    sys.stdout.write(f"{peak_mebibytes() - before:.1f}\n")
