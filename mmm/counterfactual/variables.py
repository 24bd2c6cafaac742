"""The variables that a question may name (tv, price, rival.price, rival.spend), and values."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from mmm.data.timeline import Variables
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

MEDIATOR = "mediator"
_MEDIATOR_ARRAYS = ("mediator_factor", "mediator_shift")


@dataclass(frozen=True)
class VariableRef:
    """Reference to a variable: an array of ``Variables`` and the position on its last axis.

    ``position`` is None where the array has no such axis. A mediator has no array of its own: its
    value follows from its equation, and an intervention changes ``mediator_factor`` and
    ``mediator_shift``.
    """

    name: str
    array: str
    position: int | None

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays of ``Variables`` that an intervention on the variable changes."""
        return _MEDIATOR_ARRAYS if self.array == MEDIATOR else (self.array,)


def model_variables(model: FittedModel) -> dict[str, VariableRef]:
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
    variables = {
        name: VariableRef(name, array, position)
        for array, names in groups.items()
        for position, name in enumerate(names)
    }
    if s.has_price:
        variables["price"] = VariableRef("price", "price", None)
    return variables


def find_variable(model: FittedModel, name: str, where: str) -> VariableRef:
    """The variable ``name``; raises QueryError under ``where``, listing the names that exist."""
    known = model_variables(model)
    if name not in known:
        detail = f"{name!r} is not a variable of this model; known variables: {', '.join(known)}"
        raise QueryError([Issue(where, "unknown_variable", detail)])
    return known[name]


def read_values(world: Variables, variable: VariableRef) -> Array:
    """(week, geo) values of a variable that is not a mediator."""
    values: Array = getattr(world, variable.array)
    return values if variable.position is None else values[..., variable.position]


def with_values(world: Variables, variable: VariableRef, values: Array) -> Variables:
    """``world`` with a variable that is not a mediator replaced by ``values (week, geo)``."""
    return _with_array(world, variable.array, variable.position, values)


def with_scaled_values(world: Variables, variable: VariableRef, factor: Array) -> Variables:
    """``world`` with a variable, also a mediator, multiplied by ``factor (week, geo)``."""
    for array in variable.arrays:
        values = read_values(world, replace(variable, array=array))
        world = _with_array(world, array, variable.position, values * factor)
    return world


def with_one_variable(base: Variables, changed: Variables, variable: VariableRef) -> Variables:
    """``base`` with one variable, also a mediator, as in ``changed``."""
    for array in variable.arrays:
        values = read_values(changed, replace(variable, array=array))
        base = _with_array(base, array, variable.position, values)
    return base


def geo_factors(model: FittedModel, variable: VariableRef) -> Array:
    """(geo,) factors that turn one number for the variable into its value in each geo.

    One, except for a national channel, whose spend is split over geos by population.
    """
    weight = model.scales.geo_weight
    if variable.array == "spend" and model.spec.channels[variable.position or 0].national:
        return np.asarray(weight / weight.sum())
    return np.ones_like(weight)


def check_values(variable: VariableRef, values: Array, where: str) -> None:
    """Raise QueryError under ``where`` for a price that is not positive, negative spend, and what
    several interventions carry beyond any number."""
    if not np.isfinite(values).all():
        detail = f"{variable.name} would be beyond any number"
        raise QueryError([Issue(where, "not_finite", detail)])
    lowest = float(values.min())
    if "price" in variable.array and lowest <= 0.0:
        detail = f"{variable.name} would be {lowest:g}; a price must stay above zero"
        raise QueryError([Issue(where, "not_positive", detail)])
    if "spend" in variable.array and lowest < 0.0:
        detail = f"{variable.name} would be {lowest:g}; spend cannot be negative"
        raise QueryError([Issue(where, "negative", detail)])


def _with_array(world: Variables, array: str, position: int | None, values: Array) -> Variables:
    changed = values
    if position is not None:
        changed = getattr(world, array).copy()
        changed[..., position] = values
    arrays: dict[str, Any] = {array: changed}
    return replace(world, **arrays)


def require_week_start(model: FittedModel, day: date, where: str) -> date:
    """``day`` if it starts a week of the model's calendar.

    Raises QueryError under ``where`` for another day, naming the nearest week starts, and for a day
    before the data.
    """
    first = model.panel.weeks[0]
    off = (day - first).days % 7
    if off:
        near = day - timedelta(days=off)
        after = near + timedelta(weeks=1)
        detail = f"{day} is not the start of a week; the nearest are {near} and {after}"
        raise QueryError([Issue(where, "not_a_week_start", detail)])
    if day < first:
        raise QueryError([Issue(where, "before_data", f"{day} is before the first week {first}")])
    return day
