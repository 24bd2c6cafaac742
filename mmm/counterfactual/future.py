"""Weeks past the data: what every variable does there, by default or as the user says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from mmm.counterfactual.variables import (
    MEDIATOR,
    Place,
    check_values,
    per_geo,
    place_of,
    read,
    write,
)
from mmm.data.timeline import Variables, append, weeks_after
from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

YEAR = 52


type Rule = Literal["hold", "last_year"] | Annotated[list[float], Field(min_length=1)]


type Future = Mapping[str, Rule]


def timeline(
    model: FittedModel, end: date, tail: int, future: Future, default_spend: str | None
) -> tuple[Variables, list[str]]:
    """The observed weeks, future weeks to ``end``, and ``tail`` weeks without own spend.

    Returns the variables and a warning for each default used. ``default_spend`` is the rule for
    channels not named in ``future``; None leaves them at zero. Raises QueryError for an unknown
    variable or a list of the wrong length.
    """
    history = model.design.observed
    last = model.panel.weeks[-1]
    ahead = max((end - last).days // 7, 0)
    places = {name: place_of(model, name, pointer("future", name)) for name in future}
    for name, place in places.items():
        if place.array == MEDIATOR:
            detail = f"{name!r} follows from its own equation; intervene on it with do"
            raise QueryError([Issue(pointer("future", name), "mediator", detail)])
    if not ahead:
        if future:
            raise QueryError([Issue("/future", "no_future", "the window ends within the data")])
        return _with_listed_events(model, _extend(history, tail)), []
    world = _with_listed_events(model, _extend(history, ahead + tail))
    lasting = slice(len(model.panel.weeks), len(model.panel.weeks) + ahead)
    used: dict[str, list[str]] = {}
    for name, rule in _defaults(model, default_spend).items():
        if name not in future:
            world = _apply(model, world, place_of(model, name, ""), rule, lasting, history)
            used.setdefault(_describe(rule, history), []).append(name)
    for name, rule in future.items():
        world = _apply(model, world, places[name], rule, lasting, history)
    used |= _taken(model, future)
    return world, [f"after {last}, {how}: {', '.join(names)}" for how, names in used.items()]


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
    return append(history, Variables(weeks=weeks_after(history.weeks[-1], weeks), **held))


def _zeros(history: Variables, name: str, weeks: int) -> Array:
    return np.zeros((weeks, *getattr(history, name).shape[1:]))


def _with_listed_events(model: FittedModel, world: Variables) -> Variables:
    """Events given by their weeks happen in the future too."""
    if not model.structure.events:
        return world
    events, later = world.events.copy(), len(model.panel.weeks)
    for k, event in enumerate(model.spec.events):
        if event.weeks:
            inside = np.array([float(week in event.weeks) for week in world.weeks[later:]])
            events[later:, :, k] = inside[:, None]
    return replace(world, events=events)


def _defaults(model: FittedModel, default_spend: str | None) -> dict[str, Rule]:
    s = model.structure
    rules: dict[str, Rule] = dict.fromkeys(s.controls, "last_year")
    if s.has_price:
        rules["price"] = "hold"
    rules |= {f"{name}.price": "hold" for name in s.priced_rivals}
    rules |= {f"{name}.spend": "hold" for name in s.spending_rivals}
    if default_spend == "last_year":
        rules |= dict.fromkeys(s.channels, "last_year")
    return rules


def _taken(model: FittedModel, future: Future) -> dict[str, list[str]]:
    """What later weeks take without a rule of their own, for the user to know."""
    spec = model.spec
    found = {
        "taken as absent": [e.name for e in spec.events if e.column and e.name not in future],
        "cost of exposure and contacts at their mean": [
            c.name for c in spec.channels if c.exposure
        ],
    }
    return {how: names for how, names in found.items() if names}


def _apply(
    model: FittedModel,
    world: Variables,
    place: Place,
    rule: Rule,
    lasting: slice,
    history: Variables,
) -> Variables:
    weeks, values = lasting.stop - lasting.start, read(world, place)
    observed_values = read(history, place)
    if isinstance(rule, list):
        where = pointer("future", place.name)
        if len(rule) != weeks:
            detail = f"{len(rule)} values for {weeks} future weeks"
            raise QueryError([Issue(where, "wrong_length", detail)])
        new: Array = np.asarray(rule, dtype=np.float64)[:, None] * per_geo(model, place)
        check_values(place, new, where)
    elif rule == "last_year" and len(history.weeks) >= YEAR:
        new = observed_values[-YEAR:][np.arange(weeks) % YEAR]
    else:
        new = np.repeat(observed_values[-1:], weeks, axis=0)
    changed = values.copy()
    changed[lasting] = new
    if place.array not in ("spend", "events"):
        changed[lasting.stop :] = changed[lasting][-1:]
    return write(world, place, changed)


def _describe(rule: Rule, history: Variables) -> str:
    if rule == "last_year" and len(history.weeks) >= YEAR:
        return "assumed as in the same weeks of last year"
    return "held at the last value"


def without_tail_spend(world: Variables, start: int) -> Variables:
    """``world`` with own spend zero from position ``start`` on."""
    spend = world.spend.copy()
    spend[start:] = 0.0
    return replace(world, spend=spend)
