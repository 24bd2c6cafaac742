"""All interventions of a question: the plain ones in their order, then the reactions to them.

For a policy of variable v that follows u with share a and lag l, in every week t and geo g of its
range, against the world without interventions (base):

    v[t, g] = plain v[t, g] * (1 + a * (u[t-l, g] / base u[t-l, g] - 1))

where u may follow another variable in turn. Values are the same in every draw, so that what a
policy follows must be set from outside: the kpi and mediators are not, and are refused.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter

import numpy as np

from mmm.counterfactual.do import apply_do, shift_note, weeks_of
from mmm.counterfactual.question import Do, Policy
from mmm.counterfactual.variables import MEDIATOR, Place, check_values, place_of, read, scaled
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.types import Array

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
