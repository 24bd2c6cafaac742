"""do(): the interventions of a question, applied to the variables of a timeline.

Interventions other than policies are applied in their order, then the policies, causes first. For a
policy by which variable v follows u with share a and lag l, in every week t and geo g of its range,
relative to the world without interventions (base):

    v[t, g] = v[t, g] without the policy * (1 + a * (u[t-l, g] / base u[t-l, g] - 1))

where u may itself follow another variable. Values are the same in every draw, so a policy can only
follow variables that are set from outside: the KPI and mediators are not, and are refused.

A mediator m follows from its equation as m -> factor * m + shift, in its own unit: setting it makes
the factor zero, scaling it multiplies both, adding to it adds to the shift.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import CycleError, TopologicalSorter

import numpy as np

from mmm.counterfactual.question import Intervention, Policy
from mmm.counterfactual.variables import (
    MEDIATOR,
    VariableRef,
    check_values,
    find_variable,
    geo_factors,
    read_values,
    require_week_start,
    with_scaled_values,
    with_values,
)
from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.spec.edges import KPI
from mmm.types import Array

type FirstAndLast = tuple[date, date]
"""First and last week of a window, by their start dates."""

ZERO_FILLED = ("spend", "rival_spend", "events")
"""Arrays of variables for which a shift fills the gap with zero."""


def apply_intervention(
    model: FittedModel, world: Variables, do: Intervention, window: FirstAndLast, where: str
) -> Variables:
    """``world`` under one intervention; raises QueryError under ``where``, also for a policy."""
    variable = find_variable(model, do.variable, f"{where}/variable")
    if do.policy is not None:
        detail = f"{do.variable!r} follows {do.policy.follows!r}; ask this as a counterfactual"
        raise QueryError([Issue(f"{where}/policy", "policy", detail)])
    _require_not_a_sensor(model, variable, f"{where}/variable")
    weeks = intervention_weeks(model, world, do, window, where)
    if variable.array == MEDIATOR:
        return _on_mediator(world, variable, do, weeks, where)
    values = read_values(world, variable).copy()
    if do.shift is None:
        values[weeks] = _changed(do, values[weeks], geo_factors(model, variable))
    else:
        values[weeks] = _shifted(do.shift, values, weeks, variable, where)
    check_values(variable, values[weeks], where)
    return with_values(world, variable, values)


def intervention_weeks(
    model: FittedModel, world: Variables, do: Intervention, window: FirstAndLast, where: str
) -> slice:
    """Positions of the intervention's weeks; raises QueryError where they are not in the window."""
    first = require_week_start(model, do.start or window[0], f"{where}/start")
    last = require_week_start(model, do.end or window[1], f"{where}/end")
    if not window[0] <= first <= last <= window[1]:
        detail = f"{first} to {last} is not within {window[0]} to {window[1]}"
        raise QueryError([Issue(where, "outside_window", detail)])
    return slice(world.index(first), world.index(last) + 1)


def shift_note(before: Variables, do: Intervention, variable: VariableRef, weeks: slice) -> str:
    """A sentence on how a shift fills the gap, and on the spend that leaves the range."""
    by = do.shift or 0
    direction, side = ("later", "before") if by > 0 else ("earlier", "after")
    moved = f"{variable.name} moves {abs(by)} weeks {direction}"
    if variable.array not in ZERO_FILLED:
        return f"{moved}: the gap is filled with its value in the week {side} the range"
    inside = read_values(before, variable)[weeks]
    lost = float((inside[-by:] if by > 0 else inside[:-by]).sum())
    return f"{moved}: the gap is filled with zero, and {lost:,.6g} falls out of the range"


def _changed(do: Intervention, values: Array, share: Array) -> Array:
    if do.set is not None:
        return np.broadcast_to(do.set * share, values.shape)
    return values * do.scale if do.scale is not None else values + (do.add or 0.0) * share


def _shifted(by: int, values: Array, weeks: slice, variable: VariableRef, where: str) -> Array:
    """(week, geo) values of the range moved ``by`` weeks later, the gap filled."""
    length = weeks.stop - weeks.start
    if abs(by) >= length:
        detail = f"a shift of {by} weeks in a range of {length} leaves none of the values"
        raise QueryError([Issue(f"{where}/shift", "shift_too_long", detail)])
    moved = np.roll(values[weeks], by, axis=0)
    gap = slice(0, by) if by > 0 else slice(by, None)
    beside = weeks.start - 1 if by > 0 else weeks.stop
    neighbour = values[int(np.clip(beside, 0, len(values) - 1))]
    moved[gap] = 0.0 if variable.array in ZERO_FILLED else neighbour
    return np.asarray(moved)


def _on_mediator(
    world: Variables, variable: VariableRef, do: Intervention, weeks: slice, where: str
) -> Variables:
    if do.shift is not None:
        detail = f"{do.variable!r} follows from its equation; shift its causes instead"
        raise QueryError([Issue(f"{where}/shift", "mediator", detail)])
    factor, shift = world.mediator_factor.copy(), world.mediator_shift.copy()
    cells = (weeks, slice(None), variable.position)
    if do.set is not None:
        factor[cells], shift[cells] = 0.0, do.set
    elif do.scale is not None:
        factor[cells] *= do.scale
        shift[cells] *= do.scale
    else:
        shift[cells] += do.add or 0.0
    return replace(world, mediator_factor=factor, mediator_shift=shift)


def apply_interventions(
    model: FittedModel,
    base: Variables,
    dos: Sequence[Intervention],
    window: FirstAndLast,
    at: str = "do",
) -> tuple[Variables, list[str]]:
    """``base`` under all of ``dos``, and notes on their consequences.

    Raises QueryError with a pointer under ``at``.
    """
    world, notes = base, []
    for i, do in enumerate(dos):
        if do.policy is not None:
            continue
        where = pointer(at, i)
        before, world = world, apply_intervention(model, world, do, window, where)
        if do.shift is not None:
            weeks = intervention_weeks(model, world, do, window, where)
            notes.append(shift_note(before, do, find_variable(model, do.variable, where), weeks))
    for i, policy in _policies_in_order(dos, at):
        where = pointer(at, i)
        source = _followed_variable(model, policy, f"{where}/policy/follows")
        variable = find_variable(model, dos[i].variable, f"{where}/variable")
        _require_not_a_sensor(model, variable, f"{where}/variable")
        weeks = intervention_weeks(model, world, dos[i], window, where)
        reaction = _Reaction(variable, source, policy.share, policy.lag, weeks, where)
        world, reaction_notes = _react(base, world, reaction)
        notes += reaction_notes
    return world, notes


def _require_not_a_sensor(model: FittedModel, variable: VariableRef, where: str) -> None:
    """Raise QueryError for the index of a demand that is inferred: it follows demand."""
    if variable.array == "controls" and variable.position == model.structure.index:
        detail = (
            f"{variable.name} is measured by an index with noise: setting the index changes nothing"
        )
        raise QueryError([Issue(where, "sensor", detail)])


@dataclass(frozen=True)
class _Reaction:
    """A policy by which ``variable`` follows ``source`` in ``weeks``, by ``share`` after ``lag``
    weeks; ``where`` is its JSON pointer."""

    variable: VariableRef
    source: VariableRef
    share: float
    lag: int
    weeks: slice
    where: str


def _policies_in_order(dos: Sequence[Intervention], at: str) -> Iterator[tuple[int, Policy]]:
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
        detail = f"the policies form a cycle: {' -> '.join(cycle)}"
        where = pointer(at, first, "policy", "follows")
        raise QueryError([Issue(where, "cycle", detail)]) from None
    for name in order:
        for i, do in enumerate(dos):
            if do.policy is not None and do.variable == name:
                yield i, do.policy


def _followed_variable(model: FittedModel, policy: Policy, where: str) -> VariableRef:
    if policy.follows == KPI:
        detail = "a policy that follows the KPI would differ between draws; give values by week"
        raise QueryError([Issue(where, "feedback", detail)])
    variable = find_variable(model, policy.follows, where)
    if variable.array == MEDIATOR:
        detail = f"{variable.name!r} follows from its own equation; follow one of its causes"
        raise QueryError([Issue(where, "mediator", detail)])
    return variable


def _react(base: Variables, world: Variables, reaction: _Reaction) -> tuple[Variables, list[str]]:
    """``world`` with the reaction to its differences from ``base``, and notes."""
    variable, weeks, lag = reaction.variable, reaction.weeks, reaction.lag
    change = _relative_change(base, world, reaction.source, f"{reaction.where}/policy/follows")
    lagged_change = np.zeros_like(change)
    lagged_change[lag:] = change[: max(len(change) - lag, 0)]
    factor = np.ones_like(change)
    factor[weeks] += reaction.share * lagged_change[weeks]
    world = with_scaled_values(world, variable, factor)
    if variable.array != MEDIATOR:
        check_values(variable, read_values(world, variable)[weeks], reaction.where)
    not_counted = change[max(weeks.stop - lag, 0) : weeks.stop]
    if not np.any(not_counted):
        return world, []
    note = f"the reaction of {variable.name} to the last {lag} weeks comes after its range"
    return world, [f"{note} and is not counted"]


def _relative_change(base: Variables, world: Variables, source: VariableRef, where: str) -> Array:
    """(week, geo) relative change of a variable; raises QueryError where it starts from zero."""
    before, after = read_values(base, source), read_values(world, source)
    from_zero = (before == 0.0) & (after != 0.0)
    if from_zero.any():
        week = base.weeks[int(np.argwhere(from_zero)[0, 0])]
        detail = f"{source.name} is zero in the week of {week}: it has no relative change to follow"
        raise QueryError([Issue(where, "from_zero", detail)])
    return np.asarray(after / np.where(before == 0.0, 1.0, before) - (before != 0.0))
