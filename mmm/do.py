"""do(): one intervention applied to the variables of a timeline."""

from datetime import date

import numpy as np

from mmm.errors import Issue, QueryError
from mmm.fitted import FittedModel
from mmm.future import week_of
from mmm.names import Place, place_of, read, write
from mmm.question import Do
from mmm.timeline import Variables
from mmm.types import Array


def apply_do(
    model: FittedModel, world: Variables, do: Do, window: tuple[date, date], where: str
) -> Variables:
    """``world`` under one intervention; raises QueryError under the pointer ``where``."""
    place = place_of(model, do.variable, f"{where}/variable")
    first = week_of(model, do.start or window[0], f"{where}/start")
    last = week_of(model, do.end or window[1], f"{where}/end")
    if not window[0] <= first <= last <= window[1]:
        detail = f"{first} to {last} is not within {window[0]} to {window[1]}"
        raise QueryError([Issue(where, "outside_window", detail)])
    values = read(world, place).copy()
    weeks = slice(world.index(first), world.index(last) + 1)
    values[weeks] = _changed(do, values[weeks])
    _check_values(do, place, values[weeks], where)
    return write(world, place, values)


def _changed(do: Do, values: Array) -> Array:
    if do.set is not None:
        return np.full_like(values, do.set)
    return values * do.scale if do.scale is not None else values + (do.add or 0.0)


def _check_values(do: Do, place: Place, values: Array, where: str) -> None:
    lowest = float(values.min())
    if "price" in place.array and lowest <= 0.0:
        detail = f"{do.variable} would be {lowest:g}; a price must stay above zero"
        raise QueryError([Issue(where, "not_positive", detail)])
    if "spend" in place.array and lowest < 0.0:
        detail = f"{do.variable} would be {lowest:g}; spend cannot be negative"
        raise QueryError([Issue(where, "negative", detail)])
