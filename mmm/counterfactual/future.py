"""Weeks after the data: the values of every variable there, by default or by the user's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from mmm.counterfactual.question import FutureRule
from mmm.counterfactual.reference import (
    DEFAULT_REFERENCE,
    YEAR,
    ReferenceChoice,
    ReferencePlan,
    reference_plan,
)
from mmm.counterfactual.variables import (
    MEDIATOR,
    VariableRef,
    check_values,
    find_variable,
    geo_factors,
    read_values,
    with_values,
)
from mmm.data.timeline import Variables, concatenate_weeks, weeks_after
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

type FutureRules = Mapping[str, FutureRule]


def extend_timeline(
    model: FittedModel,
    end: date,
    tail: int,
    future: FutureRules,
    own_spend: ReferenceChoice | None,
) -> tuple[Variables, list[str]]:
    """The observed weeks, future weeks to ``end``, and ``tail`` weeks without own spend.

    Returns the variables and a warning for each default used. ``own_spend`` is the reference that
    channels not named in ``future`` follow; None leaves those with a cost at zero, for a plan to
    decide, while those without go on as in the default reference, also in the tail.

    Raises QueryError for an unknown variable, a mediator, a list of the wrong length, a wrong
    reference, or rules where no week is in the future.
    """
    history = model.design.observed
    last = model.panel.weeks[-1]
    ahead = max((end - last).days // 7, 0)
    variables = {name: find_variable(model, name, pointer("future", name)) for name in future}
    for name, variable in variables.items():
        if variable.array == MEDIATOR:
            detail = f"{name!r} follows from its own equation; intervene on it with do"
            raise QueryError([Issue(pointer("future", name), "mediator", detail)])
    if not ahead:
        if future:
            raise QueryError([Issue("/future", "no_future", "the window ends within the data")])
        if own_spend not in (None, DEFAULT_REFERENCE):
            raise QueryError([Issue("/reference", "no_future", "the window ends within the data")])
        return _with_listed_events(model, _extend(history, tail)), []
    world = _with_listed_events(model, _extend(history, ahead + tail))
    future_weeks = slice(len(model.panel.weeks), len(model.panel.weeks) + ahead)
    assumed: dict[str, list[str]] = {}
    if own_spend is not None:
        reference = reference_plan(model, ahead, own_spend)
        world, unnamed = _with_reference(model, world, reference, future_weeks, future)
        assumed[reference.description] = unnamed
    elif model.structure.owned_channels:
        reference = reference_plan(model, ahead, DEFAULT_REFERENCE)
        world, unnamed = _with_owned(model, world, reference, future_weeks, future)
        assumed[f"owned media are no part of the plan and {reference.description}"] = unnamed
    for name, rule in _defaults(model).items():
        if name not in future:
            world = _apply_rule(
                model, world, find_variable(model, name, ""), rule, future_weeks, history
            )
            assumed.setdefault(_describe(rule, history), []).append(name)
    for name, rule in future.items():
        world = _apply_rule(model, world, variables[name], rule, future_weeks, history)
    assumed |= _unstated_assumptions(model, future)
    return world, [
        f"after {last}, {how}: {', '.join(names)}" for how, names in assumed.items() if names
    ]


def _extend(history: Variables, weeks: int) -> Variables:
    """``weeks`` more weeks: no own spend, no events, cost of exposure and frequency at their mean,
    everything else held at its last value."""
    if not weeks:
        return history
    held = {
        name: np.repeat(getattr(history, name)[-1:], weeks, axis=0)
        for name in ("rival_spend", "price", "rival_price", "controls")
    }
    held |= {
        name: np.repeat(getattr(history, name).mean(0, keepdims=True), weeks, axis=0)
        for name in ("unit_cost", "frequency")
    }
    held |= {name: _zeros(history, name, weeks) for name in ("spend", "events", "mediator_shift")}
    held["mediator_factor"] = 1.0 + _zeros(history, "mediator_factor", weeks)
    return concatenate_weeks(
        history, Variables(weeks=weeks_after(history.weeks[-1], weeks), **held)
    )


def _zeros(history: Variables, name: str, weeks: int) -> Array:
    return np.zeros((weeks, *getattr(history, name).shape[1:]))


def _with_listed_events(model: FittedModel, world: Variables) -> Variables:
    """``world`` with the events that are given by their weeks also in future weeks."""
    if not model.structure.events:
        return world
    events, later = world.events.copy(), len(model.panel.weeks)
    for k, event in enumerate(model.spec.events):
        if event.weeks:
            inside = np.array([float(week in event.weeks) for week in world.weeks[later:]])
            events[later:, :, k] = inside[:, None]
    return replace(world, events=events)


def _with_reference(
    model: FittedModel,
    world: Variables,
    reference: ReferencePlan,
    future_weeks: slice,
    future: FutureRules,
) -> tuple[Variables, list[str]]:
    """``world`` with the reference's spend of the channels not in ``future``, and their names."""
    spend, unnamed = world.spend.copy(), []
    for c, name in enumerate(model.structure.channels):
        if name not in future:
            spend[future_weeks, :, c] = reference.spend[..., c]
            unnamed.append(name)
    return replace(world, spend=spend), unnamed


def _with_owned(
    model: FittedModel,
    world: Variables,
    reference: ReferencePlan,
    future_weeks: slice,
    future: FutureRules,
) -> tuple[Variables, list[str]]:
    """``world`` with the reference of channels without cost, held at its mean in the tail, and the
    names of those not in ``future``."""
    spend, unnamed = world.spend.copy(), []
    for c, name in enumerate(model.structure.channels):
        if c not in model.structure.paid:
            spend[future_weeks, :, c] = reference.spend[..., c]
            spend[future_weeks.stop :, :, c] = reference.spend[..., c].mean(0)
            unnamed += [] if name in future else [name]
    return replace(world, spend=spend), unnamed


def _defaults(model: FittedModel) -> dict[str, FutureRule]:
    s = model.structure
    named = (name for i, name in enumerate(s.controls) if i != s.index)
    rules: dict[str, FutureRule] = dict.fromkeys(named, "last_year")
    if s.has_price:
        rules["price"] = "hold"
    rules |= {f"{name}.price": "hold" for name in s.priced_rivals}
    rules |= {f"{name}.spend": "hold" for name in s.spending_rivals}
    return rules


def _unstated_assumptions(model: FittedModel, future: FutureRules) -> dict[str, list[str]]:
    """Names by assumption, for variables whose future follows no rule."""
    spec = model.spec
    assumptions = {
        "taken as absent": [e.name for e in spec.events if e.column and e.name not in future],
        "cost of exposure and contacts at their mean": [
            c.name for c in spec.channels if c.has_exposure
        ],
    }
    return {how: names for how, names in assumptions.items() if names}


def _apply_rule(
    model: FittedModel,
    world: Variables,
    variable: VariableRef,
    rule: FutureRule,
    future_weeks: slice,
    history: Variables,
) -> Variables:
    weeks, values = future_weeks.stop - future_weeks.start, read_values(world, variable)
    observed_values = read_values(history, variable)
    if isinstance(rule, list):
        where = pointer("future", variable.name)
        if len(rule) != weeks:
            detail = f"{len(rule)} values for {weeks} future weeks"
            raise QueryError([Issue(where, "wrong_length", detail)])
        new: Array = np.asarray(rule, dtype=np.float64)[:, None] * geo_factors(model, variable)
        check_values(variable, new, where)
    elif rule == "last_year" and len(history.weeks) >= YEAR:
        new = observed_values[-YEAR:][np.arange(weeks) % YEAR]
    else:
        new = np.repeat(observed_values[-1:], weeks, axis=0)
    changed = values.copy()
    changed[future_weeks] = new
    if variable.array not in ("spend", "events"):
        changed[future_weeks.stop :] = changed[future_weeks][-1:]
    return with_values(world, variable, changed)


def _describe(rule: FutureRule, history: Variables) -> str:
    if rule == "last_year" and len(history.weeks) >= YEAR:
        return "assumed as in the same weeks of last year"
    return "held at the last value"


def without_tail_spend(world: Variables, start: int) -> Variables:
    """``world`` with own spend zero from position ``start`` on."""
    spend = world.spend.copy()
    spend[start:] = 0.0
    return replace(world, spend=spend)


def with_spend_after(
    world: Variables, start: int, level: Array, positions: Sequence[int]
) -> Variables:
    """``world`` with own spend ``level (geo, channel)``, currency per week, of the channels at
    ``positions``, from week ``start`` on."""
    spend = world.spend.copy()
    spend[start:, :, [*positions]] = level
    return replace(world, spend=spend)
