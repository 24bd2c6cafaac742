"""Contradictions of ramps, the limits on the change from each week to the next."""

from collections.abc import Iterator

from optimizer.errors import Issue, json_pointer
from optimizer.problem.issues import missing_limit_issues, negative_issues, unknown_name_issue
from optimizer.problem.layout import Layout
from optimizer.problem.limits import Ramp
from optimizer.problem.problem import AllocationProblem

_REMEDY = "a relative change from 0 keeps every week at 0; limit the change in currency by max_step"


def ramp_issues(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    """The issues of every ramp of a problem, for cells of that layout."""
    for index, ramp in enumerate(problem.ramps):
        path, label = ("ramps", index), f"the ramp of {ramp.channel or 'all channels'}"
        if ramp.channel is not None and ramp.channel not in layout.channel_names:
            yield unknown_name_issue((*path, "channel"), ramp.channel, layout.channel_names)
        if len(layout.known_weeks) < 2:
            detail = f"{label} limits changes between weeks, but the plan is not decided by week"
            yield Issue(json_pointer(*path), "no_weeks", detail)
        limits = {"max_change": ramp.max_change, "max_step": ramp.max_step}
        yield from missing_limit_issues(path, label, limits)
        yield from negative_issues(path, f"{label}:", limits)
        if ramp.max_change is not None and not _is_off(problem, ramp):
            where = json_pointer(*path, "max_change")
            for reason in _zeros_beside(problem, ramp, layout):
                yield Issue(where, "relative_to_zero", f"{label}: {reason}; {_REMEDY}")


def _is_off(problem: AllocationProblem, ramp: Ramp) -> bool:
    """Whether the ramp's channel is to get nothing in any week."""
    bounds = None if ramp.channel is None else problem.channels.get(ramp.channel)
    return bounds is not None and 0.0 in (bounds.max, bounds.fixed)


def _zeros_beside(problem: AllocationProblem, ramp: Ramp, layout: Layout) -> Iterator[str]:
    """Why a week that the ramp compares is 0, whatever the plan."""
    if layout.last_spend(ramp.channel) == 0.0:
        yield "nothing was spent in the last observed week"
    for bounds in problem.cells:
        same = bounds.channel in (None, ramp.channel)
        if same and bounds.week is not None and bounds.geo is None and bounds.max == 0.0:
            yield f"the week of {bounds.week} has a maximum of 0"
