"""What limits between channels, of places and weeks and of other budgets contradict."""

from collections.abc import Iterator

from optimizer.errors import Issue, json_pointer
from optimizer.problem.complaints import crossed, negatives, unknown, unlimited
from optimizer.problem.layout import Layout
from optimizer.problem.limit_names import place
from optimizer.problem.problem import AllocationProblem


def check_cells(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    """Every issue of ratios, cells, ramps, second budgets and the ban on extrapolation."""
    yield from _ratios(problem, layout)
    yield from _cells(problem, layout)
    yield from _ramps(problem, layout)
    yield from _budgets(problem, layout)
    if problem.forbid_extrapolation and layout.observed_max is None:
        where = json_pointer("forbid_extrapolation")
        yield Issue(where, "not_known", "this response does not know what was spent before")


def _ratios(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, ratio in enumerate(problem.ratios):
        path, label = ("ratios", index), "the ratio of " + " to ".join(ratio.channels)
        for position, name in enumerate(ratio.channels):
            if name not in layout.decided:
                yield unknown((*path, "channels", position), name, layout.decided)
        if len(set(ratio.channels)) == 1:
            where = json_pointer(*path, "channels", 1)
            yield Issue(where, "duplicate", f"{label} is of a channel to itself")
        limits = {"min": ratio.min, "max": ratio.max}
        yield from unlimited(path, label, limits)
        yield from negatives(path, f"{label}:", limits)
        yield from crossed(path, label, "min", ratio.min, "max", ratio.max)


def _cells(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, bounds in enumerate(problem.cells):
        path, label = ("cells", index), place(bounds)
        known = True
        if bounds.channel is not None and bounds.channel not in layout.decided:
            known = False
            yield unknown((*path, "channel"), bounds.channel, layout.decided)
        if bounds.geo is not None and bounds.geo not in layout.known_geos:
            known = False
            yield unknown((*path, "geo"), bounds.geo, layout.known_geos, "geo")
        if bounds.week is not None and bounds.week not in layout.known_weeks:
            known = False
            weeks = [week.isoformat() for week in layout.known_weeks]
            yield unknown((*path, "week"), bounds.week.isoformat(), weeks, "week")
        if known and layout.members(bounds.channel, bounds.geo, bounds.week).size == 0:
            yield Issue(json_pointer(*path), "empty", f"nothing is decided for {label}")
        limits = {"min": bounds.min, "max": bounds.max}
        yield from unlimited(path, label, limits)
        yield from negatives(path, f"{label}:", limits)
        yield from crossed(path, label, "min", bounds.min, "max", bounds.max)


def _ramps(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, ramp in enumerate(problem.ramps):
        path, label = ("ramps", index), f"the ramp of {ramp.channel or 'all channels'}"
        if ramp.channel is not None and ramp.channel not in layout.decided:
            yield unknown((*path, "channel"), ramp.channel, layout.decided)
        if len(layout.known_weeks) < 2:
            detail = f"{label} limits steps between weeks, but weeks are not decided apart"
            yield Issue(json_pointer(*path), "no_weeks", detail)
        limits = {"max_change": ramp.max_change, "max_step": ramp.max_step}
        yield from unlimited(path, label, limits)
        yield from negatives(path, f"{label}:", limits)


def _budgets(problem: AllocationProblem, layout: Layout) -> Iterator[Issue]:
    for index, budget in enumerate(problem.budgets):
        path, label = ("budgets", index), f"the {budget.name} budget"
        for name in budget.per_currency:
            if name not in layout.decided:
                yield unknown((*path, "per_currency", name), name, layout.decided)
        uses = dict(budget.per_currency)
        yield from negatives((*path, "per_currency"), f"{label}: use by", {**uses})
        limits = {"max": budget.max, "min": budget.min}
        yield from unlimited(path, label, limits)
        yield from negatives(path, f"{label}:", limits)
        yield from crossed(path, label, "min", budget.min, "max", budget.max)
