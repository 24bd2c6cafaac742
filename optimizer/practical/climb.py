"""The best plan near another one, under narrower limits: one climb, on tables where there are any.

The narrower problems of a plan are many and small, and the best plan of the whole is close to
theirs. A problem with conditions beside its limits is solved within them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.conditions.solve_within import solve_within
from optimizer.conditions.switches import pattern_of, with_pattern
from optimizer.constraints.conflict import is_feasible
from optimizer.constraints.linear_system import LinearSystem
from optimizer.response import FloatArray
from optimizer.search.case import Case, Solver
from optimizer.search.search import MeasuredPlan
from optimizer.search.starts import proportional_start
from optimizer.search.tabulated import polish_on_tables, tabulated_case

type Climb = Callable[[LinearSystem, FloatArray], FloatArray | None]
"""(limits, a plan (cell,)) -> the best plan (cell,) near it within them; None where none meets all
limits and conditions."""


@dataclass(frozen=True, eq=False)
class Climbs:
    """The climbs of a case: quick ones to compare plans, and one to the end for the plan to give.

    Quick ones stay on tables where there are any.
    """

    quick: Climb
    final: Climb


def climbs_of(case: Case, solve: Solver) -> Climbs:
    """The climbs of a case; solve: for problems with conditions."""
    table = None if case.problem.conditions else tabulated_case(case)
    return Climbs(_climb_of(case, table, solve, False), _climb_of(case, table, solve, True))


def _climb_of(case: Case, table: Case | None, solve: Solver, to_the_end: bool) -> Climb:
    def climb(system: LinearSystem, near: FloatArray) -> FloatArray | None:
        system = with_pattern(system, pattern_of(system, near)) if system.switches else system
        if not is_feasible(system):
            return None
        if case.problem.conditions:
            found = solve_within(case.with_system(system), solve, solve)
            return found.solution.spend if found.met else None
        if table is None:
            return _climbed(case.with_system(system), None, near)
        narrow = table.with_system(system)
        if to_the_end:
            return _climbed(case.with_system(system), narrow, near)
        return _climbed_on_tables(narrow, near)

    return climb


def _climbed(case: Case, table: Case | None, near: FloatArray) -> FloatArray:
    if case.search.feasible.is_single_plan:
        return case.search.feasible.spend(np.empty(0))
    top = _coarsely(case if table is None else table, near)
    return polish_on_tables(case, table, case.search.evaluate(top.spend)).spend


def _climbed_on_tables(table: Case, near: FloatArray) -> FloatArray:
    if table.search.feasible.is_single_plan:
        return table.search.feasible.spend(np.empty(0))
    return table.search.climb_at_last_width(_coarsely(table, near)).spend


def _coarsely(case: Case, near: FloatArray) -> MeasuredPlan:
    """The better end of coarse climbs from the nearest plan and, where curves may be S-shaped, from
    today's mix."""
    feasible = case.search.feasible
    starts = [feasible.spend(feasible.nearest_point(feasible.coordinates(near)))]
    if not (case.concave and case.search.measure.certified):
        starts.append(proportional_start(case.system, feasible, case.current))
    return max(case.search.climb_coarsely(starts), key=lambda plan: plan.value)
