"""Each kind of limit in a problem as linear rows, with their words and pointers.

ratio   tv / radio within [low, high]          low * radio - tv <= 0,  tv - high * radio <= 0
ramp    week t + 1 within 30 % of week t       next - 1.3 week <= 0,   0.7 week - next <= 0
        first week within 30 % of the last observed one, where the response knows it
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from optimizer.constraints.limit import Limit, Switch
from optimizer.constraints.sparse_row import SparseRow
from optimizer.errors import json_pointer
from optimizer.problem.issues import format_number
from optimizer.problem.layout import Layout
from optimizer.problem.limits import (
    CellBounds,
    ChannelBounds,
    Group,
    Ramp,
    Ratio,
    SecondBudget,
    describe_place,
)
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray


def ratio_limits(position: int, ratio: Ratio, layout: Layout) -> Iterator[Limit]:
    """Limits on the spend of one channel per unit of another's."""
    first, second = (layout.indicator(layout.members(channel=name)) for name in ratio.channels)
    title = " to ".join(ratio.channels)
    if ratio.min is not None:
        label, where = f"the ratio of {title} of at least {format_number(ratio.min)}", "min"
        size = max(1.0, ratio.min)
        row = SparseRow.of((first - ratio.min * second) / size)
        yield Limit(label, json_pointer("ratios", position, where), row, 0.0, np.inf)
    if ratio.max is not None:
        label, where = f"the ratio of {title} of at most {format_number(ratio.max)}", "max"
        size = max(1.0, ratio.max)
        row = SparseRow.of((first - ratio.max * second) / size)
        yield Limit(label, json_pointer("ratios", position, where), row, -np.inf, 0.0)


def cell_limits(position: int, bounds: CellBounds, layout: Layout) -> Iterator[Limit]:
    """Limits on a channel's spend in a geo and week, summed over the ones not named."""
    members = layout.members(bounds.channel, bounds.geo, bounds.week)
    row = SparseRow.sum_of(members)
    cell = int(members[0]) if members.size == 1 else None
    title = describe_place(bounds)
    if bounds.min is not None:
        label, where = f"the minimum of {format_number(bounds.min)} for {title}", "min"
        yield Limit(label, json_pointer("cells", position, where), row, bounds.min, np.inf, cell)
    if bounds.max is not None:
        label, where = f"the maximum of {format_number(bounds.max)} for {title}", "max"
        yield Limit(label, json_pointer("cells", position, where), row, -np.inf, bounds.max, cell)


def ramp_limits(position: int, ramp: Ramp, layout: Layout) -> Iterator[Limit]:
    """Limits on each change from a week to the next, for a channel or for all together."""
    title = ramp.channel or "all channels"
    yield from _first_week_limits(position, ramp, layout)
    for week, following in pairwise(layout.known_weeks):
        before = layout.indicator(layout.members(ramp.channel, week=week))
        after = layout.indicator(layout.members(ramp.channel, week=following))
        step = f"for {title} from {week} to {following}"
        yield from _change_rows(position, ramp.max_change, before, after, step)
        if ramp.max_step is not None:
            label = f"the change of at most {format_number(ramp.max_step)} {step}"
            where = json_pointer("ramps", position, "max_step")
            row = SparseRow.of(after - before)
            yield Limit(label, where, row, -ramp.max_step, ramp.max_step)


def _first_week_limits(position: int, ramp: Ramp, layout: Layout) -> Iterator[Limit]:
    """The limits on the first week by the last observed one."""
    last, title = layout.last_spend(ramp.channel), ramp.channel or "all channels"
    if last is None:
        return
    members = layout.members(ramp.channel, week=layout.known_weeks[0])
    row, cell = SparseRow.sum_of(members), int(members[0]) if members.size == 1 else None
    for field, room in (
        ("max_change", None if ramp.max_change is None else ramp.max_change * last),
        ("max_step", ramp.max_step),
    ):
        if room is None:
            continue
        where = json_pointer("ramps", position, field)
        base = f"for {title} in the first week ({format_number(last)} in the last observed one)"
        low, high = max(last - room, 0.0), last + room
        yield Limit(f"the maximum of {format_number(high)} {base}", where, row, -np.inf, high, cell)
        if low > 0.0:
            yield Limit(
                f"the minimum of {format_number(low)} {base}", where, row, low, np.inf, cell
            )


def _change_rows(
    position: int, change: float | None, before: FloatArray, after: FloatArray, step: str
) -> Iterator[Limit]:
    if change is None:
        return
    where = json_pointer("ramps", position, "max_change")
    percent = f"{format_number(100 * change)} %"
    size = 1.0 + change
    rise = SparseRow.of((after - size * before) / size)
    yield Limit(f"the increase of at most {percent} {step}", where, rise, -np.inf, 0.0)
    if change < 1.0:
        fall = SparseRow.of(after - (1.0 - change) * before)
        yield Limit(f"the decrease of at most {percent} {step}", where, fall, 0.0, np.inf)


def budget_limits(problem: AllocationProblem, cells: int) -> Iterator[Limit]:
    """The limits on the total spend; cells: their number."""
    budget, everything = problem.budget, SparseRow.sum_of(np.arange(cells))
    if budget.total is not None:
        label = f"the budget total of {format_number(budget.total)}"
        if budget.change is not None:
            percent = f"{format_number(abs(100 * budget.change))} %"
            against = f"{percent} {'less' if budget.change < 0.0 else 'more'} than "
            label = f"{label} ({against if budget.change else ''}today's)"
        where = json_pointer("budget", "total" if budget.change is None else "change")
        yield Limit(label, where, everything, budget.total, budget.total)
    if budget.max is not None:
        label, where = f"the budget of {format_number(budget.max)}", json_pointer("budget", "max")
        yield Limit(label, where, everything, -np.inf, budget.max)
    if budget.min is not None:
        label, where = (
            f"the budget minimum of {format_number(budget.min)}",
            json_pointer("budget", "min"),
        )
        yield Limit(label, where, everything, budget.min, np.inf)


def channel_limits(
    name: str, bounds: ChannelBounds, layout: Layout, current: FloatArray
) -> Iterator[Limit]:
    """The limits on one channel, the sum of its cells; current (cell,), currency."""
    members = layout.members(channel=name)
    total = SparseRow.sum_of(members)
    cell = int(members[0]) if members.size == 1 else None

    def limit(field: str, label: str, lower: float, upper: float) -> Limit:
        where = json_pointer("channels", name, field)
        return Limit(f"{label} for {name}", where, total, lower, upper, cell)

    if bounds.min is not None:
        yield limit("min", f"the minimum of {format_number(bounds.min)}", bounds.min, np.inf)
    if bounds.committed is not None:
        label = f"the committed spend of {format_number(bounds.committed)}"
        yield limit("committed", label, bounds.committed, np.inf)
    if bounds.max is not None:
        yield limit("max", f"the maximum of {format_number(bounds.max)}", -np.inf, bounds.max)
    if bounds.fixed is not None:
        label = f"the fixed spend of {format_number(bounds.fixed)}"
        yield limit("fixed", label, bounds.fixed, bounds.fixed)
    if bounds.max_change is not None:
        base, today = layout.change_base(name, current)
        low, high = base * max(1 - bounds.max_change, 0.0), base * (1 + bounds.max_change)
        kind = "the current" if today else "the usual active"
        percent = format_number(100 * bounds.max_change)
        reason = f"{percent} % from {kind} {format_number(base)}"
        yield limit("max_change", f"the minimum of {format_number(low)} ({reason})", low, np.inf)
        yield limit("max_change", f"the maximum of {format_number(high)} ({reason})", -np.inf, high)


def channel_switch(name: str, minimum: float, layout: Layout) -> Switch:
    """The switch of a channel that gets nothing or at least `minimum` currency."""
    return Switch(
        f"the minimum of {format_number(minimum)} when on for {name}",
        json_pointer("channels", name, "on_off", "min_when_on"),
        tuple(layout.members(channel=name).tolist()),
        minimum,
    )


def group_limits(position: int, group: Group, layout: Layout) -> Iterator[Limit]:
    """The limits on a sum of channels, and on its share of the plan's total."""
    member = np.zeros(len(layout.names))
    for name in group.channels:
        member[layout.members(channel=name)] = 1.0
    title = " + ".join(group.channels)

    def limit(field: str, label: str, coefficients: FloatArray, lo: float, hi: float) -> Limit:
        where = json_pointer("groups", position, field)
        return Limit(f"{label} for {title}", where, SparseRow.of(coefficients), lo, hi)

    if group.min is not None:
        yield limit("min", f"the minimum of {format_number(group.min)}", member, group.min, np.inf)
    if group.max is not None:
        yield limit("max", f"the maximum of {format_number(group.max)}", member, -np.inf, group.max)
    if group.min_share is not None:
        label = f"the minimum share of {format_number(100 * group.min_share)} %"
        yield limit("min_share", label, member - group.min_share, 0.0, np.inf)
    if group.max_share is not None:
        label = f"the maximum share of {format_number(100 * group.max_share)} %"
        yield limit("max_share", label, member - group.max_share, -np.inf, 0.0)


def second_budget_limits(position: int, budget: SecondBudget, layout: Layout) -> Iterator[Limit]:
    """Limits on a budget in another unit; the row is in currency of the channel that uses most."""
    use = np.array([budget.per_currency.get(name, 0.0) for name in layout.channels])
    most = float(use.max())
    if most == 0.0:
        return
    row = SparseRow.of(use / most)
    if budget.max is not None:
        label = f"the {budget.name} budget of {format_number(budget.max)}"
        where = json_pointer("budgets", position, "max")
        yield Limit(label, where, row, -np.inf, budget.max / most, unit=most)
    if budget.min is not None:
        label = f"the {budget.name} minimum of {format_number(budget.min)}"
        where = json_pointer("budgets", position, "min")
        yield Limit(label, where, row, budget.min / most, np.inf, unit=most)


def observed_limits(layout: Layout) -> Iterator[Limit]:
    """Limits on each cell to the largest spend observed there over a window of the same length."""
    if layout.observed_max is None:
        return
    for cell, (name, most) in enumerate(zip(layout.names, layout.observed_max, strict=True)):
        label = f"the observed maximum of {format_number(float(most))} for {name}"
        row = SparseRow.sum_of(np.array([cell]))
        yield Limit(label, json_pointer("forbid_extrapolation"), row, -np.inf, float(most), cell)
