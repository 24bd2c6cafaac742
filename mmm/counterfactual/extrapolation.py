"""Extrapolation: warnings about interventions outside the range that was observed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmm.counterfactual.variables import MEDIATOR, VariableRef, read_values
from mmm.data.timeline import Variables
from mmm.posterior.evaluate import Evaluation, evaluate
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

TOLERANCE = 1e-9
"""Relative rounding error that is not extrapolation."""


def extrapolation_warnings(
    model: FittedModel, base: Variables, scenario: Variables, variables: Sequence[VariableRef]
) -> list[str]:
    """A sentence for each variable that the scenario moves outside its observed range in a geo."""
    warnings = []
    for variable in variables:
        changed = _changed(base, scenario, variable)
        values, observed_values = _values(model, scenario, variable), _observed(model, variable)
        low, high = np.nanmin(observed_values, axis=0), np.nanmax(observed_values, axis=0)
        slack = TOLERANCE * np.maximum(np.abs(low), np.abs(high))
        outside = changed & ((values > high + slack) | (values < low - slack))
        if outside.any():
            warnings.append(_sentence(model, variable, values, changed, outside))
    return warnings


def values_and_observed(
    model: FittedModel, world: Variables, variable: VariableRef
) -> tuple[Array, Array]:
    """(week, geo) values of a variable in ``world``, and the observed ones (NaN where missing)."""
    return _values(model, world, variable), _observed(model, variable)


def _sentence(
    model: FittedModel,
    variable: VariableRef,
    values: Array,
    changed: NDArray[np.bool_],
    outside: NDArray[np.bool_],
) -> str:
    """The geo with most weeks outside, with its range in the scenario and its observed range."""
    weeks = outside.sum(0)
    geo = int(weeks.argmax())
    moved, observed = values[changed[:, geo], geo], _observed(model, variable)[:, geo]
    several = len(model.panel.geos) > 1
    name = f"{variable.name} in {model.panel.geos[geo]}" if several else variable.name
    others = int((weeks > 0).sum()) - 1
    more = f", as in {others} other geos" if others else ""
    return (
        f"{name} from {moved.min():,.6g} to {moved.max():,.6g} goes beyond the observed "
        f"{np.nanmin(observed):,.6g} to {np.nanmax(observed):,.6g} in {weeks[geo]} of {len(moved)} "
        f"weeks{more}: the answer rests on the model's shape there"
    )


def _changed(base: Variables, scenario: Variables, variable: VariableRef) -> NDArray[np.bool_]:
    """(week, geo) where the intervention changes the variable."""
    if variable.array == MEDIATOR:
        factor = scenario.mediator_factor[..., variable.position]
        return np.asarray(
            (factor != 1.0) | (scenario.mediator_shift[..., variable.position] != 0.0)
        )
    return np.asarray(read_values(base, variable) != read_values(scenario, variable))


def _observed(model: FittedModel, variable: VariableRef) -> Array:
    """(week, geo) observed values; NaN in unobserved weeks."""
    if variable.array == MEDIATOR:
        return np.asarray(model.panel.array("mediators")[..., variable.position])
    return read_values(model.design.observed, variable)


def _values(model: FittedModel, world: Variables, variable: VariableRef) -> Array:
    """(week, geo) values in ``world``; for a mediator the mean over draws."""
    if variable.array != MEDIATOR:
        return read_values(world, variable)
    position = variable.position or 0

    def state(evaluation: Evaluation) -> Array:
        return np.asarray(evaluation.terms.states[:, position])

    mean = evaluate(model, world, state).mean(0)
    return np.asarray(
        mean * model.scales.mediator_sd[:, position] + model.scales.mediator_mean[:, position]
    )
