"""A problem's limits as one linear system, over the cells of a response.

Shares are of the plan's own total: sum(group) <= share * sum(spend) is the row
(member - share) . spend <= 0. Limits that are not linear are kept apart: switches in the system
itself; a least return of the whole plan and chance constraints in `conditions`.
"""

from dataclasses import replace

from optimizer.constraints.limit import Switch
from optimizer.constraints.linear_system import LinearSystem
from optimizer.constraints.region import region_limits
from optimizer.constraints.return_limits import return_limits
from optimizer.constraints.rows import (
    budget_limits,
    cell_limits,
    channel_limits,
    channel_switch,
    group_limits,
    observed_limits,
    ramp_limits,
    ratio_limits,
    second_budget_limits,
)
from optimizer.problem.checks import check_problem
from optimizer.problem.layout import Layout
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray, Response


def system_of(problem: AllocationProblem, response: Response, current: FloatArray) -> LinearSystem:
    """The limits of a problem for the cells of a response, with the least returns of channels.

    Raises InvalidProblem, also where a limit needs something that the response does not know.
    """
    system = linear_system(problem, Layout.of(response), current)
    limits, switches = return_limits(problem, response, system)
    return replace(
        system,
        limits=(*system.limits, *limits),
        switches=(*system.switches, *switches),
    )


def linear_system(problem: AllocationProblem, layout: Layout, current: FloatArray) -> LinearSystem:
    """The limits of a problem for cells of that layout; current (cell,), currency.

    Raises InvalidProblem where the problem contradicts itself. `conflict.require_feasible` tells
    whether any plan satisfies all limits.
    """
    check_problem(problem, layout, current)
    limits = [*budget_limits(problem, len(layout.names))]
    switches: list[Switch] = []
    for name, bounds in problem.channels.items():
        limits += channel_limits(name, bounds, layout, current)
        if bounds.on_off is not None:
            switches.append(channel_switch(name, bounds.on_off.min_when_on, layout))
    for position, group in enumerate(problem.groups):
        limits += group_limits(position, group, layout)
    for position, ratio in enumerate(problem.ratios):
        limits += ratio_limits(position, ratio, layout)
    for position, bounded in enumerate(problem.cells):
        limits += cell_limits(position, bounded, layout)
    for position, ramp in enumerate(problem.ramps):
        limits += ramp_limits(position, ramp, layout)
    for position, budget in enumerate(problem.budgets):
        limits += second_budget_limits(position, budget, layout)
    if problem.forbid_extrapolation:
        limits += observed_limits(layout)
    limits += region_limits(layout)
    most = problem.budget.upper
    if layout.supported is not None:
        most = min(most, layout.supported.total)
    return LinearSystem(layout.names, tuple(limits), most, layout, tuple(switches))
