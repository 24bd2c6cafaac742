r"""A bound over all plans where curves are S-shaped, and better plans found on the way to it.

Every cut of a certified measure bounds it from above. Over a separable response a cut is a sum of
one-dimensional curves, which lie below their lines (`envelope.py`). Maximising the least of these
sums over the curves' concave hulls is a linear program (`lagrangian.py`); over the lines themselves
it is a mixed-integer program with a binary for each cell and interval (`milp.py`), for which the
first one often leaves nothing to do. Both bounds hold for the true curves at any stage. While the
bound is not yet close to the best plan, the measure is cut at the program's plan, the intervals
around it are narrowed, and the program is solved again (cutting planes: Kelley 1960; refined
piecewise relaxation).

Over many cells each program has one cut alone, that of the best plan so far, rounded so that its
weights are about those of the optimum: a program of several cuts would take minutes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optimizer.allocation import Certificate, CertificateKind, relative_gap
from optimizer.certify.envelope import Envelope, EnvelopeLines
from optimizer.certify.lagrangian import solve_hull_program
from optimizer.certify.milp import Cut, solve_integer_program
from optimizer.curves.levels import level_grid
from optimizer.response import FloatArray, as_separable
from optimizer.search.case import Case, Solution
from optimizer.search.search import MeasuredPlan
from optimizer.search.tabulated import polish_on_tables, tabulated_case
from optimizer.watch import TimeOver

CLOSE_GAP = 5e-4
"""A proof with this gap is not continued."""
_INTEGER_ROUNDS = 25
MOST_NODES = 2_000
"""Of all search trees of one proof: seconds of work, where most proofs need no tree at all."""
_HULL_ROUNDS = 40
_ELSEWHERE = 0.02
"""Share of the budget, and of the measure, by which a plan differs that is worth a climb."""
_SLOW = 0.2
"""Share of the gap that one of three successive hull rounds has to close for another to follow."""
_ROUNDED_WIDTH = 0.02
_SEARCHED = 0.4
"""Share of the work that is done before a proof begins."""
_ROUNDS_OF_MANY = 8
"""Linear programs over many cells, of one cut each."""


def is_applicable(case: Case) -> bool:
    """Whether the bound can be computed: the response is separable and the measure certified."""
    return (
        as_separable(case.response) is not None
        and case.search.measure.certified
        and not case.search.feasible.is_single_plan
    )


def prove(
    case: Case,
    start: MeasuredPlan,
    floor: float,
    climb: Callable[[], MeasuredPlan],
    nodes: int = MOST_NODES,
) -> Solution:
    """The best plan found from `start` on, with a global certificate.

    floor: the least denominator of a gap.  climb: gives another plan, called only where the hulls
    leave a gap.  nodes: of the integer programs' search trees; with few the gap stays wider.
    Where the time is over, the gap is that of the bound so far; without any bound there is no
    certificate.
    """
    search, proof = case.search, _Proof(case, start, floor)
    with suppress(TimeOver):
        proof.tighten_by_hulls()
        proof.polish()
        if proof.gap > CLOSE_GAP and not search.has_many_cells:
            search.watch.require_time()
            proof.consider(climb())
            proof.tighten_by_integers(nodes)
    best, certificate = proof.best, Certificate(CertificateKind.NONE)
    if np.isfinite(proof.bound):
        certificate = Certificate(
            CertificateKind.GLOBAL, upper_bound=max(proof.bound, best.value), gap=proof.gap
        )
    weights = search.measure.evaluate(search.gain.draws(best.spend), 0.0).weights
    slope = np.asarray(weights @ search.gain.slope(best.spend))
    return Solution(best.spend, best.value, slope, certificate, (best.value,))


@dataclass(eq=False)
class _Proof:
    """The cuts, the intervals, the best plan and the least bound so far.

    weights: of each cut, (draw,).  offsets: of each cut.
    """

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
        cells = range(len(self.best.spend))
        self.envelope = Envelope(response, [self._first_levels(cell) for cell in cells])
        self.weights, self.offsets = [], []
        self._add_cuts(self.best.spend)
        for cell, value in enumerate(self.best.spend.tolist()):
            self._narrow_intervals(cell, value)

    @cached_property
    def _table(self) -> Case | None:
        return tabulated_case(self.case)

    @property
    def gap(self) -> float:
        """Relative distance of the best plan from the bound."""
        excess = max(self.bound - self.best.value, 0.0)
        return relative_gap(excess, self.best.value, self.floor)

    def tighten_by_hulls(self) -> None:
        """Solve linear programs as long as they close the gap."""
        many = self.case.search.has_many_cells
        slow = 0
        rounds = _ROUNDS_OF_MANY if many else _HULL_ROUNDS
        for position in range(rounds):
            self.case.search.watch.require_time()
            self.case.search.watch.reach(_SEARCHED + 0.3 * position / rounds)
            if many:
                self._keep_one_cut()
            before = self.gap
            cell_lines = self._lines()
            spend, bound = solve_hull_program(self._cuts(), cell_lines, self.case)
            self.bound = min(self.bound, bound)
            self._use_program_plan(spend, cell_lines)
            slow = slow + 1 if self.gap > (1.0 - _SLOW) * before else 0
            if self.gap <= CLOSE_GAP or slow == (2 if many else 3):
                return

    def consider(self, plan: MeasuredPlan) -> None:
        """Cut the measure at another plan, and keep it where it is the best so far."""
        self._add_cuts(plan.spend)
        self.best = max(self.best, plan, key=lambda candidate: candidate.value)

    def polish(self) -> None:
        """Climb from the best plan to its top."""
        self.consider(polish_on_tables(self.case, self._table, self.best))

    def tighten_by_integers(self, nodes_left: int) -> None:
        """Solve mixed-integer programs as long as they lower the bound and nodes are left."""
        for position in range(_INTEGER_ROUNDS):
            self.case.search.watch.reach(_SEARCHED + 0.3 + 0.2 * position / _INTEGER_ROUNDS)
            if self.gap <= CLOSE_GAP or nodes_left <= 0 or self.case.search.watch.is_over():
                return
            before, cell_lines = self.bound, self._lines()
            solution = solve_integer_program(self._cuts(), cell_lines, self.case, nodes_left)
            nodes_left -= solution.nodes
            self.bound = min(self.bound, solution.bound)
            if solution.spend is not None:
                self._use_program_plan(solution.spend, cell_lines)
            if 0.0 <= before - solution.bound < 1e-9 * abs(solution.bound):
                return

    def _use_program_plan(self, spend: FloatArray, cell_lines: list[EnvelopeLines]) -> None:
        """Cut the measure at a program's plan, climb from it if promising, narrow intervals."""
        plan = self._nearest_feasible(spend)
        if plan is not None:
            self._add_cuts(plan.spend)
            if self._worth_climbing(plan):
                plan = polish_on_tables(self.case, self._table, plan)
            if plan.value > self.best.value:
                self.best = plan
                self._add_cuts(plan.spend)
        self._refine_intervals(spend, cell_lines)

    def _refine_intervals(self, spend: FloatArray, cell_lines: list[EnvelopeLines]) -> None:
        """Narrow the intervals at a plan where lines lie too far above the curves."""
        tolerated = 0.3 * CLOSE_GAP * max(abs(self.best.value), self.floor) / spend.size
        weights = np.array(self.weights[: cell_lines[0].left_start.shape[0]])
        for cell, (lines, value) in enumerate(zip(cell_lines, spend.tolist(), strict=True)):
            if self.envelope.excess(cell, lines, value, weights) > tolerated:
                self._narrow_intervals(cell, value)

    def _worth_climbing(self, plan: MeasuredPlan) -> bool:
        """Whether it may lead to another top than the best plan's, and to one as high."""
        far = np.abs(plan.spend - self.best.spend).max() > _ELSEWHERE * self.case.system.scale
        low = plan.value < self.best.value - _ELSEWHERE * abs(self.best.value)
        return bool((far and not low) or plan.value > self.best.value)

    def _first_levels(self, cell: int) -> FloatArray:
        """(level,): from a cell's lower to its upper bound."""
        system = self.case.system
        low, high = float(system.lower[cell]), float(system.upper[cell])
        high = low + max(high - low, 1e-9 * system.scale)
        levels = level_grid(high, coarse=True)
        inside = levels[(levels > low) & (levels < high)]
        return np.array([low, *inside, high])

    def _add_cuts(self, spend: FloatArray) -> None:
        """Cut the measure at a plan: exactly and, where it has kinks, in its rounded form too."""
        measure, draws = self.case.search.measure, self.case.search.gain.draws(spend)
        widths = (0.0,) if measure.smooth else (0.0, _ROUNDED_WIDTH)
        for width in widths:
            evaluation = measure.evaluate(draws, width * float(draws.std()))
            if any(np.array_equal(evaluation.weights, known) for known in self.weights):
                continue
            self.weights.append(evaluation.weights)
            self.offsets.append(evaluation.offset)

    def _keep_one_cut(self) -> None:
        """Cut the measure at the best plan in its rounded form, in place of all other cuts."""
        measure, draws = self.case.search.measure, self.case.search.gain.draws(self.best.spend)
        width = 0.0 if measure.smooth else _ROUNDED_WIDTH * float(draws.std())
        cut = measure.evaluate(draws, width)
        self.weights, self.offsets = [cut.weights], [cut.offset]

    def _narrow_intervals(self, cell: int, value: float) -> None:
        """Add levels at a cell's spend, and a quarter of the way to its neighbours."""
        levels = self.envelope.levels[cell]
        right = int(np.clip(np.searchsorted(levels, value), 1, levels.size - 1))
        low, high = float(levels[right - 1]), float(levels[right])
        self.envelope.refine(
            cell, value, value - 0.25 * (value - low), value + 0.25 * (high - value)
        )

    def _cuts(self) -> list[Cut]:
        at_zero = self.case.search.gain.draws(np.zeros(len(self.best.spend)))
        return [
            Cut(weight_sum=float(w.sum()), constant=float(w @ at_zero) + offset)
            for w, offset in zip(self.weights, self.offsets, strict=True)
        ]

    def _lines(self) -> list[EnvelopeLines]:
        weights, lines = np.array(self.weights), []
        for cell in range(len(self.best.spend)):
            self.case.search.watch.require_time()
            lines.append(self.envelope.lines(cell, weights))
        return lines

    def _nearest_feasible(self, spend: FloatArray) -> MeasuredPlan | None:
        """The program's plan, moved within the limits where rounding left it outside."""
        feasible = self.case.search.feasible
        moved = feasible.spend(feasible.nearest_point(feasible.coordinates(spend)))
        if self.case.system.broken_limits(moved, 1e-6):
            return None
        return self.case.search.evaluate(moved)
