"""Limits on the same thing, merged into the tightest one.

Two limits are on the same thing where their left sides are the same sum, or the same two sums in
proportion: with u and v sums of spend, which is not negative,

    u - r v <= 0      a maximum of u / v: the least r is the tightest
    u - r v >= 0      a minimum of u / v: the greatest r is the tightest

as ratios, shares and relative changes are. A plan that keeps the tightest limit keeps the others,
so the solvers see one row, and a binding limit is told once: the tightest one, of equal ones an
equality before an inequality and then the first that was stated.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from optimizer.constraints.limit import Limit
from optimizer.constraints.sparse_row import SparseRow
from optimizer.response import BoolArray


class _Claim(NamedTuple):
    """What a side of a limit restricts, and how far; the greater strength is the tighter."""

    subject: Hashable
    strength: float


def tightest(limits: Sequence[Limit]) -> tuple[Limit, ...]:
    """The limits without those that a tighter or an equal one makes superfluous, in their order.

    A side of a limit that another one makes superfluous is infinite.
    """
    best: dict[Hashable, tuple[float, int]] = {}
    claims = [_claims(limit) for limit in limits]
    for position, (limit, sides) in enumerate(zip(limits, claims, strict=True)):
        for claim in sides:
            if claim is None:
                continue
            strength, holder = best.get(claim.subject, (-np.inf, -1))
            ties = claim.strength == strength and holder >= 0
            if claim.strength > strength or (
                ties and limit.is_equality and not limits[holder].is_equality
            ):
                best[claim.subject] = (claim.strength, position)
    kept: list[Limit] = []
    for position, (limit, (below, above)) in enumerate(zip(limits, claims, strict=True)):
        holds_below = below is not None and best[below.subject][1] == position
        holds_above = above is not None and best[above.subject][1] == position
        if holds_below and holds_above:
            kept.append(limit)
        elif holds_below:
            kept.append(replace(limit, upper=np.inf))
        elif holds_above:
            kept.append(replace(limit, lower=-np.inf))
    return tuple(kept)


def _claims(limit: Limit) -> tuple[_Claim | None, _Claim | None]:
    """The claims of the lower and the upper bound; None for an infinite one."""
    return (
        _claim(limit.row, limit.lower, upper=False) if np.isfinite(limit.lower) else None,
        _claim(limit.row, limit.upper, upper=True) if np.isfinite(limit.upper) else None,
    )


def _claim(row: SparseRow, bound: float, *, upper: bool) -> _Claim:
    over, under = row.values > 0.0, row.values < 0.0
    if bound != 0.0 or not (over.any() and under.any()):
        return _Claim(
            (upper, row.cells.tobytes(), row.values.tobytes()), -bound if upper else bound
        )
    if under[0]:  # the same proportion the other way round, so that one wording has one subject
        over, under, upper = under, over, not upper
    size, against = (float(np.abs(row.values[part]).max()) for part in (over, under))
    ratio = against / size
    sums = _scaled_sum(row, over, size), _scaled_sum(row, under, against)
    return _Claim((upper, *sums), -ratio if upper else ratio)


def _scaled_sum(row: SparseRow, part: BoolArray, size: float) -> Hashable:
    """The part of a row (term,) as a sum whose greatest coefficient is 1."""
    return row.cells[part].tobytes(), (np.abs(row.values[part]) / size).tobytes()
