"""All interventions of a question: the plain ones in their order, then the reactions to them.

For a policy of variable v that follows u with share a and lag l, in every week t and geo g of its
range, against the world without interventions (base):

    v[t, g] = plain v[t, g] * (1 + a * (u[t-l, g] / base u[t-l, g] - 1))

where u may follow another variable in turn. Values are the same in every draw, so that what a
policy follows must be set from outside: the kpi and mediators are not, and are refused.

do(): one intervention applied to the variables of a timeline.

A mediator m follows from its equation as m -> factor * m + shift, in its own unit: to set it makes
the factor zero, to scale it multiplies both, to add to it adds to the shift.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

import numpy as np

from mmm.counterfactual.question import Do, Policy
from mmm.counterfactual.variables import (
    MEDIATOR,
    Place,
    check_values,
    per_geo,
    place_of,
    read,
    scaled,
    week_of,
    write,
)
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.types import Array

EMPTIED = ("spend", "rival_spend", "events")
"""Variables that leave zero behind where their path is moved away."""


def apply_do(
    model: FittedModel, world: Variables, do: Do, window: tuple[date, date], where: str
) -> Variables:
    """``world`` under one intervention that is no policy; raises QueryError under ``where``."""
    place = place_of(model, do.variable, f"{where}/variable")
    if do.policy is not None:
        detail = f"{do.variable!r} follows {do.policy.follows!r}; ask this as a counterfactual"
        raise QueryError([Issue(f"{where}/policy", "policy", detail)])
    weeks = weeks_of(model, world, do, window, where)
    if place.array == MEDIATOR:
        return _on_mediator(world, place, do, weeks, where)
    values = read(world, place).copy()
    if do.shift is None:
        values[weeks] = _changed(do, values[weeks], per_geo(model, place))
    else:
        values[weeks] = _shifted(do.shift, values, weeks, place, where)
    check_values(place, values[weeks], where)
    return write(world, place, values)


def weeks_of(
    model: FittedModel, world: Variables, do: Do, window: tuple[date, date], where: str
) -> slice:
    """Positions of the intervention's range; raises QueryError where it leaves the window."""
    first = week_of(model, do.start or window[0], f"{where}/start")
    last = week_of(model, do.end or window[1], f"{where}/end")
    if not window[0] <= first <= last <= window[1]:
        detail = f"{first} to {last} is not within {window[0]} to {window[1]}"
        raise QueryError([Issue(where, "outside_window", detail)])
    return slice(world.index(first), world.index(last) + 1)


def shift_note(before: Variables, do: Do, place: Place, weeks: slice) -> str:
    """What a shift leaves behind, and what it drops."""
    by = do.shift or 0
    way, side = ("later", "before") if by > 0 else ("earlier", "after")
    moved = f"{place.name} moves {abs(by)} weeks {way}"
    if place.array not in EMPTIED:
        return f"{moved}: the gap is filled with its value in the week {side} the range"
    inside = read(before, place)[weeks]
    lost = float((inside[-by:] if by > 0 else inside[:-by]).sum())
    return f"{moved}: the gap is filled with zero, and {lost:,.6g} falls out of the range"


def _changed(do: Do, values: Array, share: Array) -> Array:
    if do.set is not None:
        return np.broadcast_to(do.set * share, values.shape)
    return values * do.scale if do.scale is not None else values + (do.add or 0.0) * share


def _shifted(by: int, values: Array, weeks: slice, place: Place, where: str) -> Array:
    """(week, geo) the range's values ``by`` weeks later, the gap filled."""
    length = weeks.stop - weeks.start
    if abs(by) >= length:
        detail = f"a shift of {by} weeks in a range of {length} leaves nothing of the path"
        raise QueryError([Issue(f"{where}/shift", "shift_too_long", detail)])
    moved = np.roll(values[weeks], by, axis=0)
    gap = slice(0, by) if by > 0 else slice(by, None)
    beside = weeks.start - 1 if by > 0 else weeks.stop
    kept = values[int(np.clip(beside, 0, len(values) - 1))]
    moved[gap] = 0.0 if place.array in EMPTIED else kept
    return np.asarray(moved)


def _on_mediator(world: Variables, place: Place, do: Do, weeks: slice, where: str) -> Variables:
    if do.shift is not None:
        detail = f"the path of {do.variable!r} follows from its equation; shift its causes"
        raise QueryError([Issue(f"{where}/shift", "mediator", detail)])
    factor, shift = world.mediator_factor.copy(), world.mediator_shift.copy()
    at = (weeks, slice(None), place.position)
    if do.set is not None:
        factor[at], shift[at] = 0.0, do.set
    elif do.scale is not None:
        factor[at] *= do.scale
        shift[at] *= do.scale
    else:
        shift[at] += do.add or 0.0
    return replace(world, mediator_factor=factor, mediator_shift=shift)


type Window = tuple[date, date]


def act(
    model: FittedModel, base: Variables, dos: Sequence[Do], window: Window, at: str = "do"
) -> tuple[Variables, list[str]]:
    """``base`` under all of ``dos``, and notes on what they imply (QueryError under ``at``)."""
    world, notes = base, []
    for i, do in enumerate(dos):
        if do.policy is not None:
            continue
        where = pointer(at, i)
        before, world = world, apply_do(model, world, do, window, where)
        if do.shift is not None:
            weeks = weeks_of(model, world, do, window, where)
            notes.append(shift_note(before, do, place_of(model, do.variable, where), weeks))
    for i, policy in _in_order(dos, at):
        source = _source(model, policy, pointer(at, i, "policy", "follows"))
        world, note = _react(model, base, world, dos[i], policy, source, window, pointer(at, i))
        notes += note
    return world, notes


def _in_order(dos: Sequence[Do], at: str) -> Iterator[tuple[int, Policy]]:
    """Positions of the policies, causes before effects."""
    follows: dict[str, list[str]] = {}
    for do in dos:
        if do.policy is not None:
            follows.setdefault(do.variable, []).append(do.policy.follows)
    try:
        order = list(TopologicalSorter(follows).static_order())
    except CycleError as error:
        cycle: list[str] = error.args[1]
        first = next(i for i, do in enumerate(dos) if do.policy and do.variable in cycle)
        detail = f"the policies follow each other in a circle: {' -> '.join(cycle)}"
        where = pointer(at, first, "policy", "follows")
        raise QueryError([Issue(where, "cycle", detail)]) from None
    for name in order:
        for i, do in enumerate(dos):
            if do.policy is not None and do.variable == name:
                yield i, do.policy


def _source(model: FittedModel, policy: Policy, where: str) -> Place:
    if policy.follows == KPI:
        detail = "a policy that follows the kpi would differ between draws; give the path by week"
        raise QueryError([Issue(where, "feedback", detail)])
    place = place_of(model, policy.follows, where)
    if place.array == MEDIATOR:
        detail = f"{place.name!r} follows from its own equation; follow one of its causes"
        raise QueryError([Issue(where, "mediator", detail)])
    return place


def _react(
    model: FittedModel,
    base: Variables,
    world: Variables,
    do: Do,
    policy: Policy,
    source: Place,
    window: Window,
    where: str,
) -> tuple[Variables, list[str]]:
    place = place_of(model, do.variable, f"{where}/variable")
    weeks = weeks_of(model, world, do, window, where)
    change = _relative_change(base, world, source, f"{where}/policy/follows")
    late = np.zeros_like(change)
    late[policy.lag :] = change[: max(len(change) - policy.lag, 0)]
    factor = np.ones_like(change)
    factor[weeks] += policy.share * late[weeks]
    world = scaled(world, place, factor)
    if place.array != MEDIATOR:
        check_values(place, read(world, place)[weeks], where)
    missed = change[max(weeks.stop - policy.lag, 0) : weeks.stop]
    if not np.any(missed):
        return world, []
    note = f"the reaction of {place.name} to the last {policy.lag} weeks comes after its range"
    return world, [f"{note} and is not counted"]


def _relative_change(base: Variables, world: Variables, source: Place, where: str) -> Array:
    """(week, geo) relative change of a variable; raises QueryError where it starts from zero."""
    before, after = read(base, source), read(world, source)
    from_zero = (before == 0.0) & (after != 0.0)
    if from_zero.any():
        week = base.weeks[int(np.argwhere(from_zero)[0, 0])]
        detail = f"{source.name} is zero in the week of {week}: it has no relative change to follow"
        raise QueryError([Issue(where, "from_zero", detail)])
    return np.asarray(after / np.where(before == 0.0, 1.0, before) - (before != 0.0))
