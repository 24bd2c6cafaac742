"""One linear system: lower <= spend <= upper and row_lower <= A spend <= row_upper.

Each limit that somebody set keeps its words and its place in the request, so that a conflict or a
binding constraint can be told in the terms of the person who set it. Beside the linear limits
stand the switches, which only patterns of on and off make linear (`switches.py`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.problem.layout import Layout
from optimizer.response import FloatArray

TOLERANCE = 1e-9
"""Relative to the budget: what counts as satisfied."""


@dataclass(frozen=True, eq=False)
class Limit:
    """lower <= coefficients . spend <= upper; one side is infinite, or both are equal.

    coefficients: (cell,).  cell: its index where the limit is on one cell alone, else None.
    unit: how much of the amount that was stated makes 1 of the sides (1 where it is currency).
    """

    label: str
    pointer: str
    coefficients: FloatArray
    lower: float
    upper: float
    cell: int | None = None
    unit: float = 1.0

    def excess(self, spend: FloatArray) -> float:
        """How far spend (cell,) lies outside, in the unit of its sides; 0 inside."""
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
        """How far the sum lies within the gap, currency; 0 outside."""
        total = float(spend[list(self.cells)].sum())
        return max(min(total, self.minimum - total), 0.0)


@dataclass(frozen=True, eq=False)
class LinearSystem:
    """The feasible plans: spend (cell,) is not negative and within every limit.

    layout: what the cells stand for.  switches: sums that are nothing or enough.
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
        """(cell,): the most that each cell may get, the budget where nobody says less."""
        upper = np.full(len(self.names), self.budget)
        for limit in self.limits:
            if limit.cell is not None:
                upper[limit.cell] = min(upper[limit.cell], limit.upper)
        # Bounds that conflict are told in `conflict`; bounds of feasible plans cross by rounding.
        uncrossed: FloatArray = np.maximum(upper, self.lower)
        return uncrossed

    @cached_property
    def rows(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """A (row, cell), row_lower and row_upper (row,); limits on the same sum are one row."""
        merged: dict[tuple[float, ...], tuple[float, float]] = {}
        for limit in self.limits:
            if limit.cell is None:
                key = tuple(limit.coefficients.tolist())
                low, high = merged.get(key, (-np.inf, np.inf))
                merged[key] = (max(low, limit.lower), min(high, limit.upper))
        matrix = np.array(list(merged)).reshape(len(merged), len(self.names))
        sides = np.array(list(merged.values())).reshape(len(merged), 2)
        return matrix, sides[:, 0], np.maximum(sides[:, 0], sides[:, 1])

    def broken_limits(self, spend: FloatArray, tolerance: float = TOLERANCE) -> tuple[str, ...]:
        """Labels of the limits that spend (cell,) breaks by more than tolerance * scale."""
        slack = tolerance * self.scale
        negative = tuple(
            f"the minimum of 0 for {name}"
            for name, value in zip(self.names, spend, strict=True)
            if value < -slack
        )
        stated: tuple[Limit | Switch, ...] = (*self.limits, *self.switches)
        return negative + tuple(limit.label for limit in stated if limit.excess(spend) > slack)
