r"""A plan in amounts that can be bought: every channel's total a multiple of a step.

The multiples nearest to the plan that keep every limit are an integer program,

    min sum w |b - plan|    under    k_c integer,  sum of the cells b of channel c = step k_c

with more weight on channels that the plan leaves as they are. From there units go from one channel
to another (one is added or taken away where the total is free) as long as that is better; where the
measure and the response are concave, only exchanges that the slope promises to be worth something
can be, and the first that is better is taken. For a mean of curves that add up under limits on
channels and their total, no other multiples are better (an M-concave function: Murota, Discrete
Convex Analysis, 2003); elsewhere the plan is good, not proved. Cells of a channel keep their
proportions during the exchanges, and the best ones are found for the totals at last.

    b -> spend    k -> units    w -> weight
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np
from scipy.sparse import block_array, csr_array, eye_array

from optimizer.adjustments import Rounding
from optimizer.certify.solver_process import Program, solve_watched
from optimizer.conditions.switches import pattern_of, with_pattern
from optimizer.constraints.limit import Limit
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import Infeasible, Issue, json_pointer
from optimizer.practical.another_plan import Judge
from optimizer.practical.climb import Climb
from optimizer.problem.issues import format_number
from optimizer.response import FloatArray, IndexArray

_STAYS = 2.0
"""Weight of a channel that the plan leaves as it is."""
_NODES = 5_000
_SECONDS = 5.0
"""That the nearest multiples may take, also where the time for the search is over."""
_MOST_EXCHANGES = 400
_MOST_TRIED = 60
"""Exchanges looked at before the plan counts as best."""


def rounded(
    judge: Judge, plan: FloatArray, step: float, movable: frozenset[str], climb: Climb
) -> tuple[FloatArray, Rounding]:
    """The best plan (cell,) of multiples of `step` near a plan, and what rounding costs.

    movable: the channels that may exchange units; the others get the multiple nearest to theirs.
    Raises Infeasible where no plan of multiples keeps the limits.
    """
    system = judge.case.system
    if system.switches:
        system = with_pattern(system, pattern_of(system, plan))
    units = _Units(replace(judge, case=judge.case.with_system(system)), step, plan, movable)
    start = units.nearest()
    best = units.exchange(start)
    if units.has_parts:
        best = _best_parts(units, best, climb)
    cost = max(judge.worth(plan) - judge.worth(best), 0.0)
    return best, Rounding(step=step, cost=cost, spend=plan)


class _Units:
    """Plans whose channel totals are multiples of a step."""

    def __init__(
        self, judge: Judge, step: float, plan: FloatArray, movable: frozenset[str]
    ) -> None:
        self.judge, self.step, self.plan, self.movable = judge, step, plan, movable
        self.system = judge.case.system
        layout = self.system.layout
        self.names = layout.channel_names
        self.cells: list[IndexArray] = [layout.members(name) for name in self.names]

    @property
    def has_parts(self) -> bool:
        """Whether a channel has several cells."""
        return len(self.names) < len(self.system.names)

    def nearest(self) -> FloatArray:
        """(cell,): the multiples nearest to the plan.  Raises Infeasible."""
        solved = solve_watched(self._program(), self.judge.case.search.watch.limited(_SECONDS))
        if solved.x is None:
            raise self._refusal()
        cells = len(self.system.names)
        spend = self.step * solved.x[:cells]
        totals = self.step * np.round(solved.x[cells : cells + len(self.names)])
        for members, total in zip(self.cells, totals.tolist(), strict=True):
            spend[members] = _with_total(spend[members], total)
        return spend

    def exchange(self, plan: FloatArray) -> FloatArray:
        """The plan (cell,) after the exchanges of units that are worth something."""
        watch = self.judge.case.search.watch
        score = self._score(plan)
        for _ in range(_MOST_EXCHANGES):
            better = next(
                (
                    other
                    for other in self._neighbours(plan)
                    if not watch.is_over() and self._score(other) > score
                ),
                None,
            )
            if better is None:
                break
            plan, score = better, self._score(better)
        return plan

    def _score(self, plan: FloatArray) -> tuple[int, float]:
        """More conditions that hold are better, then more worth."""
        return -self.judge.missed(plan), self.judge.worth(plan)

    def _neighbours(self, plan: FloatArray) -> Iterator[FloatArray]:
        """The plans that one exchange of a unit leads to and that keep every limit, the most
        promising first."""
        slope = self.judge.slope(plan)
        by_channel = [_mean_slope(slope[cells], plan[cells]) for cells in self.cells]
        places = [i for i, name in enumerate(self.names) if name in self.movable]
        exchanges = [
            (by_channel[there] - by_channel[here], here, there)
            for here, there in permutations(places, 2)
        ]
        if self.judge.case.problem.budget.total is None:
            exchanges += [(by_channel[there], -1, there) for there in places]
            exchanges += [(-by_channel[here], here, -1) for here in places]
        only_rising = self.judge.is_concave and not self.judge.conditions and not self.has_parts
        tried = 0
        for promise, here, there in sorted(exchanges, reverse=True):
            if tried == _MOST_TRIED or (only_rising and promise <= 0.0):
                return
            moved = self._moved(plan, here, there)
            if moved is not None and not self.system.broken_limits(moved):
                tried += 1
                yield moved

    def _moved(self, plan: FloatArray, here: int, there: int) -> FloatArray | None:
        """The plan with one unit less in the channel `here` and one more `there`; -1 is none."""
        moved = plan.copy()
        for place, unit in ((here, -self.step), (there, self.step)):
            if place < 0:
                continue
            members = self.cells[place]
            total = self.step * round((float(plan[members].sum()) + unit) / self.step)
            if total < 0.0:
                return None
            moved[members] = _with_total(plan[members], total)
        return moved

    def _program(self) -> Program:
        """Variables, in steps: spend by cell, units by channel, raise and cut by cell."""
        cells, channels = len(self.system.names), len(self.names)
        owners = np.repeat(np.arange(channels), [each.size for each in self.cells])
        places = (owners, np.concatenate(self.cells))
        owner = csr_array((np.ones(cells), places), shape=(channels, cells))
        wanted = np.round(self.plan / self.step, 9)
        eye = eye_array(cells)
        matrix, low, high = self.system.rows
        rows = block_array(
            [
                [matrix, csr_array((matrix.shape[0], channels)), None, None],
                [owner, -eye_array(channels), None, None],
                [eye, None, -eye, eye],
            ],
            format="csr",
        )
        zero, free = np.zeros(channels), np.full(cells, np.inf)
        most = np.full(channels, np.ceil(self.system.budget / self.step))
        weight = np.array([1.0 if name in self.movable else _STAYS for name in self.names])
        price = owner.T @ weight
        return Program(
            objective=np.concatenate([np.zeros(cells + channels), price, price]),
            integrality=np.repeat([0, 1, 0], [cells, channels, 2 * cells]),
            lower=np.concatenate([self.system.lower / self.step, zero, np.zeros(2 * cells)]),
            upper=np.concatenate([self.system.upper / self.step, most, free, free]),
            rows=rows,
            row_lower=np.concatenate([low / self.step, zero, wanted]),
            row_upper=np.concatenate([high / self.step, zero, wanted]),
            gap=1e-6,
            nodes=_NODES,
        )

    def _refusal(self) -> Infeasible:
        step = format_number(self.step)
        detail = (
            f"no plan of whole multiples of {step} keeps every limit: take a smaller round_to, or "
            "limits that leave room for a multiple"
        )
        return Infeasible((Issue(json_pointer("round_to"), "infeasible", detail),))


def _best_parts(units: _Units, plan: FloatArray, climb: Climb) -> FloatArray:
    """The best cells (cell,) for the channel totals of a plan, its own where none is better."""
    totals = [
        Limit("", json_pointer("round_to"), SparseRow.sum_of(cells), total, total)
        for cells, total in ((each, float(plan[each].sum())) for each in units.cells)
        if cells.size > 1
    ]
    system: LinearSystem = replace(units.system, limits=(*units.system.limits, *totals))
    found = climb(system, plan)
    if found is None or not units.judge.keeps_all(found):
        return plan
    return max(plan, found, key=units.judge.worth)


def _with_total(parts: FloatArray, total: float) -> FloatArray:
    """The parts scaled to a total; even ones where there is nothing to scale."""
    before = float(parts.sum())
    if parts.size == 1 or before <= 0.0:
        return np.full(parts.size, total / parts.size)
    return np.asarray(parts * (total / before))


def _mean_slope(slope: FloatArray, parts: FloatArray) -> float:
    """The slope of a channel whose cells keep their proportions."""
    total = float(parts.sum())
    return float(slope @ parts) / total if total > 0.0 else float(slope.mean())
