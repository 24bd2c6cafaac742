"""The latent past of a fitted model, draw by draw: what the observed weeks say about the noise.

Abduction (Pearl, Causality, 2009, 7.1): a mediator's innovation is what was observed less the mean
of its equation; the residual of the kpi likewise. Weeks beyond the data have innovation zero, or
drawn ones where a forecast asks for all noise; demand and autoregressive noise fade as their memory
says.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.equations.mediators import MediatorValue
from mmm.posterior.fitted import FittedModel
from mmm.spec.structure import Structure
from mmm.types import Array

type Chunk = Mapping[str, Array]
type Positions = NDArray[np.intp]
type Known = tuple[Positions, Positions]
"""Positions of the observed weeks on a timeline, and in the panel."""


def known_states(design: Design, chunk: Chunk) -> Array:
    """(draw, mediator, week, geo) standardised mediators of the observed weeks; weeks unseen are
    the posterior's draws."""
    scales = design.scales
    values = (design.panel.array("mediators") - scales.mediator_mean) / scales.mediator_sd
    values = values.transpose(2, 0, 1)
    n = len(next(iter(chunk.values())))
    found = np.broadcast_to(values, (n, *values.shape)).copy()
    for i, name in enumerate(design.structure.mediators):
        if f"unseen_{name}" in chunk:
            found[:, i][:, ~np.isfinite(values[i])] = chunk[f"unseen_{name}"]
    return found


def at_known_states(states: Array) -> MediatorValue:
    """Settles every mediator at its known state."""
    return lambda mediator, _mean: states[:, mediator]


def with_latents(
    model: FittedModel,
    chunk: Chunk,
    world: Variables,
    history: Inputs,
    rng: np.random.Generator | None,
) -> dict[str, Array]:
    """``chunk`` with shock, demand, innovations and autoregressive noise on the weeks of ``world``.

    ``history`` are the inputs of the observed weeks as they were. With ``rng`` the latent states of
    later weeks are drawn, else they are at their mean.
    """
    known, later = _places(model, world)
    p = dict(chunk)
    n, weeks = len(next(iter(chunk.values()))), len(world.weeks)
    fresh = rng.standard_normal if rng is not None else np.zeros
    if "shock" in chunk:
        p["shock"] = chunk["shock_sd"][:, None] * fresh((n, weeks))
        p["shock"][:, known[0]] = chunk["shock"][:, known[1]]
    if "demand" in chunk:
        p["demand"] = _demand(chunk, known, later, fresh((n, weeks)))
    s = model.structure
    if s.mediators:
        states = known_states(model.design, chunk)
        p["innovation"] = chunk["mediator_sd"][:, :, None, None] * fresh(
            (n, len(s.mediators), weeks, len(model.panel.geos))
        )
        p["innovation"][:, :, known[0]] = _innovations(chunk, history, s, states)[:, :, known[1]]
    if s.ar:
        residual = _residual(model, p, known, history)
        p["ar"] = _memory(chunk["noise_rho"], residual, known, later, weeks)
    return p


def _places(model: FittedModel, world: Variables) -> tuple[Known, Positions]:
    """Positions of the observed weeks in ``world`` and in the panel; weeks since the last one."""
    first, count = model.panel.weeks[0], len(model.panel.weeks)
    at = np.array([(week - first).days // 7 for week in world.weeks])
    inside = (at >= 0) & (at < count)
    return (np.flatnonzero(inside), at[inside]), np.maximum(at - count + 1, 0)


def _demand(chunk: Chunk, known: Known, later: Positions, fresh: Array) -> Array:
    rho, state = chunk["demand_rho"][:, None], chunk["demand"]
    found = np.zeros_like(fresh)
    found[:, known[0]] = state[:, known[1]]
    previous = state[:, -1:]
    for i in np.flatnonzero(later):
        previous = rho * previous + np.sqrt(1.0 - rho**2) * fresh[:, i : i + 1]
        found[:, i : i + 1] = previous
    return found


def _innovations(chunk: Chunk, history: Inputs, s: Structure, states: Array) -> Array:
    """(draw, mediator, week, geo) of the observed weeks."""
    found = np.zeros_like(states)

    def mediator_value(mediator: int, mean: Array) -> Array:
        found[:, mediator] = states[:, mediator] - mean
        return np.asarray(states[:, mediator])

    equations.nonlinear_terms(chunk, history, s, np, mediator_value)
    return found


def _residual(model: FittedModel, p: Mapping[str, Array], known: Known, history: Inputs) -> Array:
    """(draw, week, geo) kpi less its structural mean in the observed weeks, on the predictor's
    scale."""
    s, past = model.structure, {k: v for k, v in p.items() if k not in ("ar", "innovation")}
    names = {"shock": 1, "demand": 1}
    for name in names:
        if name in model.posterior.draws and name in past:
            full = np.zeros((len(p[name]), len(model.panel.weeks)))
            full[:, known[1]] = p[name][:, known[0]]
            past[name] = full
    states = known_states(model.design, p)
    t = equations.terms(past, history, s, np, at_known_states(states))
    kpi = model.panel.array("kpi") / model.scales.kpi_unit
    return np.asarray((np.log(kpi) if s.log_link else kpi) - equations.predictor(t, s, np))


def _memory(rho: Array, residual: Array, known: Known, later: Positions, weeks: int) -> Array:
    """(draw, week, geo) expected noise given the past: rho times last week's, fading beyond."""
    found = np.zeros((len(rho), weeks, residual.shape[-1]))
    inside = known[1] > 0
    before = residual[:, known[1][inside] - 1]
    found[:, known[0][inside]] = rho[:, None, None] * before
    ahead = later > 0
    fading = rho[:, None] ** later[ahead]
    found[:, ahead] = fading[:, :, None] * residual[:, -1:]
    return found
