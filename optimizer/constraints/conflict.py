"""Why no plan is feasible: an irreducible set of conflicting limits, with its numbers.

An elastic linear program allows every limit to be violated at a price. Where the least total
violation is positive there is no feasible plan, and the limits with a positive price contain a
conflict. A deletion filter drops one limit after another as long as the rest still conflicts; it
leaves a conflict of which every limit is needed (an irreducible infeasible subset).
"""

import numpy as np

from optimizer.constraints.linear_program import LinearRows, least_violation
from optimizer.constraints.linear_system import TOLERANCE, Limit, LinearSystem
from optimizer.errors import Infeasible, Issue
from optimizer.problem.issues import format_number


def require_feasible(system: LinearSystem) -> None:
    """Raise Infeasible, with the conflicting limits and their numbers, where no plan exists."""
    violation, suspects = _least_total_violation(system.limits, system.scale)
    if violation <= TOLERANCE * system.scale:
        return
    conflict = _irreducible(tuple(system.limits[i] for i in suspects), system.scale)
    raise Infeasible(_sum_conflict(system, conflict) or _listed_conflict(conflict, system.scale))


def is_feasible(system: LinearSystem) -> bool:
    """Whether any plan satisfies all limits."""
    return _least_total_violation(system.limits, system.scale)[0] <= TOLERANCE * system.scale


def _irreducible(limits: tuple[Limit, ...], scale: float) -> tuple[Limit, ...]:
    """The limits without those that the conflict does not need."""
    for limit in limits:
        rest = tuple(other for other in limits if other is not limit)
        if rest and _least_total_violation(rest, scale)[0] > TOLERANCE * scale:
            limits = rest
    return limits


def _least_total_violation(
    limits: tuple[Limit, ...], scale: float
) -> tuple[float, tuple[int, ...]]:
    """The least total violation, in currency, and the positions of the limits that force it."""
    one_sided = [
        (position, sign * limit.coefficients, sign * bound / scale)
        for position, limit in enumerate(limits)
        for sign, bound in ((1.0, limit.upper), (-1.0, limit.lower))
        if np.isfinite(bound)
    ]
    owners, rows, bounds = zip(*one_sided, strict=True)
    violation, prices = least_violation(LinearRows(np.array(rows), np.array(bounds)))
    conflicting = {owner for owner, price in zip(owners, prices, strict=True) if price > 0}
    return violation * scale, tuple(sorted(conflicting))


def _sum_conflict(system: LinearSystem, conflict: tuple[Limit, ...]) -> tuple[Issue, ...]:
    """The issues of a conflict between one sum and the bounds of its cells; none for any other.

    They read "the minimums add up to ..., more than ...".
    """
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
    """The limit that sets a cell's bound; None where only the natural bound holds."""
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
    listed = "; ".join(limit.label for limit in conflict)
    violation, _ = _least_total_violation(conflict, scale)
    detail = (
        "no plan satisfies all of these limits; "
        f"the least total violation is {format_number(violation)}: {listed}"
    )
    return Issue(conflict[0].pointer, "infeasible", detail), *_issues(conflict)


def _issues(limits: list[Limit] | tuple[Limit, ...]) -> list[Issue]:
    return [Issue(limit.pointer, "infeasible", limit.label) for limit in limits]
