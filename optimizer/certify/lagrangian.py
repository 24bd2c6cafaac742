r"""The Lagrangian bound: the mixed-integer program with each curve's concave hull in its place.

    max least   under   least <= sum_c estimate_kc - cost weight_k sum_c b_c + constant_k,
                        estimate_kc <= every line of the hull of cell c under cut k,
                        the problem's own rows

This is a linear program without binaries, solved in milliseconds for hundreds of cells. Its bound
is that of the Lagrangian relaxation of the limits (Geoffrion, Mathematical Programming Study 2,
1974). It exceeds the true optimum by at most the distance of a few curves from their hulls, often
by nothing (Aubin and Ekeland, Mathematics of Operations Research 1, 1976).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, vstack

from optimizer.certify.envelope import EnvelopeLines
from optimizer.certify.milp import ROUNDING, Cut
from optimizer.constraints.linear_program import LinearRows
from optimizer.errors import SolverFailed
from optimizer.response import FloatArray
from optimizer.search.case import Case


@dataclass(frozen=True)
class _Columns:
    """The variables: spend of each cell, estimates by cut and cell, and the least over cuts.

    scale: currency of one unit of spend.  unit: response of one unit of an estimate.
    """

    cells: int
    cuts: int
    scale: float
    unit: float

    @property
    def count(self) -> int:
        return self.cells + self.cuts * self.cells + 1


def solve_hull_program(
    cuts: Sequence[Cut], cell_lines: Sequence[EnvelopeLines], case: Case
) -> tuple[FloatArray, float]:
    """The plan (cell,) with the highest least cut by the hulls, and a bound over all plans.

    Raises SolverFailed.
    """
    ends_of_lines = [np.abs(lines.right_start + lines.right_rise).max() for lines in cell_lines]
    columns = _Columns(
        len(cell_lines), len(cuts), case.system.scale, float(max(ends_of_lines)) or 1.0
    )
    rows = [
        _hull_rows(cell_lines, columns),
        _cut_rows(cuts, case.search.gain.cost, columns),
        *_limit_rows(case, columns),
    ]
    objective = np.zeros(columns.count)
    objective[-1] = -1.0
    ends = np.array([(lines.levels[0], lines.levels[-1]) for lines in cell_lines]) / columns.scale
    free = np.full((columns.count - columns.cells, 2), [-np.inf, np.inf])
    bounds = np.vstack([ends, free])
    result = milp(
        objective,
        bounds=Bounds(bounds[:, 0], bounds[:, 1]),
        constraints=LinearConstraint(
            vstack([part.matrix for part in rows], "csr"),
            -np.inf,
            np.concatenate([part.bound for part in rows]),
        ),
    )
    if result.x is None:
        raise SolverFailed(f"the linear program over the concave hulls failed: {result.message}")
    # The solver may leave its bounds by its tolerance.
    low, high = (np.array([lines.levels[end] for lines in cell_lines]) for end in (0, -1))
    spend = np.clip(result.x[: columns.cells] * columns.scale, low, high)
    return spend, (-float(result.fun) + ROUNDING) * columns.unit


def _hull_rows(cell_lines: Sequence[EnvelopeLines], columns: _Columns) -> LinearRows:
    """Estimates are below the lines of their hulls."""
    slopes, offsets, estimates, owners = [], [], [], []
    for cut in range(columns.cuts):
        for cell, lines in enumerate(cell_lines):
            x, y = concave_hull(*_envelope_corners(lines, cut))
            slope = np.diff(y) / np.diff(x)
            slopes.append(-slope * columns.scale / columns.unit)
            offsets.append((y[:-1] - slope * x[:-1]) / columns.unit)
            estimates.append(np.full(slope.size, columns.cells * (1 + cut) + cell))
            owners.append(np.full(slope.size, cell))
    slope, offset = np.concatenate(slopes), np.concatenate(offsets)
    row = np.arange(slope.size)
    values = np.concatenate([np.ones(slope.size), slope])
    where = np.concatenate([row, row]), np.concatenate([*estimates, *owners])
    return LinearRows(csr_array((values, where), shape=(slope.size, columns.count)), offset)


def _cut_rows(cuts: Sequence[Cut], cost: float, columns: _Columns) -> LinearRows:
    """The objective is below every cut."""
    cells = columns.cells
    rows = np.zeros((len(cuts), columns.count))
    rows[:, -1] = 1.0
    for position, cut in enumerate(cuts):
        rows[position, cells * (1 + position) : cells * (2 + position)] = -1.0
        rows[position, :cells] = cost * cut.weight_sum * columns.scale / columns.unit
    return LinearRows(csr_array(rows), np.array([cut.constant for cut in cuts]) / columns.unit)


def _limit_rows(case: Case, columns: _Columns) -> list[LinearRows]:
    """The problem's own rows, each divided by its greatest coefficient."""
    matrix, low, high = case.system.rows
    rows: list[LinearRows] = []
    for signed, bound in ((matrix, high), (-matrix, -low)):
        finite = np.isfinite(bound)
        chosen, limit = signed[finite], bound[finite]
        size = abs(chosen).max(axis=1).toarray() if limit.size else np.empty(0)
        size = np.where(size > 0.0, size, 1.0)
        scaled = LinearRows(
            csr_array(diags_array(1.0 / size) @ chosen), limit / size / columns.scale
        )
        rows.append(scaled.widened(columns.count - columns.cells))
    return rows


def _envelope_corners(lines: EnvelopeLines, cut: int) -> tuple[FloatArray, FloatArray]:
    """The corners (levels, values), in order, of the lower one of both lines of each interval."""
    left, left_rise = lines.left_start[cut], lines.left_rise[cut]
    right, right_rise = lines.right_start[cut], lines.right_rise[cut]
    turn = left_rise - right_rise
    meet = np.where(turn > 0.0, (right - left) / np.where(turn > 0.0, turn, 1.0), 1.0)
    share = np.stack([np.zeros_like(left), np.clip(meet, 0.0, 1.0), np.ones_like(left)], axis=1)
    height = np.minimum(
        left[:, None] + left_rise[:, None] * share, right[:, None] + right_rise[:, None] * share
    )
    start, width = lines.levels[:-1, None], np.diff(lines.levels)[:, None]
    return (start + width * share).ravel(), height.ravel()


def concave_hull(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Corners of the least concave function above the points, x not falling (monotone chain)."""
    kept: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        if kept and point[0] <= kept[-1][0]:
            if point[1] <= kept[-1][1]:
                continue
            kept.pop()
        while len(kept) > 1 and _is_below(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    corners = np.array(kept)
    return corners[:, 0], corners[:, 1]


def _is_below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or below the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])
