"""What a plan must keep: a linear limit, or a switch.

Each keeps its words and its place in the request, so that a conflict or a binding limit can be
reported in the terms of the person who set it.
"""

from dataclasses import dataclass

from optimizer.constraints.sparse_row import SparseRow
from optimizer.response import FloatArray


@dataclass(frozen=True, eq=False)
class Limit:
    """A limit  lower <= row . spend <= upper;  one bound is infinite, or both are equal.

    label: in words.  pointer: into the problem.  row: the coefficients.
    cell: its index where the limit is on one cell alone, else None.
    unit: stated amount per unit of the bounds (1 where it is stated in currency).
    """

    label: str
    pointer: str
    row: SparseRow
    lower: float
    upper: float
    cell: int | None = None
    unit: float = 1.0

    @property
    def is_equality(self) -> bool:
        """Whether both bounds are the same amount."""
        return self.lower == self.upper

    def excess(self, spend: FloatArray) -> float:
        """The violation by spend (cell,), in the unit of the bounds; 0 inside."""
        value = self.row.at(spend)
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
