"""What lies beyond the data: interventions outside the observed range, and curves past it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmm.counterfactual.variables import MEDIATOR, Place, read
from mmm.data.timeline import Variables
from mmm.posterior.evaluate import Evaluation, evaluate
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

TOLERANCE = 1e-9
"""Relative rounding that is no step beyond."""


def beyond_observed(
    model: FittedModel, base: Variables, scenario: Variables, places: Sequence[Place]
) -> list[str]:
    """A sentence for each variable that the scenario moves outside what its geos have seen."""
    found = []
    for place in places:
        moved = _moved(base, scenario, place)
        asked, seen = _values(model, scenario, place), _observed(model, place)
        low, high = np.nanmin(seen, axis=0), np.nanmax(seen, axis=0)
        slack = TOLERANCE * np.maximum(np.abs(low), np.abs(high))
        outside = moved & ((asked > high + slack) | (asked < low - slack))
        if outside.any():
            found.append(_sentence(model, place, asked, moved, outside))
    return found


def _sentence(
    model: FittedModel,
    place: Place,
    asked: Array,
    moved: NDArray[np.bool_],
    outside: NDArray[np.bool_],
) -> str:
    """Names the geo with most weeks outside, its range asked for and its range seen."""
    weeks = outside.sum(0)
    geo = int(weeks.argmax())
    values, seen = asked[moved[:, geo], geo], _observed(model, place)[:, geo]
    several = len(model.panel.geos) > 1
    name = f"{place.name} in {model.panel.geos[geo]}" if several else place.name
    others = int((weeks > 0).sum()) - 1
    more = f", as in {others} other geos" if others else ""
    return (
        f"{name} from {values.min():,.6g} to {values.max():,.6g} goes beyond the observed "
        f"{np.nanmin(seen):,.6g} to {np.nanmax(seen):,.6g} in {weeks[geo]} of {len(values)} "
        f"weeks{more}: the answer rests on the model's shape there"
    )


def _moved(base: Variables, scenario: Variables, place: Place) -> NDArray[np.bool_]:
    """(week, geo) where the intervention changes the variable."""
    if place.array == MEDIATOR:
        factor = scenario.mediator_factor[..., place.position]
        return np.asarray((factor != 1.0) | (scenario.mediator_shift[..., place.position] != 0.0))
    return np.asarray(read(base, place) != read(scenario, place))


def _observed(model: FittedModel, place: Place) -> Array:
    """(week, geo) of the data; NaN in weeks unseen."""
    if place.array == MEDIATOR:
        return np.asarray(model.panel.array("mediators")[..., place.position])
    return read(model.design.observed, place)


def _values(model: FittedModel, world: Variables, place: Place) -> Array:
    """(week, geo) of ``world``; a mediator's mean over the draws."""
    if place.array != MEDIATOR:
        return read(world, place)
    at = place.position or 0

    def state(found: Evaluation) -> Array:
        return np.asarray(found.terms.states[:, at])

    mean = evaluate(model, world, state).mean(0)
    return np.asarray(mean * model.scales.mediator_sd[:, at] + model.scales.mediator_mean[:, at])
