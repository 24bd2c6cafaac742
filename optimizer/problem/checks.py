"""Contradictions within a problem: negative numbers, crossed bounds, unknown channels.

One error names all issues, or the first of many and the number of the others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil, floor

import numpy as np

from optimizer.errors import InvalidProblem, Issue, first_issues, json_pointer
from optimizer.problem.conditions import LeastMarginalRoi, LeastRoi
from optimizer.problem.issues import (
    crossed_issues,
    format_number,
    missing_limit_issues,
    negative_issue,
    negative_issues,
    share_above_one_issues,
    unknown_name_issue,
)
from optimizer.problem.layout import Layout
from optimizer.problem.limits import ChannelBounds, Group, describe_place
from optimizer.problem.problem import MULTIPLE, AllocationProblem
from optimizer.problem.ramp_checks import ramp_issues
from optimizer.response import FloatArray


def check_problem(problem: AllocationProblem, layout: Layout, current: FloatArray) -> None:
    """Refuse a problem that contradicts itself, whatever the values of the response.

    layout: of the response's cells.
    current: (cell,), currency over the horizon, finite, not negative.
    Raises InvalidProblem with the first issues found, and the number of the others.
    """
    issues = first_issues(
        chain(
            _name_issues(layout.names),
            _current_issues(current, layout.names),
            _budget_issues(problem),
            _channel_issues(problem, layout, current),
            _group_issues(problem, layout.channel_names),
            _ratio_issues(problem, layout),
            _cell_issues(problem, layout),
            ramp_issues(problem, layout),
            _second_budget_issues(problem, layout),
            _extrapolation_issues(problem, layout),
            _multiple_issues(problem),
        )
    )
    if issues:
        raise InvalidProblem(issues)


def _name_issues(names: Sequence[str]) -> Iterator[Issue]:
    for name in sorted(name for name, count in Counter(names).items() if count > 1):
        yield Issue("", "duplicate", f'the response has more than one channel "{name}"')
    if not names:
        yield Issue("", "empty", "the response has no channel to decide")


def _current_issues(current: FloatArray, names: Sequence[str]) -> Iterator[Issue]:
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
            yield negative_issue(where, f"current spend of {name}", value)


def _budget_issues(problem: AllocationProblem) -> Iterator[Issue]:
    budget = problem.budget
    yield from negative_issues(
        ("budget",), "the budget's", {"total": budget.total, "max": budget.max, "min": budget.min}
    )
    yield from crossed_issues(("budget",), "the budget", "min", budget.min, "max", budget.max)
    for index, condition in enumerate(problem.conditions):
        if isinstance(condition, LeastRoi | LeastMarginalRoi):
            path = ("conditions", index)
            yield from negative_issues(path, "the least return's", {"min": condition.min})


def _channel_issues(
    problem: AllocationProblem, layout: Layout, current: FloatArray
) -> Iterator[Issue]:
    names = layout.channel_names
    for name, bounds in problem.channels.items():
        if name not in names:
            yield unknown_name_issue(("channels", name), name, names)
        elif bounds.max_change is not None and current.shape == (len(layout.names),):
            yield from _change_issues(name, layout, current)
        yield from _bound_issues(name, bounds)


def _change_issues(name: str, layout: Layout, current: FloatArray) -> Iterator[Issue]:
    base, _ = layout.change_base(name, current)
    if base == 0.0:
        detail = (
            f"{name} gets nothing today and no usual spend of it is known: a change relative to 0 "
            'would keep it at 0; limit it by "min" and "max"'
        )
        yield Issue(json_pointer("channels", name, "max_change"), "relative_to_zero", detail)


def _bound_issues(name: str, bounds: ChannelBounds) -> Iterator[Issue]:
    path = ("channels", name)
    amounts = {field: value for field, value in dict(bounds).items() if field != "on_off"}
    yield from negative_issues(path, f"{name}:", amounts)
    low, high = {"min": bounds.min, "committed": bounds.committed}, {"max": bounds.max}
    for field, value in low.items():
        for upper, most in (high | {"fixed": bounds.fixed}).items():
            yield from crossed_issues(path, name, field, value, upper, most)
    yield from crossed_issues(path, name, "fixed", bounds.fixed, "max", bounds.max)
    if bounds.on_off is not None:
        least = bounds.on_off.min_when_on
        yield from negative_issues((*path, "on_off"), f"{name}:", {"min_when_on": least})
        # A maximum of 0 says itself that the channel is off.
        for upper, most in {"max": bounds.max or None, "fixed": bounds.fixed or None}.items():
            yield from crossed_issues((*path, "on_off"), name, "min_when_on", least, upper, most)


def _group_issues(problem: AllocationProblem, names: Sequence[str]) -> Iterator[Issue]:
    for index, group in enumerate(problem.groups):
        path = ("groups", index)
        yield from _member_issues(path, group, names)
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
        yield from negative_issues(path, f"{label}:", limits)
        yield from share_above_one_issues(path, label, limits)
        yield from crossed_issues(path, label, "min", group.min, "max", group.max)
        yield from crossed_issues(
            path, label, "min_share", group.min_share, "max_share", group.max_share
        )


def _member_issues(
    path: tuple[str | int, ...], group: Group, names: Sequence[str]
) -> Iterator[Issue]:
    for position, name in enumerate(group.channels):
        if name not in names:
            yield unknown_name_issue((*path, "channels", position), name, names)
        if name in group.channels[:position]:
            yield Issue(
                json_pointer(*path, "channels", position),
                "duplicate",
                f'the group names "{name}" twice',
            )


def _ratio_issues(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, ratio in enumerate(problem.ratios):
        path, label = ("ratios", index), "the ratio of " + " to ".join(ratio.channels)
        for position, name in enumerate(ratio.channels):
            if name not in layout.channel_names:
                yield unknown_name_issue((*path, "channels", position), name, layout.channel_names)
        if len(set(ratio.channels)) == 1:
            where = json_pointer(*path, "channels", 1)
            yield Issue(where, "duplicate", f"{label} compares a channel with itself")
        limits = {"min": ratio.min, "max": ratio.max}
        yield from missing_limit_issues(path, label, limits)
        yield from negative_issues(path, f"{label}:", limits)
        yield from crossed_issues(path, label, "min", ratio.min, "max", ratio.max)


def _cell_issues(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, bounds in enumerate(problem.cells):
        path, label = ("cells", index), describe_place(bounds)
        known = True
        if bounds.channel is not None and bounds.channel not in layout.channel_names:
            known = False
            yield unknown_name_issue((*path, "channel"), bounds.channel, layout.channel_names)
        if bounds.geo is not None and bounds.geo not in layout.known_geos:
            known = False
            yield unknown_name_issue((*path, "geo"), bounds.geo, layout.known_geos, "geo")
        if bounds.week is not None and bounds.week not in layout.known_weeks:
            known = False
            weeks = [week.isoformat() for week in layout.known_weeks]
            yield unknown_name_issue((*path, "week"), bounds.week.isoformat(), weeks, "week")
        if known and layout.members(bounds.channel, bounds.geo, bounds.week).size == 0:
            yield Issue(json_pointer(*path), "empty", f"the plan has no cell for {label}")
        limits = {"min": bounds.min, "max": bounds.max}
        yield from missing_limit_issues(path, label, limits)
        yield from negative_issues(path, f"{label}:", limits)
        yield from crossed_issues(path, label, "min", bounds.min, "max", bounds.max)


def _second_budget_issues(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, budget in enumerate(problem.budgets):
        path, label = ("budgets", index), f"the {budget.name} budget"
        for name in budget.per_currency:
            if name not in layout.channel_names:
                yield unknown_name_issue((*path, "per_currency", name), name, layout.channel_names)
        uses = dict(budget.per_currency)
        yield from negative_issues((*path, "per_currency"), f"{label}: use by", {**uses})
        limits = {"max": budget.max, "min": budget.min}
        yield from missing_limit_issues(path, label, limits)
        yield from negative_issues(path, f"{label}:", limits)
        yield from crossed_issues(path, label, "min", budget.min, "max", budget.max)


def _extrapolation_issues(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    if problem.forbid_extrapolation and layout.observed_max is None:
        where = json_pointer("forbid_extrapolation")
        yield Issue(where, "not_known", "this response does not know the observed spend")


def _multiple_issues(problem: AllocationProblem) -> Iterator[Issue]:
    """Amounts that are spent to the cent and are no multiple of the step."""
    step = problem.round_to
    if step is None:
        return
    fixed = [(("channels", name, "fixed"), b.fixed) for name, b in problem.channels.items()]
    for path, amount in ((("budget", "total"), problem.budget.total), *fixed):
        units = 0.0 if amount is None else amount / step
        if amount is not None and abs(units - round(units)) > MULTIPLE * max(1.0, units):
            below, above = (format_number(step * round_(units)) for round_ in (floor, ceil))
            detail = (
                f"{format_number(amount)} is no multiple of the {format_number(step)} of round_to: "
                f"give {below} or {above}"
            )
            yield Issue(json_pointer(*path), "no_multiple", detail)
