"""One linear system: lower <= spend <= upper and row_lower <= A spend <= row_upper.

Beside the linear limits stand the switches, which become linear once a pattern of on and off is
chosen (`conditions/switches.py`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.constraints.limit import Limit, Switch
from optimizer.constraints.merge import tightest
from optimizer.constraints.sparse_row import SparseMatrix, SparseRow, stack_rows
from optimizer.problem.layout import Layout
from optimizer.response import FloatArray

TOLERANCE = 1e-9
"""Violation that still counts as satisfied, relative to the budget."""


@dataclass(frozen=True, eq=False)
class LinearSystem:
    """The feasible plans: spend (cell,) is not negative and within every limit.

    names: of the cells.  budget: currency, the most that may be spent.
    layout: what the cells stand for.  switches: sums that are 0 or at least a minimum.
    """

    names: tuple[str, ...]
    limits: tuple[Limit, ...]
    budget: float
    layout: Layout
    switches: tuple[Switch, ...] = ()

    @property
    def scale(self) -> float:
        """Currency that tolerances are relative to: the budget, or 1 where it is zero."""
        return self.budget or 1.0

    @cached_property
    def lower(self) -> FloatArray:
        """(cell,): the least that each cell may get."""
        lower = np.zeros(len(self.names))
        for limit in self.limits:
            if limit.cell is not None:
                lower[limit.cell] = max(lower[limit.cell], limit.lower)
        return lower

    @cached_property
    def upper(self) -> FloatArray:
        """(cell,): the most that each cell may get; the budget where no limit is lower."""
        upper = np.full(len(self.names), self.budget)
        for limit in self.limits:
            if limit.cell is not None:
                upper[limit.cell] = min(upper[limit.cell], limit.upper)
        # Conflicting bounds are reported in `conflict`; of feasible plans they cross by rounding.
        uncrossed: FloatArray = np.maximum(upper, self.lower)
        return uncrossed

    @cached_property
    def tightest(self) -> tuple[Limit, ...]:
        """The limits that decide which plans are feasible, each thing limited once."""
        return tightest(self.limits)

    @cached_property
    def rows(self) -> tuple[SparseMatrix, FloatArray, FloatArray]:
        """The limits on several cells: A (row, cell), row_lower and row_upper (row,), currency.

        Limits on the same sum are one row.
        """
        merged: dict[tuple[bytes, bytes], tuple[SparseRow, float, float]] = {}
        for limit in self.tightest:
            if limit.cell is None:
                key = (limit.row.cells.tobytes(), limit.row.values.tobytes())
                row, low, high = merged.get(key, (limit.row, -np.inf, np.inf))
                merged[key] = (row, max(low, limit.lower), min(high, limit.upper))
        bounds = np.array([(low, high) for _, low, high in merged.values()]).reshape(-1, 2)
        matrix = stack_rows([row for row, _, _ in merged.values()], len(self.names))
        return matrix, bounds[:, 0], np.maximum(bounds[:, 0], bounds[:, 1])

    def broken_limits(self, spend: FloatArray, tolerance: float = TOLERANCE) -> tuple[str, ...]:
        """The labels of the limits that spend (cell,) violates by more than tolerance * scale.

        Each stated limit is checked, also where a tighter one is on the same thing; equal labels
        are told once.
        """
        slack = tolerance * self.scale
        negative = tuple(
            f"the minimum of 0 for {name}"
            for name, value in zip(self.names, spend, strict=True)
            if value < -slack
        )
        stated: tuple[Limit | Switch, ...] = (*self.limits, *self.switches)
        broken = (limit.label for limit in stated if limit.excess(spend) > slack)
        return tuple(dict.fromkeys((*negative, *broken)))
