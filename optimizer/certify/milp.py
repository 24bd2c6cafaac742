"""The mixed-integer program of the global bound, by HiGHS.

Variables, for every cell and interval: whether the cell's spend lies in it (binary) and how far
(share of its width); for every cut and cell the response's over-estimate; the least over the cuts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, lil_matrix

from optimizer.certify.envelope import Pieces
from optimizer.errors import SolverFailed
from optimizer.response import FloatArray, IndexArray
from optimizer.search.case import Case

_GAP = 1e-4
_LIMIT_REACHED = 1
ROUNDING = 1e-6
"""Relative: what the solver's tolerances may take from its bound."""


@dataclass(frozen=True)
class Cut:
    """The measure is at most  sum of responses - cost * weight_sum * total + constant."""

    weight_sum: float
    constant: float


@dataclass(frozen=True)
class Searched:
    """The plan (cell,) with the highest least cut that was found, if any, a bound over all plans,
    and the nodes of the search tree that it took."""

    spend: FloatArray | None
    bound: float
    nodes: int


def most_of_the_least(
    cuts: Sequence[Cut], pieces: Sequence[Pieces], case: Case, nodes: int
) -> Searched:
    """Searched within ``nodes``: where they do not suffice, the bound is higher, and holds.

    Raises SolverFailed.
    """
    shape = _Shape([piece.levels.size - 1 for piece in pieces], len(cuts))
    sizes = [np.abs(piece.late + piece.climb).max() for piece in pieces]
    unit = float(max(sizes)) or 1.0
    rows = _Rows(shape.size)
    _intervals(rows, shape)
    _estimates(rows, shape, pieces, unit)
    _least(rows, shape, pieces, cuts, case.search.gain.cost, unit)
    _limits(rows, shape, pieces, case)
    objective = np.zeros(shape.size)
    objective[shape.least] = -1.0
    result = milp(
        objective,
        integrality=shape.integrality(),
        bounds=shape.bounds(),
        constraints=rows.constraint(),
        options={"mip_rel_gap": _GAP, "node_limit": nodes},
    )
    bound = result.mip_dual_bound
    out_of_nodes = result.status == _LIMIT_REACHED
    if bound is None or (result.x is None and not out_of_nodes):
        raise SolverFailed(f"the program of the global bound failed: {result.message}")
    spend = None if result.x is None else _spend(result.x, shape, pieces)
    return Searched(spend, (ROUNDING - float(bound)) * unit, int(result.mip_node_count or 0))


@dataclass(frozen=True)
class _Shape:
    """Where each variable stands."""

    intervals: Sequence[int]
    cuts: int

    @property
    def places(self) -> int:
        return int(sum(self.intervals))

    @property
    def least(self) -> int:
        return 2 * self.places + self.cuts * len(self.intervals)

    @property
    def size(self) -> int:
        return self.least + 1

    def within(self, cell: int) -> slice:
        """The binaries of a cell; their shares stand ``places`` later."""
        start = int(sum(self.intervals[:cell]))
        return slice(start, start + self.intervals[cell])

    def along(self, cell: int) -> slice:
        inside = self.within(cell)
        return slice(inside.start + self.places, inside.stop + self.places)

    def estimate(self, cut: int, cell: int) -> int:
        return 2 * self.places + cut * len(self.intervals) + cell

    def integrality(self) -> IndexArray:
        return (np.arange(self.size) < self.places).astype(np.intp)

    def bounds(self) -> Bounds:
        low, high = np.zeros(self.size), np.ones(self.size)
        low[2 * self.places :], high[2 * self.places :] = -np.inf, np.inf
        return Bounds(low, high)


class _Rows:
    """Rows as they are written."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[dict[int, float]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def add(self, row: dict[int, float], low: float, high: float) -> None:
        self._rows.append(row)
        self._low.append(low)
        self._high.append(high)

    def constraint(self) -> LinearConstraint:
        matrix = lil_matrix((len(self._rows), self._size))
        for i, row in enumerate(self._rows):
            for j, value in row.items():
                matrix[i, j] = value
        return LinearConstraint(csr_matrix(matrix), self._low, self._high)


def _intervals(rows: _Rows, shape: _Shape) -> None:
    """Each cell's spend lies in one interval, and moves in no other."""
    for cell in range(len(shape.intervals)):
        inside, along = shape.within(cell), shape.along(cell)
        rows.add(dict.fromkeys(range(inside.start, inside.stop), 1.0), 1.0, 1.0)
        for binary, share in zip(
            range(inside.start, inside.stop), range(along.start, along.stop), strict=True
        ):
            rows.add({share: 1.0, binary: -1.0}, -np.inf, 0.0)


def _estimates(rows: _Rows, shape: _Shape, pieces: Sequence[Pieces], unit: float) -> None:
    """Each cut's estimate of a cell is below both lines of the interval."""
    for cell, piece in enumerate(pieces):
        inside, along = shape.within(cell), shape.along(cell)
        for cut in range(shape.cuts):
            for start, slope in ((piece.low, piece.rise), (piece.late, piece.climb)):
                row = {shape.estimate(cut, cell): 1.0}
                row |= dict(zip(range(inside.start, inside.stop), -start[cut] / unit, strict=True))
                row |= dict(zip(range(along.start, along.stop), -slope[cut] / unit, strict=True))
                rows.add(row, -np.inf, 0.0)


def _least(
    rows: _Rows,
    shape: _Shape,
    pieces: Sequence[Pieces],
    cuts: Sequence[Cut],
    cost: float,
    unit: float,
) -> None:
    """The objective is below every cut."""
    for position, cut in enumerate(cuts):
        row = {shape.least: 1.0}
        for cell in range(len(pieces)):
            row[shape.estimate(position, cell)] = -1.0
            for variable, amount in _amounts(shape, pieces, cell):
                row[variable] = cost * cut.weight_sum * amount / unit
        rows.add(row, -np.inf, cut.constant / unit)


def _limits(rows: _Rows, shape: _Shape, pieces: Sequence[Pieces], case: Case) -> None:
    """The problem's own rows; bounds of single cells are the ends of their levels."""
    matrix, low, high = case.system.rows
    for coefficients, least, most in zip(matrix, low, high, strict=True):
        size = float(np.abs(coefficients).max(initial=0.0)) * case.system.scale or 1.0
        row: dict[int, float] = {}
        for cell, coefficient in enumerate(coefficients.tolist()):
            if coefficient:
                for variable, amount in _amounts(shape, pieces, cell):
                    row[variable] = coefficient * amount / size
        rows.add(row, least / size, most / size)


def _amounts(shape: _Shape, pieces: Sequence[Pieces], cell: int) -> list[tuple[int, float]]:
    """A cell's spend as variables and what one of each is, currency."""
    levels, inside, along = pieces[cell].levels, shape.within(cell), shape.along(cell)
    starts = zip(range(inside.start, inside.stop), levels[:-1].tolist(), strict=True)
    widths = zip(range(along.start, along.stop), np.diff(levels).tolist(), strict=True)
    return [*starts, *widths]


def _spend(x: FloatArray, shape: _Shape, pieces: Sequence[Pieces]) -> FloatArray:
    spend = np.empty(len(pieces))
    for cell in range(len(pieces)):
        spend[cell] = sum(
            x[variable] * amount for variable, amount in _amounts(shape, pieces, cell)
        )
    return spend
