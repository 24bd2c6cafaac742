"""A plan in place of the one that was found: its worth, its proof, and the gain it is held against.

The gain of a plan is what its measure rises by over the plan to begin from: today's plan where the
budget leaves today's total, else today's mix at the plan's total.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation import Certificate, CertificateKind, relative_gap
from optimizer.conditions.condition import Condition
from optimizer.constraints.linear_system import TOLERANCE
from optimizer.response import FloatArray, IndexArray
from optimizer.search.case import Case, Solution
from optimizer.search.starts import spend_mix

_CHANGED = 1e-6
"""Share of the budget from which on a cell's change is one."""


@dataclass(frozen=True, eq=False)
class Judge:
    """What a plan in place of the one that was found is judged by.

    conditions: that it must meet.
    """

    case: Case
    conditions: Sequence[Condition] = ()

    def worth(self, plan: FloatArray) -> float:
        """What the problem maximises at a plan (cell,): less spend, or the measure."""
        return worth(self.case, plan)

    def slope(self, plan: FloatArray) -> FloatArray:
        """(cell,): a slope of the worth; where the measure is concave it bounds every plan's."""
        search = self.case.search
        if self.case.problem.minimise:
            return -np.ones(plan.size)
        weights = search.measure.evaluate(search.gain.draws(plan), 0.0).weights
        return np.asarray(weights @ search.gain.slope(plan))

    def keeps_all(self, plan: FloatArray) -> bool:
        """Whether a plan keeps every limit, switch and condition."""
        return not self.case.system.broken_limits(plan) and self.missed(plan) == 0

    def missed(self, plan: FloatArray) -> int:
        """How many conditions a plan misses."""
        return sum(not condition.holds(plan) for condition in self.conditions)

    @property
    def is_concave(self) -> bool:
        """Whether the slope at a plan bounds the worth of every other one."""
        return self.case.concave and self.case.search.measure.certified


def worth(case: Case, plan: FloatArray) -> float:
    """What the problem maximises at a plan (cell,): less spend, or the measure."""
    if case.problem.minimise:
        return -float(plan.sum())
    return case.search.measure.value(case.search.gain.draws(plan))


def plan_to_begin_from(case: Case, total: float) -> FloatArray:
    """(cell,): today's plan where the budget leaves its total, else today's mix at `total`."""
    budget, today = case.problem.budget, float(case.current.sum())
    slack = TOLERANCE * case.system.scale
    if budget.lower - slack <= today <= budget.upper + slack:
        return case.current
    return total * spend_mix(case.current)


def changed_cells(case: Case, plan: FloatArray) -> FloatArray:
    """(cell,): whether a plan (cell,) differs from today's, for more than rounding."""
    return np.asarray(np.abs(plan - case.current) > _CHANGED * case.system.scale)


def changed_channels(case: Case, plan: FloatArray) -> frozenset[str]:
    """The channels of which a plan (cell,) changes at least one cell."""
    changed = np.flatnonzero(changed_cells(case, plan)).tolist()
    return frozenset(case.system.layout.channels[cell] for cell in changed)


def members_of(case: Case, channels: frozenset[str]) -> IndexArray:
    """The positions of the cells of these channels."""
    names = case.system.layout.channels
    return np.array([cell for cell, name in enumerate(names) if name in channels], dtype=np.intp)


def solution_at(case: Case, solution: Solution, plan: FloatArray) -> Solution:
    """The solution with another plan (cell,) in place of its own, under the same bound."""
    judge = Judge(case)
    value = case.search.measure.value(case.search.gain.draws(plan))
    return replace(
        solution,
        spend=plan,
        value=value,
        slope=judge.slope(plan),
        certificate=_certificate_by_same_bound(case, solution.certificate, value),
    )


def _certificate_by_same_bound(case: Case, proof: Certificate, value: float) -> Certificate:
    """The certificate of another plan by the same bound."""
    if proof.kind is not CertificateKind.GLOBAL or proof.upper_bound is None:
        return Certificate(CertificateKind.NONE)
    gap = relative_gap(proof.upper_bound - value, value, case.gap_floor)
    return Certificate(CertificateKind.GLOBAL, upper_bound=proof.upper_bound, gap=gap)
