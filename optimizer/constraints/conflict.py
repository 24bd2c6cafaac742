"""Why no plan is feasible: a smallest set of limits that conflict, told with its numbers.

An elastic linear program lets every limit stretch at a price. Where the least total stretch is
positive there is no feasible plan, and the limits that carry a price contain a conflict. Dropping
one after another, and keeping those without which the rest is feasible, leaves a conflict of which
every part is needed.
"""

import numpy as np

from optimizer.constraints.build import TOLERANCE, Limit, LinearSystem
from optimizer.constraints.linear_program import LinearRows, least_violation
from optimizer.errors import Infeasible, Issue
from optimizer.problem.complaints import format_number


def require_feasible(system: LinearSystem) -> None:
    """Raises Infeasible, with the limits that conflict and their numbers, where no plan exists."""
    stretch, suspects = _least_total_violation(system.limits, system.scale)
    if stretch <= TOLERANCE * system.scale:
        return
    conflict = _irreducible(tuple(system.limits[i] for i in suspects), system.scale)
    raise Infeasible(_sum_conflict(system, conflict) or _listed_conflict(conflict, system.scale))


def is_feasible(system: LinearSystem) -> bool:
    """Whether any plan satisfies all limits."""
    return _least_total_violation(system.limits, system.scale)[0] <= TOLERANCE * system.scale


def _irreducible(limits: tuple[Limit, ...], scale: float) -> tuple[Limit, ...]:
    for limit in limits:
        rest = tuple(other for other in limits if other is not limit)
        if rest and _least_total_violation(rest, scale)[0] > TOLERANCE * scale:
            limits = rest
    return limits


def _least_total_violation(
    limits: tuple[Limit, ...], scale: float
) -> tuple[float, tuple[int, ...]]:
    """The least total violation, in currency, and the positions of the limits that force it."""
    sides = [
        (position, sign * limit.coefficients, sign * side / scale)
        for position, limit in enumerate(limits)
        for sign, side in ((1.0, limit.upper), (-1.0, limit.lower))
        if np.isfinite(side)
    ]
    owners, rows, bounds = zip(*sides, strict=True)
    stretch, prices = least_violation(LinearRows(np.array(rows), np.array(bounds)))
    pulling = {owner for owner, price in zip(owners, prices, strict=True) if price > 0}
    return stretch * scale, tuple(sorted(pulling))


def _sum_conflict(system: LinearSystem, conflict: tuple[Limit, ...]) -> tuple[Issue, ...]:
    """The conflict as "the minimums add up to more than": one sum against limits of its cells."""
    sums = [limit for limit in conflict if limit.cell is None]
    if (
        len(sums) != 1
        or sums[0].unit != 1.0
        or not set(sums[0].coefficients.tolist()) <= {0.0, 1.0}
    ):
        return ()
    total = sums[0]
    cells = np.flatnonzero(total.coefficients)
    low, high = float(system.lower[cells].sum()), float(system.upper[cells].sum())
    if low > total.upper:
        parts = [_tightest(system, cell, lower=True) for cell in cells.tolist()]
        verdict = f"add up to {format_number(low)}, more than {total.label}"
        return _sum_issues("minimums", verdict, total, parts)
    parts = [_tightest(system, cell, lower=False) for cell in cells.tolist()]
    if high < total.lower and all(parts):
        verdict = f"add up to {format_number(high)}, less than {total.label}"
        return _sum_issues("maximums", verdict, total, parts)
    return ()


def _tightest(system: LinearSystem, cell: int, *, lower: bool) -> Limit | None:
    """The limit that sets a cell's bound, or None where it is the natural one."""
    own = [limit for limit in system.limits if limit.cell == cell]
    if lower:
        return max((x for x in own if x.lower > 0), key=lambda x: x.lower, default=None)
    return min((x for x in own if np.isfinite(x.upper)), key=lambda x: x.upper, default=None)


def _sum_issues(
    noun: str, verdict: str, total: Limit, parts: list[Limit | None]
) -> tuple[Issue, ...]:
    members = [part for part in parts if part is not None]
    listed = "; ".join(member.label for member in members)
    head = Issue(total.pointer, "infeasible", f"the {noun} {verdict} ({listed})")
    return head, *_issues(members)


def _listed_conflict(conflict: tuple[Limit, ...], scale: float) -> tuple[Issue, ...]:
    listed, miss = (
        "; ".join(limit.label for limit in conflict),
        _least_total_violation(conflict, scale)[0],
    )
    detail = f"no plan satisfies all of these, they miss by {format_number(miss)}: {listed}"
    return Issue(conflict[0].pointer, "infeasible", detail), *_issues(conflict)


def _issues(limits: list[Limit] | tuple[Limit, ...]) -> list[Issue]:
    return [Issue(limit.pointer, "infeasible", limit.label) for limit in limits]
