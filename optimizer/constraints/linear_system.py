"""One linear system: lower <= spend <= upper and row_lower <= A spend <= row_upper.

Each limit keeps its words and its place in the request, so that a conflict or a binding limit can
be reported in the terms of the person who set it. Beside the linear limits stand the switches,
which become linear once a pattern of on and off is chosen (`conditions/switches.py`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.problem.layout import Layout
from optimizer.response import FloatArray

TOLERANCE = 1e-9
"""Violation that still counts as satisfied, relative to the budget."""


@dataclass(frozen=True, eq=False)
class Limit:
    """A limit  lower <= coefficients . spend <= upper;  one bound is infinite, or both are equal.

    label: in words.  pointer: into the problem.  coefficients: (cell,).
    cell: its index where the limit is on one cell alone, else None.
    unit: stated amount per unit of the bounds (1 where it is stated in currency).
    """

    label: str
    pointer: str
    coefficients: FloatArray
    lower: float
    upper: float
    cell: int | None = None
    unit: float = 1.0

    def excess(self, spend: FloatArray) -> float:
        """The violation by spend (cell,), in the unit of the bounds; 0 inside."""
        value = float(self.coefficients @ spend)
        return max(self.lower - value, value - self.upper, 0.0)


@dataclass(frozen=True, eq=False)
class Switch:
    """The sum over `cells` (positions) is 0 or at least `minimum`, currency."""

    label: str
    pointer: str
    cells: tuple[int, ...]
    minimum: float

    def excess(self, spend: FloatArray) -> float:
        """The distance of the sum from 0 or the minimum, currency; 0 where the switch is kept."""
        total = float(spend[list(self.cells)].sum())
        return max(min(total, self.minimum - total), 0.0)


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
    def rows(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The limits on several cells: A (row, cell), row_lower and row_upper (row,), currency.

        Limits on the same sum are merged into one row.
        """
        merged: dict[tuple[float, ...], tuple[float, float]] = {}
        for limit in self.limits:
            if limit.cell is None:
                key = tuple(limit.coefficients.tolist())
                low, high = merged.get(key, (-np.inf, np.inf))
                merged[key] = (max(low, limit.lower), min(high, limit.upper))
        matrix = np.array(list(merged)).reshape(len(merged), len(self.names))
        bounds = np.array(list(merged.values())).reshape(len(merged), 2)
        return matrix, bounds[:, 0], np.maximum(bounds[:, 0], bounds[:, 1])

    def broken_limits(self, spend: FloatArray, tolerance: float = TOLERANCE) -> tuple[str, ...]:
        """The labels of the limits that spend (cell,) violates by more than tolerance * scale."""
        slack = tolerance * self.scale
        negative = tuple(
            f"the minimum of 0 for {name}"
            for name, value in zip(self.names, spend, strict=True)
            if value < -slack
        )
        stated: tuple[Limit | Switch, ...] = (*self.limits, *self.switches)
        return negative + tuple(limit.label for limit in stated if limit.excess(spend) > slack)
