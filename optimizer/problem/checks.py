"""What a problem contradicts by itself: negative numbers, crossed bounds, unknown channels.

Everything wrong is collected first, so that one answer names it all.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem.checks_cells import check_cells
from optimizer.problem.complaints import above_one, crossed, negative, negatives, number, unknown
from optimizer.problem.layout import Layout
from optimizer.problem.limits import ChannelBounds, Group
from optimizer.problem.problem import AllocationProblem
from optimizer.response import FloatArray

__all__ = ["check_problem", "number"]


def check_problem(problem: AllocationProblem, layout: Layout, current: FloatArray) -> None:
    """Refuse a problem that is wrong whatever the response is.

    layout: what the cells are.  current: (cell,), currency over the horizon, finite, not negative.
    Raises InvalidProblem with every issue found.
    """
    issues = [
        *_names(layout.names),
        *_current(current, layout.names),
        *_budget(problem),
        *_channels(problem, layout.decided),
        *_groups(problem, layout.decided),
        *check_cells(problem, layout),
    ]
    if issues:
        raise InvalidProblem(tuple(issues))


def _names(names: Sequence[str]) -> Iterator[Issue]:
    for name in sorted({name for name in names if list(names).count(name) > 1}):
        yield Issue("", "duplicate", f'the response has more than one channel "{name}"')
    if not names:
        yield Issue("", "empty", "the response has no channel to decide")


def _current(current: FloatArray, names: Sequence[str]) -> Iterator[Issue]:
    if current.shape != (len(names),):
        yield Issue(
            json_pointer("current"),
            "shape",
            f"current has shape {current.shape}, but there are {len(names)} channels",
        )
        return
    for name, value in zip(names, current.tolist(), strict=True):
        where = json_pointer("current", name)
        if not np.isfinite(value):
            yield Issue(where, "not_finite", f"current spend of {name} is {value}")
        elif value < 0:
            yield negative(where, f"current spend of {name}", value)


def _budget(problem: AllocationProblem) -> Iterator[Issue]:
    budget = problem.budget
    yield from negatives(
        ("budget",), "the budget's", {"total": budget.total, "max": budget.max, "min": budget.min}
    )
    yield from crossed(("budget",), "the budget", "min", budget.min, "max", budget.max)
    yield from negatives((), "the plan's", {"min_roi": problem.min_roi})


def _channels(problem: AllocationProblem, names: Sequence[str]) -> Iterator[Issue]:
    for name, bounds in problem.channels.items():
        if name not in names:
            yield unknown(("channels", name), name, names)
        yield from _bounds(name, bounds)


def _bounds(name: str, bounds: ChannelBounds) -> Iterator[Issue]:
    path = ("channels", name)
    amounts = {field: value for field, value in dict(bounds).items() if field != "on_off"}
    yield from negatives(path, f"{name}:", amounts)
    low, high = {"min": bounds.min, "committed": bounds.committed}, {"max": bounds.max}
    for field, value in low.items():
        for upper, most in (high | {"fixed": bounds.fixed}).items():
            yield from crossed(path, name, field, value, upper, most)
    yield from crossed(path, name, "fixed", bounds.fixed, "max", bounds.max)
    if bounds.on_off is not None:
        least = bounds.on_off.min_when_on
        yield from negatives((*path, "on_off"), f"{name}:", {"min_when_on": least})


def _groups(problem: AllocationProblem, names: Sequence[str]) -> Iterator[Issue]:
    for index, group in enumerate(problem.groups):
        path = ("groups", index)
        yield from _members(path, group, names)
        label = "the group " + " + ".join(group.channels)
        limits = {
            "min": group.min,
            "max": group.max,
            "min_share": group.min_share,
            "max_share": group.max_share,
        }
        if all(limit is None for limit in limits.values()):
            yield Issue(
                json_pointer(*path), "empty", f"{label} has no min, max, min_share or max_share"
            )
        yield from negatives(path, f"{label}:", limits)
        yield from above_one(path, label, limits)
        yield from crossed(path, label, "min", group.min, "max", group.max)
        yield from crossed(path, label, "min_share", group.min_share, "max_share", group.max_share)


def _members(path: tuple[str | int, ...], group: Group, names: Sequence[str]) -> Iterator[Issue]:
    for position, name in enumerate(group.channels):
        if name not in names:
            yield unknown((*path, "channels", position), name, names)
        if name in group.channels[:position]:
            yield Issue(
                json_pointer(*path, "channels", position),
                "duplicate",
                f'the group names "{name}" twice',
            )
