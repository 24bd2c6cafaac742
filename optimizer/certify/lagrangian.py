r"""The bound of the Lagrangian: as the mixed-integer program, with each curve's concave hull.

    max least   under   least <= sum_c estimate_kc - cost weight_k sum_c b_c + constant_k,
                        estimate_kc <= every line of the hull of cell c under cut k,
                        the problem's own rows

A linear program without binaries, solved in milliseconds for hundreds of cells. Its bound is that
of the Lagrangian relaxation of the limits (Geoffrion, Mathematical Programming Study 2, 1974); what
it lacks to the truth is at most the distance of a few curves from their hulls, often nothing
(Aubin and Ekeland, Mathematics of Operations Research 1, 1976).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from optimizer.certify.envelope import Pieces
from optimizer.certify.milp import ROUNDING, Cut
from optimizer.errors import SolverFailed
from optimizer.response import FloatArray
from optimizer.search.case import Case


def most_of_the_hulls(
    cuts: Sequence[Cut], pieces: Sequence[Pieces], case: Case
) -> tuple[FloatArray, float]:
    """The plan (cell,) with the highest least cut by the hulls, and a bound over all plans.

    Raises SolverFailed.
    """
    cells, scale = len(pieces), case.system.scale
    unit = float(max(np.abs(piece.late + piece.climb).max() for piece in pieces)) or 1.0
    columns = cells + len(cuts) * cells + 1
    rows = [*_lines(cuts, pieces, scale, unit, columns), *_least(cuts, case, scale, unit, columns)]
    matrix, low, high = case.system.rows
    for side, bound in ((matrix, high), (-matrix, -low)):
        finite = np.isfinite(bound)
        size = np.abs(side[finite]).max(axis=1, initial=0.0)
        size = np.where(size > 0.0, size, 1.0)
        wide = np.zeros((int(finite.sum()), columns))
        wide[:, :cells] = side[finite] / size[:, None]
        rows.append((csr_matrix(wide), bound[finite] / size / scale))
    objective = np.zeros(columns)
    objective[-1] = -1.0
    ends = np.array([(piece.levels[0], piece.levels[-1]) for piece in pieces]) / scale
    ends = np.vstack([ends, np.full((columns - cells, 2), [-np.inf, np.inf])])
    most = np.concatenate([bound for _, bound in rows])
    lines = vstack([row for row, _ in rows]).tocsr()
    result = milp(
        objective,
        bounds=Bounds(ends[:, 0], ends[:, 1]),
        constraints=LinearConstraint(lines, -np.inf, most),
    )
    if result.x is None:
        raise SolverFailed(f"the program of the hulls failed: {result.message}")
    return result.x[:cells] * scale, (-float(result.fun) + ROUNDING) * unit


def _lines(
    cuts: Sequence[Cut], pieces: Sequence[Pieces], scale: float, unit: float, columns: int
) -> Iterator[tuple[csr_matrix, FloatArray]]:
    """Estimates are below the lines of their hulls."""
    slopes, offsets, places, owners = [], [], [], []
    for cut in range(len(cuts)):
        for cell, piece in enumerate(pieces):
            x, y = hull(*_corners(piece, cut))
            slope = np.diff(y) / np.diff(x)
            slopes.append(-slope * scale / unit)
            offsets.append((y[:-1] - slope * x[:-1]) / unit)
            places.append(np.full(slope.size, len(pieces) * (1 + cut) + cell))
            owners.append(np.full(slope.size, cell))
    slope, offset = np.concatenate(slopes), np.concatenate(offsets)
    row = np.arange(slope.size)
    values = np.concatenate([np.ones(slope.size), slope])
    where = np.concatenate([row, row]), np.concatenate([*places, *owners])
    yield csr_matrix((values, where), shape=(slope.size, columns)), offset


def _least(
    cuts: Sequence[Cut], case: Case, scale: float, unit: float, columns: int
) -> Iterator[tuple[csr_matrix, FloatArray]]:
    """The objective is below every cut."""
    cells, cost = len(case.system.names), case.search.gain.cost
    rows = np.zeros((len(cuts), columns))
    rows[:, -1] = 1.0
    for position, cut in enumerate(cuts):
        rows[position, cells * (1 + position) : cells * (2 + position)] = -1.0
        rows[position, :cells] = cost * cut.weight_sum * scale / unit
    yield csr_matrix(rows), np.array([cut.constant for cut in cuts]) / unit


def _corners(piece: Pieces, cut: int) -> tuple[FloatArray, FloatArray]:
    """Where the lower one of both lines of each interval has its corners, in order."""
    low, rise, late, climb = (a[cut] for a in (piece.low, piece.rise, piece.late, piece.climb))
    turn = rise - climb
    meet = np.where(turn > 0.0, (late - low) / np.where(turn > 0.0, turn, 1.0), 1.0)
    share = np.stack([np.zeros_like(low), np.clip(meet, 0.0, 1.0), np.ones_like(low)], axis=1)
    height = np.minimum(
        low[:, None] + rise[:, None] * share, late[:, None] + climb[:, None] * share
    )
    start, width = piece.levels[:-1, None], np.diff(piece.levels)[:, None]
    return (start + width * share).ravel(), height.ravel()


def hull(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Corners of the least concave function above the points, x not falling (monotone chain)."""
    kept: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        if kept and point[0] <= kept[-1][0]:
            if point[1] <= kept[-1][1]:
                continue
            kept.pop()
        while len(kept) > 1 and _below(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    corners = np.array(kept)
    return corners[:, 0], corners[:, 1]


def _below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or below the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])
