"""Why no plan is feasible: an irreducible set of conflicting limits, with its numbers.

An elastic linear program allows every limit to be violated at a price. Where the least total
violation is positive there is no feasible plan, and the limits with a positive price contain a
conflict. A deletion filter drops one limit after another as long as the rest still conflicts; it
leaves a conflict of which every limit is needed (an irreducible infeasible subset).
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import vstack

from optimizer.constraints.limit import Limit
from optimizer.constraints.linear_program import LinearRows, least_violation
from optimizer.constraints.linear_system import TOLERANCE, LinearSystem
from optimizer.constraints.region import EXPLORE, largest_total, without_budget
from optimizer.constraints.sparse_row import stack_rows
from optimizer.errors import MAX_ISSUES, Infeasible, Issue, first_issues
from optimizer.problem.issues import format_number


def require_feasible(system: LinearSystem) -> None:
    """Raise Infeasible, with the conflicting limits and their numbers, where no plan exists."""
    violation, suspects = _least_total_violation(system, system.tightest)
    if violation <= TOLERANCE * system.scale:
        return
    conflict = _irreducible(system, suspects)
    issues = _sum_conflict(system, conflict) or _listed_conflict(system, conflict)
    raise Infeasible((*_beyond_region(system, conflict), *issues))


def is_feasible(system: LinearSystem) -> bool:
    """Whether any plan satisfies all limits."""
    return _least_total_violation(system, system.tightest)[0] <= TOLERANCE * system.scale


def _beyond_region(system: LinearSystem, conflict: tuple[Limit, ...]) -> tuple[Issue, ...]:
    """The largest total that is supported, where the budget conflicts with the region."""
    budget = next((limit for limit in conflict if limit.pointer.startswith("/budget/")), None)
    if budget is None or all(limit.pointer != EXPLORE for limit in conflict):
        return ()
    free = without_budget(system)
    if not is_feasible(free):
        return ()
    detail = (
        f"{budget.label} is more than was ever tried: the largest total that the data support "
        f'under these limits is {format_number(largest_total(free))}; "explore": true goes beyond'
    )
    return (Issue(budget.pointer, "infeasible", detail),)


def _irreducible(system: LinearSystem, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    """The limits without those that the conflict does not need."""
    for limit in limits:
        rest = tuple(other for other in limits if other is not limit)
        if rest and _least_total_violation(system, rest)[0] > TOLERANCE * system.scale:
            limits = rest
    return limits


def _least_total_violation(
    system: LinearSystem, limits: tuple[Limit, ...]
) -> tuple[float, tuple[Limit, ...]]:
    """The least total violation, in currency, and the limits that force it."""
    upper = [limit for limit in limits if np.isfinite(limit.upper)]
    lower = [limit for limit in limits if np.isfinite(limit.lower)]
    cells = len(system.names)
    matrix = vstack(
        [
            stack_rows([limit.row for limit in upper], cells),
            -stack_rows([limit.row for limit in lower], cells),
        ],
        "csr",
    )
    bound = np.array([limit.upper for limit in upper] + [-limit.lower for limit in lower])
    violation, prices = least_violation(LinearRows(matrix, bound / system.scale))
    forced = {id(limit) for limit, price in zip(upper + lower, prices, strict=True) if price > 0}
    return violation * system.scale, tuple(limit for limit in limits if id(limit) in forced)


def _sum_conflict(system: LinearSystem, conflict: tuple[Limit, ...]) -> tuple[Issue, ...]:
    """The issues of a conflict between one sum and the bounds of its cells; none for any other.

    They read "the minimums add up to ..., more than ...".
    """
    sums = [limit for limit in conflict if limit.cell is None]
    if len(sums) != 1 or sums[0].unit != 1.0 or not (sums[0].row.values == 1.0).all():
        return ()
    total = sums[0]
    cells = total.row.cells
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
    head = Issue(total.pointer, "infeasible", f"the {noun} {verdict} ({_listed(members)})")
    return first_issues((head, *_issues(members)))


def _listed_conflict(system: LinearSystem, conflict: tuple[Limit, ...]) -> tuple[Issue, ...]:
    violation, _ = _least_total_violation(system, conflict)
    detail = (
        "no plan satisfies all of these limits; "
        f"the least total violation is {format_number(violation)}: {_listed(conflict)}"
    )
    return first_issues((Issue(conflict[0].pointer, "infeasible", detail), *_issues(conflict)))


def _listed(limits: Sequence[Limit]) -> str:
    """The first of the limits in words, and the number of the others."""
    labels = [limit.label for limit in limits[:MAX_ISSUES]]
    left = len(limits) - len(labels)
    return "; ".join([*labels, f"and {left} more"] if left else labels)


def _issues(limits: Sequence[Limit]) -> list[Issue]:
    return [Issue(limit.pointer, "infeasible", limit.label) for limit in limits]
