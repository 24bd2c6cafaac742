"""A problem as one linear system: lower <= spend <= upper and row_lower <= A spend <= row_upper.

Each limit that somebody set keeps its words and its place in the request, so that a conflict or a
binding constraint can be told in the terms of the person who set it. Shares are of the plan's own
total: sum(group) <= share * sum(spend) is the row  (member - share) . spend <= 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.checks import check_problem, number
from optimizer.errors import json_pointer
from optimizer.problem import AllocationProblem, ChannelBounds, Group
from optimizer.response import FloatArray

TOLERANCE = 1e-9
"""Relative to the budget: what counts as satisfied."""


@dataclass(frozen=True, eq=False)
class Limit:
    """lower <= coefficients . spend <= upper; one side is infinite, or both are equal.

    coefficients: (cell,).  cell: its index where the limit is on one cell alone, else None.
    """

    label: str
    pointer: str
    coefficients: FloatArray
    lower: float
    upper: float
    cell: int | None = None

    def excess(self, spend: FloatArray) -> float:
        """How far spend (cell,) lies outside, in currency; 0 inside."""
        value = float(self.coefficients @ spend)
        return max(self.lower - value, value - self.upper, 0.0)


@dataclass(frozen=True, eq=False)
class LinearSystem:
    """The feasible plans: spend (cell,) is not negative and within every limit."""

    names: tuple[str, ...]
    limits: tuple[Limit, ...]
    budget: float

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

    def broken(self, spend: FloatArray, tolerance: float = TOLERANCE) -> tuple[str, ...]:
        """Labels of the limits that spend (cell,) breaks by more than tolerance * scale."""
        slack = tolerance * self.scale
        negative = tuple(
            f"the minimum of 0 for {name}"
            for name, value in zip(self.names, spend, strict=True)
            if value < -slack
        )
        return negative + tuple(limit.label for limit in self.limits if limit.excess(spend) > slack)


def linear_system(
    problem: AllocationProblem, names: Sequence[str], current: FloatArray
) -> LinearSystem:
    """The limits of a problem for cells of these names and current spend (cell,), currency.

    Raises InvalidProblem where the problem contradicts itself. Whether any plan satisfies all
    limits is a question for `conflict.require_feasible`.
    """
    check_problem(problem, names, current)
    index = {name: position for position, name in enumerate(names)}
    limits = [*_budget_limits(problem, len(names))]
    for name, bounds in problem.channels.items():
        limits += _cell_limits(name, bounds, index[name], current)
    for position, group in enumerate(problem.groups):
        limits += _group_limits(position, group, index)
    return LinearSystem(tuple(names), tuple(limits), problem.budget.upper)


def _budget_limits(problem: AllocationProblem, cells: int) -> Iterator[Limit]:
    budget, everything = problem.budget, np.ones(cells)
    if budget.total is not None:
        label, where = (
            f"the budget total of {number(budget.total)}",
            json_pointer("budget", "total"),
        )
        yield Limit(label, where, everything, budget.total, budget.total)
    if budget.max is not None:
        label, where = f"the budget of {number(budget.max)}", json_pointer("budget", "max")
        yield Limit(label, where, everything, -np.inf, budget.max)
    if budget.min is not None:
        label, where = f"the budget minimum of {number(budget.min)}", json_pointer("budget", "min")
        yield Limit(label, where, everything, budget.min, np.inf)


def _cell_limits(
    name: str, bounds: ChannelBounds, cell: int, current: FloatArray
) -> Iterator[Limit]:
    unit = np.zeros(current.size)
    unit[cell] = 1.0

    def limit(field: str, label: str, lower: float, upper: float) -> Limit:
        return Limit(
            f"{label} for {name}", json_pointer("channels", name, field), unit, lower, upper, cell
        )

    if bounds.min is not None:
        yield limit("min", f"the minimum of {number(bounds.min)}", bounds.min, np.inf)
    if bounds.max is not None:
        yield limit("max", f"the maximum of {number(bounds.max)}", -np.inf, bounds.max)
    if bounds.fixed is not None:
        yield limit(
            "fixed", f"the fixed spend of {number(bounds.fixed)}", bounds.fixed, bounds.fixed
        )
    if bounds.max_change is not None:
        now = float(current[cell])
        low, high = now * max(1 - bounds.max_change, 0.0), now * (1 + bounds.max_change)
        reason = f"{number(100 * bounds.max_change)} % from the current {number(now)}"
        yield limit("max_change", f"the least of {number(low)} ({reason})", low, np.inf)
        yield limit("max_change", f"the most of {number(high)} ({reason})", -np.inf, high)


def _group_limits(position: int, group: Group, index: dict[str, int]) -> Iterator[Limit]:
    member = np.zeros(len(index))
    member[[index[name] for name in group.channels]] = 1.0
    title = " + ".join(group.channels)

    def limit(field: str, label: str, coefficients: FloatArray, lo: float, hi: float) -> Limit:
        where = json_pointer("groups", position, field)
        return Limit(f"{label} for {title}", where, coefficients, lo, hi)

    if group.min is not None:
        yield limit("min", f"the minimum of {number(group.min)}", member, group.min, np.inf)
    if group.max is not None:
        yield limit("max", f"the maximum of {number(group.max)}", member, -np.inf, group.max)
    if group.min_share is not None:
        label = f"the minimum share of {number(100 * group.min_share)} %"
        yield limit("min_share", label, member - group.min_share, 0.0, np.inf)
    if group.max_share is not None:
        label = f"the maximum share of {number(100 * group.max_share)} %"
        yield limit("max_share", label, member - group.max_share, -np.inf, 0.0)
