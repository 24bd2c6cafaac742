r"""A bound over all plans where curves are S-shaped, and better plans on the way to it.

Every cut of a certified measure bounds it from above, and over a separable response a cut is a sum
of one-dimensional curves, which lie below their lines (`envelope.py`). The best plan by the least
of these sums is a mixed-integer linear program: one binary for each cell and interval. Its bound
holds for the true curves at any stage. Where it is not close to the best plan yet, the measure is
cut at the program's plan, the intervals around it and around the best plan are halved, and the
program is solved again (cutting planes: Kelley 1960; refined piecewise relaxation).
"""

from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.case import Case, Solution
from optimizer.certificate import Certificate, CertificateKind, relative
from optimizer.envelope import Envelope, Pieces
from optimizer.milp import Cut, most_of_the_least
from optimizer.response import FloatArray, as_separable
from optimizer.search import Found

MOST_CELLS = 40
CLOSE = 5e-4
_LEVELS = 9
_ROUNDS = 25
_CROWDING = 1.5


def applies(case: Case) -> bool:
    """Whether the bound can be computed: the theory holds, and the program stays small."""
    return (
        as_separable(case.response) is not None
        and case.search.measure.certified
        and not case.search.feasible.is_point
        and len(case.system.names) <= MOST_CELLS
    )


def proved(case: Case, solution: Solution, floor: float) -> Solution:
    """The solution, or a better one found here, with a global certificate.

    floor: the least denominator of a gap.
    """
    proof = _Proof(case, Found(solution.spend, solution.value), floor)
    for _ in range(_ROUNDS):
        if not proof.step():
            break
    best, gap = proof.best, proof.gap
    certificate = Certificate(
        CertificateKind.GLOBAL, upper_bound=max(proof.bound, best.value), gap=gap
    )
    search = case.search
    weights = search.measure.weigh(search.gain.draws(best.spend), 0.0).weights
    slope = solution.slope
    if best.spend is not solution.spend:
        slope = np.asarray(weights @ search.gain.slope(best.spend))
    return replace(
        solution, spend=best.spend, value=best.value, slope=slope, certificate=certificate
    )


@dataclass(eq=False)
class _Proof:
    """Cuts, intervals, the best plan and the least bound so far."""

    case: Case
    best: Found
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
        self._halve(self.best.spend)

    @property
    def gap(self) -> float:
        """Of the best plan to the bound."""
        excess = max(self.bound - self.best.value, 0.0)
        return relative(excess, self.best.value, self.floor)

    def step(self) -> bool:
        """One program; whether another one is worth its while."""
        found, bound = most_of_the_least(self._cuts(), self._pieces(), self.case)
        progress = self.bound - bound
        self.bound = min(self.bound, bound)
        plan = self._feasible(found)
        if plan is not None:
            self._cut(plan.spend)
            if plan.value > self.best.value - 0.02 * abs(self.best.value):
                plan = self.case.search.polish(plan)
            if plan.value > self.best.value:
                self.best = plan
                self._cut(plan.spend)
        self._halve(found)
        return self.gap > CLOSE and not 0.0 <= progress < 1e-9 * abs(bound)

    def _levels(self, cell: int) -> FloatArray:
        system = self.case.system
        low, high = float(system.lower[cell]), float(system.upper[cell])
        crowd = np.linspace(0.0, 1.0, _LEVELS) ** _CROWDING
        return low + max(high - low, 1e-9 * system.scale) * crowd

    def _cut(self, spend: FloatArray) -> None:
        """Cuts of the measure at a plan: the exact one and, at a kink, a rounded one beside it."""
        measure, draws = self.case.search.measure, self.case.search.gain.draws(spend)
        widths = (0.0,) if measure.smooth else (0.0, 0.02)
        for width in widths:
            weighing = measure.weigh(draws, width * float(draws.std()))
            self.weights.append(weighing.weights)
            self.offsets.append(weighing.offset)

    def _halve(self, spend: FloatArray) -> None:
        """Levels at a plan, and half-way to their neighbours."""
        for cell, value in enumerate(spend.tolist()):
            levels = self.envelope.levels[cell]
            right = int(np.clip(np.searchsorted(levels, value), 1, levels.size - 1))
            low, high = float(levels[right - 1]), float(levels[right])
            self.envelope.refine(cell, value, 0.5 * (low + value), 0.5 * (value + high))

    def _cuts(self) -> list[Cut]:
        none = self.case.search.gain.draws(np.zeros(len(self.best.spend)))
        return [
            Cut(weight_sum=float(w.sum()), constant=float(w @ none) + offset)
            for w, offset in zip(self.weights, self.offsets, strict=True)
        ]

    def _pieces(self) -> list[Pieces]:
        weights = np.array(self.weights)
        return [self.envelope.pieces(cell, weights) for cell in range(len(self.best.spend))]

    def _feasible(self, spend: FloatArray) -> Found | None:
        """The program's plan, moved within the limits where rounding left it outside."""
        feasible = self.case.search.feasible
        moved = feasible.spend(feasible.nearest(feasible.point(spend)))
        return None if self.case.system.broken(moved, 1e-6) else self.case.search.found(moved)
