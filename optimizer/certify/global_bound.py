r"""A bound over all plans where curves are S-shaped, and better plans on the way to it.

Every cut of a certified measure bounds it from above, and over a separable response a cut is a sum
of one-dimensional curves, which lie below their lines (`envelope.py`). The best plan by the least
of these sums over the curves' concave hulls is a linear program (`hull.py`), and over the lines
themselves a mixed-integer one with a binary for each cell and interval (`milp.py`), for which the
first one often leaves nothing to do. Their bounds hold for the true curves at any stage. Where one
is not close to the best plan yet, the measure is cut at the program's plan, the intervals around it
are narrowed, and the program is solved again (cutting planes: Kelley 1960; refined piecewise
relaxation).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizer.allocation import Certificate, CertificateKind, relative_gap
from optimizer.certify.envelope import Envelope, Pieces
from optimizer.certify.lagrangian import most_of_the_hulls
from optimizer.certify.milp import Cut, most_of_the_least
from optimizer.curves.levels import level_grid
from optimizer.response import FloatArray, as_separable
from optimizer.search.case import Case, Solution
from optimizer.search.search import MeasuredPlan
from optimizer.search.tabulated import MANY_CELLS, polish_on_tables, tabulated_case

CLOSE = 5e-4
_ROUNDS = 25
NODES = 2_000
"""Of the search trees of one proof together: seconds, where most proofs need none at all."""
_HULL_ROUNDS = 40
_ELSEWHERE = 0.02
"""Share of the budget, and of the measure."""
_SLOW = 0.2
"""The share of the gap that a round has to close, three times in a row, to be followed by another
one on the hulls."""


def applies(case: Case) -> bool:
    """Whether the bound can be computed: the theory holds, and the program stays small."""
    return (
        as_separable(case.response) is not None
        and case.search.measure.certified
        and not case.search.feasible.is_single_plan
    )


def proved(
    case: Case,
    start: MeasuredPlan,
    floor: float,
    climb: Callable[[], MeasuredPlan],
    nodes: int = NODES,
) -> Solution:
    """The best plan that is found from `start` on, with a global certificate.

    floor: the least denominator of a gap.  climb: another plan, asked for only where the hulls
    leave a gap.  nodes: of the integer programs' search trees; with few the gap stays wider.
    """
    proof = _Proof(case, start, floor)
    proof.by_hulls()
    proof.polish()
    if proof.gap > CLOSE and len(case.system.names) <= MANY_CELLS:
        proof.offer(climb())
        proof.by_integers(nodes)
    best, search = proof.best, case.search
    certificate = Certificate(
        CertificateKind.GLOBAL, upper_bound=max(proof.bound, best.value), gap=proof.gap
    )
    weights = search.measure.evaluate(search.gain.draws(best.spend), 0.0).weights
    slope = np.asarray(weights @ search.gain.slope(best.spend))
    return Solution(best.spend, best.value, slope, certificate, (best.value,))


@dataclass(eq=False)
class _Proof:
    """Cuts, intervals, the best plan and the least bound so far."""

    case: Case
    best: MeasuredPlan
    floor: float
    bound: float = np.inf
    envelope: Envelope = field(init=False)
    weights: list[FloatArray] = field(init=False)
    offsets: list[float] = field(init=False)

    def __post_init__(self) -> None:
        case = self.case
        response = as_separable(case.response)
        assert response is not None
        self.envelope = Envelope(response, [self._levels(c) for c in range(len(self.best.spend))])
        self.weights, self.offsets = [], []
        self._cut(self.best.spend)
        for cell, value in enumerate(self.best.spend.tolist()):
            self._narrow(cell, value)

    @property
    def gap(self) -> float:
        """Of the best plan to the bound."""
        excess = max(self.bound - self.best.value, 0.0)
        return relative_gap(excess, self.best.value, self.floor)

    def by_hulls(self) -> None:
        """Linear programs, as long as they close the gap."""
        slow = 0
        for _ in range(_HULL_ROUNDS):
            before = self.gap
            pieces = self._pieces()
            found, bound = most_of_the_hulls(self._cuts(), pieces, self.case)
            self.bound = min(self.bound, bound)
            self._learn(found, pieces)
            slow = slow + 1 if self.gap > (1.0 - _SLOW) * before else 0
            if self.gap <= CLOSE or slow == 3:
                return

    def offer(self, plan: MeasuredPlan) -> None:
        """Another plan, which may be the best so far."""
        self._cut(plan.spend)
        self.best = max(self.best, plan, key=lambda found: found.value)

    def polish(self) -> None:
        """The best plan climbed to its top."""
        self.offer(polish_on_tables(self.case, tabulated_case(self.case), self.best))

    def by_integers(self, left: int) -> None:
        """Mixed-integer programs, as long as they lower the bound and nodes are left."""
        for _ in range(_ROUNDS):
            if self.gap <= CLOSE or left <= 0:
                return
            before, pieces = self.bound, self._pieces()
            found = most_of_the_least(self._cuts(), pieces, self.case, left)
            left -= found.nodes
            self.bound = min(self.bound, found.bound)
            if found.spend is not None:
                self._learn(found.spend, pieces)
            if 0.0 <= before - found.bound < 1e-9 * abs(found.bound):
                return

    def _learn(self, found: FloatArray, pieces: list[Pieces]) -> None:
        """Take over what a program's plan tells."""
        plan = self._feasible(found)
        if plan is not None:
            self._cut(plan.spend)
            if self._worth_climbing(plan):
                plan = polish_on_tables(self.case, tabulated_case(self.case), plan)
            if plan.value > self.best.value:
                self.best = plan
                self._cut(plan.spend)
        self._refine(found, pieces)

    def _refine(self, spend: FloatArray, pieces: list[Pieces]) -> None:
        """Narrow the intervals at a plan where lines lie too far above the curves."""
        fair = 0.3 * CLOSE * max(abs(self.best.value), self.floor) / spend.size
        weights = np.array(self.weights[: pieces[0].low.shape[0]])
        for cell, (piece, value) in enumerate(zip(pieces, spend.tolist(), strict=True)):
            if self.envelope.excess(cell, piece, value, weights) > fair:
                self._narrow(cell, value)

    def _worth_climbing(self, plan: MeasuredPlan) -> bool:
        """Whether it may lead to another top than the best plan's, and as high a one."""
        far = np.abs(plan.spend - self.best.spend).max() > _ELSEWHERE * self.case.system.scale
        low = plan.value < self.best.value - _ELSEWHERE * abs(self.best.value)
        return bool((far and not low) or plan.value > self.best.value)

    def _levels(self, cell: int) -> FloatArray:
        system = self.case.system
        low, high = float(system.lower[cell]), float(system.upper[cell])
        high = low + max(high - low, 1e-9 * system.scale)
        levels = level_grid(high, coarse=True)
        inside = levels[(levels > low) & (levels < high)]
        return np.array([low, *inside, high])

    def _cut(self, spend: FloatArray) -> None:
        """Cuts of the measure at a plan: the exact one and, at a kink, a rounded one beside it."""
        measure, draws = self.case.search.measure, self.case.search.gain.draws(spend)
        widths = (0.0,) if measure.smooth else (0.0, 0.02)
        for width in widths:
            evaluation = measure.evaluate(draws, width * float(draws.std()))
            if any(np.array_equal(evaluation.weights, known) for known in self.weights):
                continue
            self.weights.append(evaluation.weights)
            self.offsets.append(evaluation.offset)

    def _narrow(self, cell: int, value: float) -> None:
        """Levels at a cell's spend, and a quarter of the way to their neighbours."""
        levels = self.envelope.levels[cell]
        right = int(np.clip(np.searchsorted(levels, value), 1, levels.size - 1))
        low, high = float(levels[right - 1]), float(levels[right])
        self.envelope.refine(
            cell, value, value - 0.25 * (value - low), value + 0.25 * (high - value)
        )

    def _cuts(self) -> list[Cut]:
        none = self.case.search.gain.draws(np.zeros(len(self.best.spend)))
        return [
            Cut(weight_sum=float(w.sum()), constant=float(w @ none) + offset)
            for w, offset in zip(self.weights, self.offsets, strict=True)
        ]

    def _pieces(self) -> list[Pieces]:
        weights = np.array(self.weights)
        return [self.envelope.pieces(cell, weights) for cell in range(len(self.best.spend))]

    def _feasible(self, spend: FloatArray) -> MeasuredPlan | None:
        """The program's plan, moved within the limits where rounding left it outside."""
        feasible = self.case.search.feasible
        moved = feasible.spend(feasible.nearest_point(feasible.coordinates(spend)))
        return (
            None
            if self.case.system.broken_limits(moved, 1e-6)
            else self.case.search.evaluate(moved)
        )
