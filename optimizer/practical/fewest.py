r"""The fewest moves: the smallest number of changed channels that keeps a share of the gain.

    min |S|    under    max { rho(b) : b_c = today_c outside S }  >=  base + share (best - base)

Up to `MOST_TRIED` channels every set that can keep the share is tried, the smaller ones first, so
that no smaller set keeps it; of the sets of that size the one with the best plan is taken. A
channel without which all others together do not keep it is in every set that does, since more
channels never do worse. Where more channels can move, those of the best plan are put back one after
the other, each time the one without which most is left (of the four that move the least money).
Where curves are S-shaped, the best plan of a set is the best one that climbs reach.

    S -> set of channels    rho -> worth    b -> spend
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from optimizer.adjustments import FewestMoves
from optimizer.constraints.limit import Limit
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.sparse_row import SparseRow
from optimizer.practical.another_plan import (
    Judge,
    changed_channels,
    members_of,
    plan_to_begin_from,
)
from optimizer.practical.climb import Climbs
from optimizer.response import FloatArray
from optimizer.search.case import Case

MOST_TRIED = 6
"""Channels up to which every set of them is tried."""
_MOST_PUT_BACK = 4
"""Channels of which one is put back at a time: those that move the least money."""
_ROUNDING = 1e-9


def fewest_moves(
    judge: Judge, best: FloatArray, share: float, climbs: Climbs
) -> tuple[FloatArray, FewestMoves] | None:
    """The plan (cell,) with the fewest changed channels that keeps `share` of the gain of `best`.

    None where the best plan gains nothing over the plan to begin from.
    """
    case = judge.case
    base = judge.worth(plan_to_begin_from(case, float(best.sum())))
    gain = judge.worth(best) - base
    if gain <= _ROUNDING * abs(base):
        return None
    floor = base + share * gain
    channels = _movable(case)
    exact = len(channels) <= MOST_TRIED
    sets = _Sets(judge, best, floor, climbs)
    plan = sets.smallest(channels) if exact else None
    if plan is None:
        plan = sets.put_back()
    plan = sets.finished(plan)
    told = FewestMoves(
        share=share,
        kept=(judge.worth(plan) - base) / gain,
        moves=len(changed_channels(case, plan)),
        before=len(changed_channels(case, best)),
        exact=exact and not case.search.watch.was_late,
        spend=best,
    )
    return plan, told


class _Sets:
    """Sets of channels that move, each with its best plan; floor: the worth that is wanted."""

    def __init__(self, judge: Judge, best: FloatArray, floor: float, climbs: Climbs) -> None:
        self.judge, self.best, self.floor, self.climbs = judge, best, floor, climbs
        self.case = judge.case

    def smallest(self, channels: frozenset[str]) -> FloatArray | None:
        """The best plan of the smallest sets that suffice; None where the time was over."""
        needed = self._needed(channels)
        if self.case.search.watch.is_over():
            return None
        others = sorted(channels - needed)
        for size in range(len(needed), len(channels)):
            sets = (needed.union(some) for some in combinations(others, size - len(needed)))
            plans = [*self._enough(sets)]
            if plans:
                return max(plans, key=self.judge.worth)
            if self.case.search.watch.is_over():
                return None
        return self.best

    def _needed(self, channels: frozenset[str]) -> frozenset[str]:
        """The channels without which all others together are not enough."""
        return frozenset(
            name for name in channels if next(self._enough([channels - {name}]), None) is None
        )

    def put_back(self) -> FloatArray:
        """The best plan after as many channels as possible were put back one after the other."""
        plan = self.best
        while not self.case.search.watch.is_over():
            moved = changed_channels(self.case, plan)
            smallest = sorted(moved, key=lambda name: self._money(plan, name))[:_MOST_PUT_BACK]
            plans = [*self._enough(moved - {name} for name in smallest)]
            fewer = [each for each in plans if len(changed_channels(self.case, each)) < len(moved)]
            if not fewer:
                break
            plan = max(fewer, key=self.judge.worth)
        return plan

    def finished(self, plan: FloatArray) -> FloatArray:
        """The plan at the end of a climb with the same channels."""
        if plan is self.best:
            return plan
        end = self.climbs.final(self._within(changed_channels(self.case, plan)), plan)
        return plan if end is None else max(plan, end, key=self.judge.worth)

    def _enough(self, sets: Iterable[Iterable[str]]) -> Iterator[FloatArray]:
        """The best plan of each set, where it is enough."""
        for members in sets:
            if self.case.search.watch.is_over():
                return
            plan = self.climbs.quick(self._within(frozenset(members)), self.best)
            if plan is not None and self.judge.worth(plan) >= self.floor:
                yield plan

    def _within(self, channels: frozenset[str]) -> LinearSystem:
        """The limits with every other channel that can move at today's spend."""
        case, held = self.case, _movable(self.case) - channels
        limits = tuple(
            Limit(
                f"today's spend for {case.system.names[cell]}",
                "/fewest_moves",
                SparseRow.sum_of(np.array([cell])),
                float(case.current[cell]),
                float(case.current[cell]),
                cell,
            )
            for cell in members_of(case, held).tolist()
        )
        return replace(case.system, limits=(*case.system.limits, *limits))

    def _money(self, plan: FloatArray, name: str) -> float:
        cells = members_of(self.case, frozenset({name}))
        return float(np.abs(plan - self.case.current)[cells].sum())


def _movable(case: Case) -> frozenset[str]:
    """The channels with a cell that the limits leave free."""
    names = case.system.layout.channels
    return frozenset(names[cell] for cell in case.search.feasible.free.tolist())
