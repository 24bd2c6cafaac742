"""Names that questions use -> the place in ``Variables``: tv, price, rival.price, rival.spend."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

MEDIATOR = "mediator"


_OF_MEDIATOR = ("mediator_factor", "mediator_shift")


@dataclass(frozen=True)
class Place:
    """An array of ``Variables`` and the position on its last axis (None: it has none).

    A mediator has no array: its value follows from its equation, and a do changes
    ``mediator_factor`` and ``mediator_shift``.
    """

    name: str
    array: str
    position: int | None

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays of ``Variables`` that a do on the variable changes."""
        return _OF_MEDIATOR if self.array == MEDIATOR else (self.array,)


def places(model: FittedModel) -> dict[str, Place]:
    """Every variable that a question may name, in order."""
    s = model.structure
    groups = {
        "spend": list(s.channels),
        "rival_spend": [f"{name}.spend" for name in s.spending_rivals],
        "rival_price": [f"{name}.price" for name in s.priced_rivals],
        "controls": list(s.controls),
        "events": list(s.events),
        MEDIATOR: list(s.mediators),
    }
    found = {
        name: Place(name, array, position)
        for array, names in groups.items()
        for position, name in enumerate(names)
    }
    if s.has_price:
        found["price"] = Place("price", "price", None)
    return found


def place_of(model: FittedModel, name: str, where: str) -> Place:
    """Place of ``name``; raises QueryError listing the names that exist."""
    known = places(model)
    if name not in known:
        detail = f"{name!r} is not a variable of this model; there are: {', '.join(known)}"
        raise QueryError([Issue(where, "unknown_variable", detail)])
    return known[name]


def read(world: Variables, place: Place) -> Array:
    """(week, geo) values of a variable that is no mediator."""
    values: Array = getattr(world, place.array)
    return values if place.position is None else values[..., place.position]


def write(world: Variables, place: Place, values: Array) -> Variables:
    """``world`` with a variable that is no mediator replaced by ``values (week, geo)``."""
    return _written(world, place.array, place.position, values)


def scaled(world: Variables, place: Place, factor: Array) -> Variables:
    """``world`` with a variable, a mediator too, multiplied by ``factor (week, geo)``."""
    for array in place.arrays:
        values = read(world, replace(place, array=array))
        world = _written(world, array, place.position, values * factor)
    return world


def only(base: Variables, changed: Variables, place: Place) -> Variables:
    """``base`` with one variable, a mediator too, as in ``changed``."""
    for array in place.arrays:
        values = read(changed, replace(place, array=array))
        base = _written(base, array, place.position, values)
    return base


def per_geo(model: FittedModel, place: Place) -> Array:
    """(geo,) what a number given once is multiplied by in each geo.

    One, but for a national channel: its spend is one number, which geos share by population.
    """
    weight = model.scales.geo_weight
    if place.array == "spend" and model.spec.channels[place.position or 0].national:
        return np.asarray(weight / weight.sum())
    return np.ones_like(weight)


def check_values(place: Place, values: Array, where: str) -> None:
    """Raises QueryError where ``values`` cannot be: a price of zero, spend below it."""
    lowest = float(values.min())
    if "price" in place.array and lowest <= 0.0:
        detail = f"{place.name} would be {lowest:g}; a price must stay above zero"
        raise QueryError([Issue(where, "not_positive", detail)])
    if "spend" in place.array and lowest < 0.0:
        detail = f"{place.name} would be {lowest:g}; spend cannot be negative"
        raise QueryError([Issue(where, "negative", detail)])


def _written(world: Variables, array: str, position: int | None, values: Array) -> Variables:
    changed = values
    if position is not None:
        changed = getattr(world, array).copy()
        changed[..., position] = values
    arrays: dict[str, Any] = {array: changed}
    return replace(world, **arrays)


def week_of(model: FittedModel, day: date, where: str) -> date:
    """``day`` if it starts a week of the model's calendar; else QueryError naming the nearest."""
    first = model.panel.weeks[0]
    off = (day - first).days % 7
    if off:
        near = day - timedelta(days=off)
        detail = f"{day} is no week start; the nearest are {near} and {near + timedelta(weeks=1)}"
        raise QueryError([Issue(where, "not_a_week_start", detail)])
    if day < first:
        raise QueryError([Issue(where, "before_data", f"{day} is before the first week {first}")])
    return day
