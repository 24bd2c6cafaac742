"""The mixed-integer program of the global bound, solved by HiGHS.

Its variables are, for every cell and interval, whether the cell's spend lies in it (binary) and how
far (share of its width); for every cut and cell the over-estimate of the response; and the least
over the cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, lil_array

from optimizer.certify.envelope import EnvelopeLines
from optimizer.certify.solver_process import Program, solve_watched
from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.errors import SolverFailed
from optimizer.response import FloatArray, IndexArray
from optimizer.search.case import Case

_GAP = 1e-4
ROUNDING = 1e-6
"""Relative: by how much the solver's tolerances may falsify its bound."""


@dataclass(frozen=True)
class Cut:
    """The measure is at most  sum of responses - cost * weight_sum * total + constant."""

    weight_sum: float
    constant: float


@dataclass(frozen=True)
class IntegerSolution:
    """What a search tree of limited size and time gave.

    spend: (cell,), currency, the plan with the highest least cut; None where no plan was reached.
    bound: of the measure over all plans, infinite where none was reached.  nodes: of the tree.
    """

    spend: FloatArray | None
    bound: float
    nodes: int


def solve_integer_program(
    cuts: Sequence[Cut], cell_lines: Sequence[EnvelopeLines], case: Case, nodes: int
) -> IntegerSolution:
    """The plan with the highest least cut, searched in at most ``nodes`` nodes.

    Where these, or the time, do not suffice, the bound is higher and holds all the same.

    Raises SolverFailed, Cancelled.
    """
    variables = _Variables([lines.levels.size - 1 for lines in cell_lines], len(cuts))
    sizes = [np.abs(lines.right_start + lines.right_rise).max() for lines in cell_lines]
    unit = float(max(sizes)) or 1.0
    rows = _RowBuilder(variables.size)
    _add_interval_rows(rows, variables)
    _add_estimate_rows(rows, variables, cell_lines, unit)
    _add_cut_rows(rows, variables, cell_lines, cuts, case.search.gain.cost, unit)
    _add_limit_rows(rows, variables, cell_lines, case)
    objective = np.zeros(variables.size)
    objective[variables.least] = -1.0
    lower, upper = variables.bounds()
    matrix, least, most = rows.matrix()
    program = Program(
        objective, variables.integrality(), lower, upper, matrix, least, most, _GAP, nodes
    )
    result = solve_watched(program, case.search.watch)
    if not result.limited and (result.x is None or result.bound is None):
        raise SolverFailed(
            f"the mixed-integer program of the global bound failed: {result.message}"
        )
    spend = None if result.x is None else _spend(result.x, variables, cell_lines)
    bound = np.inf if result.bound is None else (ROUNDING - result.bound) * unit
    return IntegerSolution(spend, bound, result.nodes)


@dataclass(frozen=True)
class _Variables:
    """The position of each variable; intervals: their number by cell."""

    intervals: Sequence[int]
    cuts: int

    @property
    def interval_count(self) -> int:
        return int(sum(self.intervals))

    @property
    def least(self) -> int:
        return 2 * self.interval_count + self.cuts * len(self.intervals)

    @property
    def size(self) -> int:
        return self.least + 1

    def binaries(self, cell: int) -> slice:
        """Whether the cell's spend lies in each of its intervals."""
        start = int(sum(self.intervals[:cell]))
        return slice(start, start + self.intervals[cell])

    def shares(self, cell: int) -> slice:
        """How far the spend lies in each interval, as a share of its width."""
        inside = self.binaries(cell)
        return slice(inside.start + self.interval_count, inside.stop + self.interval_count)

    def estimate(self, cut: int, cell: int) -> int:
        return 2 * self.interval_count + cut * len(self.intervals) + cell

    def integrality(self) -> IndexArray:
        return (np.arange(self.size) < self.interval_count).astype(np.intp)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        low, high = np.zeros(self.size), np.ones(self.size)
        low[2 * self.interval_count :], high[2 * self.interval_count :] = -np.inf, np.inf
        return low, high


class _RowBuilder:
    """Rows of the program, added one by one as {position: coefficient} between two bounds."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[dict[int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add(self, row: dict[int, float], low: float, high: float) -> None:
        self._rows.append(row)
        self._low.append(low)
        self._high.append(high)

    def matrix(self) -> tuple[SparseMatrix, FloatArray, FloatArray]:
        """The rows and their lower and upper bounds."""
        matrix = lil_array((len(self._rows), self._size))
        for i, row in enumerate(self._rows):
            for j, value in row.items():
                matrix[i, j] = value
        return csr_array(matrix), np.array(self._low), np.array(self._high)


def _add_interval_rows(rows: _RowBuilder, variables: _Variables) -> None:
    """Each cell's spend lies in one interval, and moves in no other."""
    for cell in range(len(variables.intervals)):
        inside, shares = variables.binaries(cell), variables.shares(cell)
        rows.add(dict.fromkeys(range(inside.start, inside.stop), 1.0), 1.0, 1.0)
        for binary, share in zip(
            range(inside.start, inside.stop), range(shares.start, shares.stop), strict=True
        ):
            rows.add({share: 1.0, binary: -1.0}, -np.inf, 0.0)


def _add_estimate_rows(
    rows: _RowBuilder, variables: _Variables, cell_lines: Sequence[EnvelopeLines], unit: float
) -> None:
    """Each cut's estimate of a cell is below both lines of the interval."""
    for cell, lines in enumerate(cell_lines):
        inside, shares = variables.binaries(cell), variables.shares(cell)
        for cut in range(variables.cuts):
            for start, slope in (
                (lines.left_start, lines.left_rise),
                (lines.right_start, lines.right_rise),
            ):
                row = {variables.estimate(cut, cell): 1.0}
                row |= dict(zip(range(inside.start, inside.stop), -start[cut] / unit, strict=True))
                row |= dict(zip(range(shares.start, shares.stop), -slope[cut] / unit, strict=True))
                rows.add(row, -np.inf, 0.0)


def _add_cut_rows(
    rows: _RowBuilder,
    variables: _Variables,
    cell_lines: Sequence[EnvelopeLines],
    cuts: Sequence[Cut],
    cost: float,
    unit: float,
) -> None:
    """The objective is below every cut."""
    for position, cut in enumerate(cuts):
        row = {variables.least: 1.0}
        for cell in range(len(cell_lines)):
            row[variables.estimate(position, cell)] = -1.0
            for variable, amount in _spend_terms(variables, cell_lines, cell):
                row[variable] = cost * cut.weight_sum * amount / unit
        rows.add(row, -np.inf, cut.constant / unit)


def _add_limit_rows(
    rows: _RowBuilder, variables: _Variables, cell_lines: Sequence[EnvelopeLines], case: Case
) -> None:
    """The problem's own rows; bounds of single cells are the ends of their levels."""
    matrix, low, high = case.system.rows
    for position, (least, most) in enumerate(zip(low, high, strict=True)):
        terms = slice(matrix.indptr[position], matrix.indptr[position + 1])
        cells, coefficients = matrix.indices[terms].tolist(), matrix.data[terms]
        size = float(np.abs(coefficients).max(initial=0.0)) * case.system.scale or 1.0
        row: dict[int, float] = {}
        for cell, coefficient in zip(cells, coefficients.tolist(), strict=True):
            for variable, amount in _spend_terms(variables, cell_lines, cell):
                row[variable] = coefficient * amount / size
        rows.add(row, least / size, most / size)


def _spend_terms(
    variables: _Variables, cell_lines: Sequence[EnvelopeLines], cell: int
) -> list[tuple[int, float]]:
    """A cell's spend as (variable, currency of one unit of it)."""
    levels, inside, shares = (
        cell_lines[cell].levels,
        variables.binaries(cell),
        variables.shares(cell),
    )
    starts = zip(range(inside.start, inside.stop), levels[:-1].tolist(), strict=True)
    widths = zip(range(shares.start, shares.stop), np.diff(levels).tolist(), strict=True)
    return [*starts, *widths]


def _spend(x: FloatArray, variables: _Variables, cell_lines: Sequence[EnvelopeLines]) -> FloatArray:
    """(cell,), currency, between the ends of its levels, which rounding of the solver may leave."""
    spend = np.empty(len(cell_lines))
    for cell, lines in enumerate(cell_lines):
        terms = _spend_terms(variables, cell_lines, cell)
        total = sum(x[variable] * amount for variable, amount in terms)
        spend[cell] = np.clip(total, lines.levels[0], lines.levels[-1])
    return spend
