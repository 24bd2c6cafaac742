"""Limits between channels, of places and weeks, and of steps between weeks, as rows.

ratio   tv / radio within [low, high]          low * radio - tv <= 0,  tv - high * radio <= 0
ramp    week t + 1 within 30 % of week t       next - 1.3 week <= 0,   0.7 week - next <= 0
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from optimizer.constraints.linear_system import Limit
from optimizer.errors import json_pointer
from optimizer.problem.checks import number
from optimizer.problem.layout import Layout
from optimizer.problem.limit_names import place
from optimizer.problem.limits import CellBounds, Ramp, Ratio
from optimizer.response import FloatArray


def ratio_limits(position: int, ratio: Ratio, layout: Layout) -> Iterator[Limit]:
    """Spend of the first channel per unit of the second's."""
    first, second = (layout.indicator(layout.members(channel=name)) for name in ratio.channels)
    title = " to ".join(ratio.channels)
    if ratio.min is not None:
        label, where = f"the ratio of {title} of at least {number(ratio.min)}", "min"
        size = max(1.0, ratio.min)
        row = (first - ratio.min * second) / size
        yield Limit(label, json_pointer("ratios", position, where), row, 0.0, np.inf)
    if ratio.max is not None:
        label, where = f"the ratio of {title} of at most {number(ratio.max)}", "max"
        size = max(1.0, ratio.max)
        row = (first - ratio.max * second) / size
        yield Limit(label, json_pointer("ratios", position, where), row, -np.inf, 0.0)


def cell_limits(position: int, bounds: CellBounds, layout: Layout) -> Iterator[Limit]:
    """What a channel gets in a geo and week, summed over what is not said."""
    members = layout.members(bounds.channel, bounds.geo, bounds.week)
    row = layout.indicator(members)
    cell = int(members[0]) if members.size == 1 else None
    title = place(bounds)
    if bounds.min is not None:
        label, where = f"the minimum of {number(bounds.min)} for {title}", "min"
        yield Limit(label, json_pointer("cells", position, where), row, bounds.min, np.inf, cell)
    if bounds.max is not None:
        label, where = f"the maximum of {number(bounds.max)} for {title}", "max"
        yield Limit(label, json_pointer("cells", position, where), row, -np.inf, bounds.max, cell)


def ramp_limits(position: int, ramp: Ramp, layout: Layout) -> Iterator[Limit]:
    """Each step from a week to the next, of a channel or of all together."""
    title = ramp.channel or "all channels"
    for week, following in pairwise(layout.known_weeks):
        before = layout.indicator(layout.members(ramp.channel, week=week))
        after = layout.indicator(layout.members(ramp.channel, week=following))
        step = f"for {title} from {week} to {following}"
        yield from _change_rows(position, ramp.max_change, before, after, step)
        if ramp.max_step is not None:
            label = f"the step of at most {number(ramp.max_step)} {step}"
            where = json_pointer("ramps", position, "max_step")
            yield Limit(label, where, after - before, -ramp.max_step, ramp.max_step)


def _change_rows(
    position: int, change: float | None, before: FloatArray, after: FloatArray, step: str
) -> Iterator[Limit]:
    if change is None:
        return
    where = json_pointer("ramps", position, "max_change")
    percent = f"{number(100 * change)} %"
    size = 1.0 + change
    rise = (after - size * before) / size
    yield Limit(f"the rise of at most {percent} {step}", where, rise, -np.inf, 0.0)
    if change < 1.0:
        fall = after - (1.0 - change) * before
        yield Limit(f"the fall of at most {percent} {step}", where, fall, 0.0, np.inf)
