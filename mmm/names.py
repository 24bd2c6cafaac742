"""Names that questions use -> the place in ``Variables``: tv, price, rival.price, rival.spend."""

from dataclasses import dataclass, replace
from typing import Any

from mmm.errors import Issue, QueryError
from mmm.fitted import FittedModel
from mmm.timeline import Variables
from mmm.types import Array


MEDIATOR = "mediator"


@dataclass(frozen=True)
class Place:
    """An array of ``Variables`` and the position on its last axis (None: it has none).

    A mediator has no array: its value follows from its equation, and a do changes
    ``mediator_factor`` and ``mediator_shift``.
    """

    name: str
    array: str
    position: int | None


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
    """(week, geo) values of a variable."""
    values: Array = getattr(world, place.array)
    return values if place.position is None else values[..., place.position]


def write(world: Variables, place: Place, values: Array) -> Variables:
    """``world`` with a variable replaced by ``values (week, geo)``."""
    if place.position is None:
        changed = values
    else:
        changed = getattr(world, place.array).copy()
        changed[..., place.position] = values
    arrays: dict[str, Any] = {place.array: changed}
    return replace(world, **arrays)
