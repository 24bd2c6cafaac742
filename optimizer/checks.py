"""What a problem contradicts by itself: negative numbers, crossed bounds, unknown channels.

Everything wrong is collected first, so that one answer names it all.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from optimizer.errors import InvalidProblem, Issue, json_pointer
from optimizer.problem import AllocationProblem, ChannelBounds, Group
from optimizer.response import FloatArray


def check_problem(problem: AllocationProblem, names: Sequence[str], current: FloatArray) -> None:
    """Refuse a problem that is wrong whatever the response is.

    names: of the cells.  current: (cell,), currency over the horizon, finite, not negative.
    Raises InvalidProblem with every issue found.
    """
    issues = [
        *_names(names),
        *_current(current, names),
        *_budget(problem),
        *_channels(problem, names),
        *_groups(problem, names),
    ]
    if issues:
        raise InvalidProblem(tuple(issues))


def number(value: float) -> str:
    """900000.0 -> "900,000"; cents stay, and so do the digits of what is below a cent."""
    if value != 0 and abs(value) < 0.01:
        return f"{value:.6g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


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
            yield _negative(where, f"current spend of {name}", value)


def _budget(problem: AllocationProblem) -> Iterator[Issue]:
    budget = problem.budget
    yield from _negatives(
        ("budget",), "the budget's", {"total": budget.total, "max": budget.max, "min": budget.min}
    )
    yield from _crossed(("budget",), "the budget", "min", budget.min, "max", budget.max)


def _channels(problem: AllocationProblem, names: Sequence[str]) -> Iterator[Issue]:
    for name, bounds in problem.channels.items():
        if name not in names:
            yield _unknown(("channels", name), name, names)
        yield from _bounds(name, bounds)


def _bounds(name: str, bounds: ChannelBounds) -> Iterator[Issue]:
    path = ("channels", name)
    yield from _negatives(path, f"{name}:", dict(bounds))
    yield from _crossed(path, name, "min", bounds.min, "max", bounds.max)
    yield from _crossed(path, name, "min", bounds.min, "fixed", bounds.fixed)
    yield from _crossed(path, name, "fixed", bounds.fixed, "max", bounds.max)


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
        yield from _negatives(path, f"{label}:", limits)
        yield from _above_one(path, label, limits)
        yield from _crossed(path, label, "min", group.min, "max", group.max)
        yield from _crossed(path, label, "min_share", group.min_share, "max_share", group.max_share)


def _members(path: tuple[str | int, ...], group: Group, names: Sequence[str]) -> Iterator[Issue]:
    for position, name in enumerate(group.channels):
        if name not in names:
            yield _unknown((*path, "channels", position), name, names)
        if name in group.channels[:position]:
            yield Issue(
                json_pointer(*path, "channels", position),
                "duplicate",
                f'the group names "{name}" twice',
            )


def _negatives(
    path: tuple[str | int, ...], subject: str, values: dict[str, float | None]
) -> Iterator[Issue]:
    for field, value in values.items():
        if value is not None and value < 0:
            yield _negative(json_pointer(*path, field), f"{subject} {field}", value)


def _negative(where: str, subject: str, value: float) -> Issue:
    return Issue(where, "negative", f"{subject} is {number(value)}; it cannot be negative")


def _above_one(
    path: tuple[str | int, ...], label: str, limits: dict[str, float | None]
) -> Iterator[Issue]:
    for field in ("min_share", "max_share"):
        value = limits[field]
        if value is not None and value > 1:
            yield Issue(
                json_pointer(*path, field),
                "out_of_range",
                f"{label}: {field} is {number(value)}; a share is between 0 and 1",
            )


def _crossed(
    path: tuple[str | int, ...],
    label: str,
    low_field: str,
    low: float | None,
    high_field: str,
    high: float | None,
) -> Iterator[Issue]:
    if low is not None and high is not None and low > high:
        yield Issue(
            json_pointer(*path, low_field),
            "crossed",
            f"{label}: {low_field} of {number(low)} is more than {high_field} of {number(high)}",
        )


def _unknown(path: tuple[str | int, ...], name: str, names: Sequence[str]) -> Issue:
    known = ", ".join(names)
    return Issue(
        json_pointer(*path), "unknown_channel", f'there is no channel "{name}"; there are: {known}'
    )
