"""The equations over all posterior draws, for any variables on any weeks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmm import equations
from mmm.equations import Inputs, Terms
from mmm.fitted import FittedModel
from mmm.scales import Scales
from mmm.structure import Structure
from mmm.timeline import Variables, date_basis
from mmm.types import Array


@dataclass(frozen=True)
class Evaluation:
    """One chunk of draws on one timeline: its parameters, scaled inputs and terms."""

    parameters: dict[str, Array]
    inputs: Inputs
    terms: Terms


def inputs_of(model: FittedModel, variables: Variables) -> Inputs:
    """Scaled inputs of ``variables`` under the model's stored scales."""
    return numeric_inputs(variables, model.scales, model.structure)


def numeric_inputs(variables: Variables, scales: Scales, structure: Structure) -> Inputs:
    """Scaled inputs of ``variables`` as NumPy arrays."""
    basis = date_basis(variables.weeks, scales.origin, scales.span_weeks, structure.yearly)
    return equations.scaled_inputs(vars(variables), basis, scales, np)


def evaluate(
    model: FittedModel, variables: Variables, reduce: Callable[[Evaluation], Array]
) -> Array:
    """``reduce`` of every draw's terms on the weeks of ``variables``, joined over draws.

    The common weekly shock is the fitted one in the observed weeks and zero elsewhere. ``reduce``
    returns (draw, ...) for the draws it is given; chunks bound the memory.
    """
    inputs = inputs_of(model, variables)
    parts = []
    for chunk in model.posterior.chunks(inputs.exposure.size * 4):
        p = _on_timeline(chunk, model, variables)
        found = equations.terms(p, inputs, model.structure, np)
        parts.append(reduce(Evaluation(p, inputs, found)))
    return np.concatenate(parts)


def outcome(model: FittedModel, variables: Variables) -> Array:
    """(draw, week) expected kpi in kpi units, summed over geos."""

    def total(found: Evaluation) -> Array:
        scaled = equations.mean(found.terms, model.structure)
        return np.asarray(scaled @ model.scales.kpi_unit)

    return evaluate(model, variables, total)


def mean_by_geo(model: FittedModel, variables: Variables) -> Array:
    """(draw, week, geo) expected kpi in kpi units."""

    def cells(found: Evaluation) -> Array:
        return np.asarray(equations.mean(found.terms, model.structure) * model.scales.kpi_unit)

    return evaluate(model, variables, cells)


def media_factor(model: FittedModel, terms: Terms) -> Array:
    """(..., week, geo) kpi units per scaled unit of media: price factor where it acts on all."""
    ones = np.ones_like(terms.price_factor)
    factor = terms.price_factor if model.structure.price_acts_on_all else ones
    return np.asarray(factor * model.scales.kpi_unit)


def noise(model: FittedModel, weeks: int, seed: int, *, shock: bool = True) -> Array:
    """(draw, week, geo) noise in kpi units, with future common shocks; equal for equal seeds."""
    rng, p = np.random.default_rng(seed), model.posterior.draws
    n_geos = model.scales.geo_weight.size
    shape = (model.posterior.n_draws, weeks, n_geos)
    if "nu" in p:
        standard = rng.standard_t(p["nu"][:, None, None], size=shape)
    else:
        standard = rng.standard_normal(shape)
    scaled = standard * p["sigma"][:, None, None]
    if shock and "shock_sd" in p:
        scaled = scaled + (rng.standard_normal(shape[:2]) * p["shock_sd"][:, None])[..., None]
    return np.asarray(scaled * model.scales.kpi_unit)


def _on_timeline(
    chunk: dict[str, Array], model: FittedModel, variables: Variables
) -> dict[str, Array]:
    if "shock" not in chunk:
        return chunk
    known = {week: i for i, week in enumerate(model.panel.weeks)}
    shock = np.zeros((chunk["shock"].shape[0], len(variables.weeks)))
    for i, week in enumerate(variables.weeks):
        if week in known:
            shock[:, i] = chunk["shock"][:, known[week]]
    return {**chunk, "shock": shock}
