"""Channels that are off, or on with a minimum: branch and bound over patterns of switches.

A switch left open is not a limit, so the plan of a problem with open switches, and the bound
proved for it, are at least as good as any with these switches on or off. Where that plan breaks a
switch, the problem is branched: the switch is off (its sum is 0) or on (at least its minimum). The
problem with the highest bound comes first; one whose bound is no better than the best plan so far
is pruned. The bound of the whole is the greatest among the best plan's bound and those of the
problems that were pruned or left unsolved.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.allocation import Certificate, CertificateKind, relative_gap
from optimizer.constraints.conflict import is_feasible, require_feasible
from optimizer.constraints.limit import Limit
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import Infeasible, Issue
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solution, Solver

_MOST_PROBLEMS = 60
_CLOSED = 1e-7
_LOCAL = (CertificateKind.GLOBAL, CertificateKind.STATIONARY)

type SwitchPattern = tuple[bool | None, ...]
"""For each switch: on, off, or open (None)."""


@dataclass(frozen=True, eq=False, order=False)
class _SolvedPattern:
    """A node of the tree; bound: of the measure over all plans that follow the pattern."""

    pattern: SwitchPattern
    solution: Solution
    bound: float


@dataclass(eq=False)
class _Tree:
    """The search tree: solved patterns that are not branched yet, the highest bound first.

    open: (-bound, order of solving, pattern).  proved: whether every bound is a global one.
    """

    case: Case
    solve: Solver
    open: list[tuple[float, int, _SolvedPattern]] = field(default_factory=list)
    solved: int = 0
    proved: bool = True

    def solve_pattern(self, pattern: SwitchPattern, ceiling: float) -> None:
        """Solve a pattern, if any plan follows it; ceiling: the bound of the parent."""
        system = with_pattern(self.case.system, pattern)
        if not is_feasible(system):
            return
        self.solved += 1
        solution = self.solve(self.case.with_system(system))
        self.proved &= solution.certificate.kind is CertificateKind.GLOBAL
        bound = min(_bound(solution), ceiling)
        node = _SolvedPattern(pattern, solution, bound)
        heapq.heappush(self.open, (-bound, self.solved, node))


def solve_switched(case: Case, solve: Solver) -> Solution:
    """The best plan that keeps every switch.  Raises Infeasible where no pattern has a plan."""
    tree = _Tree(case, solve)
    tree.solve_pattern((None,) * len(case.system.switches), np.inf)
    best: Solution | None = None
    left = -np.inf
    while tree.open:
        if best is not None and case.search.watch.is_over():
            left = max(left, -tree.open[0][0])
            break
        _, _, node = heapq.heappop(tree.open)
        if best is not None and node.bound <= best.value + _CLOSED * abs(best.value):
            left = max(left, node.bound)
            break
        position = _most_broken(case.system, node.solution.spend)
        if position is None:
            left = max(left, node.bound)
            if best is None or node.solution.value > best.value:
                best = node.solution
        elif tree.solved < _MOST_PROBLEMS or best is None:
            for on in (False, True):
                pattern = (*node.pattern[:position], on, *node.pattern[position + 1 :])
                tree.solve_pattern(pattern, node.bound)
        else:
            left = max(left, node.bound)
    if best is None:
        raise _conflict(case.system)
    return replace(best, certificate=_proof(tree, best, left))


def with_pattern(system: LinearSystem, pattern: Sequence[bool | None]) -> LinearSystem:
    """The system with each closed switch as a linear limit, on or off; open ones are left out."""
    limits: list[Limit] = []
    for switch, on in zip(system.switches, pattern, strict=True):
        row = SparseRow.sum_of(np.array(switch.cells))
        cell = switch.cells[0] if len(switch.cells) == 1 else None
        if on:
            label, low, high = switch.label, switch.minimum, np.inf
        elif on is False:
            label, low, high = f"no spend, instead of {switch.label}", -np.inf, 0.0
        else:
            continue
        limits.append(Limit(label, switch.pointer, row, low, high, cell))
    return replace(system, limits=(*system.limits, *limits), switches=())


def pattern_of(system: LinearSystem, spend: FloatArray) -> SwitchPattern:
    """Which switches a plan (cell,) has on."""
    return tuple(
        bool(spend[list(switch.cells)].sum() > 0.5 * switch.minimum) for switch in system.switches
    )


def _most_broken(system: LinearSystem, spend: FloatArray) -> int | None:
    """The switch that a plan breaks most, None where it keeps all."""
    excess = [switch.excess(spend) for switch in system.switches]
    worst = int(np.argmax(excess))
    return worst if excess[worst] > 1e-9 * system.scale else None


def _bound(solution: Solution) -> float:
    """The proved upper bound; the plan's own value where nothing is proved."""
    proved = solution.certificate.upper_bound
    return solution.value if proved is None else proved


def _proof(tree: _Tree, best: Solution, left: float) -> Certificate:
    if not tree.proved:
        kind = best.certificate.kind
        return Certificate(CertificateKind.STATIONARY if kind in _LOCAL else CertificateKind.NONE)
    bound = max(left, best.value)
    gap = relative_gap(bound - best.value, best.value, tree.case.gap_floor)
    return Certificate(CertificateKind.GLOBAL, upper_bound=bound, gap=gap)


def _conflict(system: LinearSystem) -> Infeasible:
    """Why no pattern has a plan: the switches, and the conflict with all on, and with all off."""
    issues = [Issue(switch.pointer, "infeasible", switch.label) for switch in system.switches]
    listed = "; ".join(switch.label for switch in system.switches)
    reasons = []
    for on in (True, False):
        try:
            require_feasible(with_pattern(system, (on,) * len(system.switches)))
        except Infeasible as error:
            reasons.append(f"with all {'on' if on else 'off'}, {error.issues[0].detail}")
    detail = f"no combination of channels on and off is feasible ({listed}): " + "; ".join(reasons)
    return Infeasible((Issue(issues[0].pointer, "infeasible", detail), *issues))
