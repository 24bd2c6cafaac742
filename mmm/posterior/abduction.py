"""The latent states of a fitted model, draw by draw, inferred from the observed weeks.

Abduction (Pearl, Causality, 2009, 7.1): a mediator's innovation is its observed value less the mean
of its equation; the residual of the KPI likewise. Innovations of weeks outside the data are zero,
or drawn where a forecast needs all noise; demand and autoregressive noise decay at the rate of
their autocorrelation.
"""

from collections.abc import Mapping

import numpy as np

from mmm.data.design import Design
from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables
from mmm.equations import mean as equations
from mmm.equations.mediators import MediatorValue
from mmm.posterior.counts_memory import ObservedWeeks, state_on_weeks
from mmm.posterior.fitted import FittedModel
from mmm.spec.structure import Structure
from mmm.types import Array, IndexArray, Parameters

NOT_OF_THE_PAST = ("ar", "innovation", "walk_ahead")
"""What the residuals of the observed weeks do not depend on."""


def known_states(design: Design, chunk: Parameters) -> Array:
    """(draw, mediator, week, geo) standardised mediators of the weeks of the panel; posterior draws
    where they were not observed."""
    scales = design.scales
    values = (design.panel.array("mediators") - scales.mediator_mean) / scales.mediator_sd
    values = values.transpose(2, 0, 1)
    n = len(next(iter(chunk.values())))
    states = np.broadcast_to(values, (n, *values.shape)).copy()
    for i, name in enumerate(design.structure.mediators):
        if f"unseen_{name}" in chunk:
            states[:, i][:, ~np.isfinite(values[i])] = chunk[f"unseen_{name}"]
    return states


def at_known_states(states: Array) -> MediatorValue:
    """The function that gives every mediator its known state, ``states (draw, mediator, ...)``."""
    return lambda mediator, _mean: states[:, mediator]


def with_latent_states(
    model: FittedModel,
    chunk: Parameters,
    world: Variables,
    history: Inputs,
    rng: np.random.Generator | None,
) -> dict[str, Array]:
    """``chunk`` with shock, demand, innovations and autoregressive noise on the weeks of ``world``.

    ``history`` is the inputs of the observed weeks as they were. With ``rng`` the latent states of
    later weeks are drawn; otherwise they are at their mean.
    """
    known, later = _week_positions(model, world)
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
    if "walk_sd" in chunk and rng is not None:
        p["walk_ahead"] = _walk_ahead(model, chunk["walk_sd"], world, rng)
    if s.counts_remember:
        p["ar"] = state_on_weeks(chunk, known, later, rng)
    elif s.ar:
        residual = _residual(model, p, known, history)
        p["ar"] = _autoregressive_noise(chunk["noise_rho"], residual, known, later, weeks)
    return p


def _week_positions(model: FittedModel, world: Variables) -> tuple[ObservedWeeks, IndexArray]:
    """Positions of the observed weeks in ``world`` and in the panel, and the number of weeks by
    which each week of ``world`` follows the last observed one (zero before it)."""
    first, count = model.panel.weeks[0], len(model.panel.weeks)
    at = np.array([(week - first).days // 7 for week in world.weeks])
    inside = (at >= 0) & (at < count)
    return (np.flatnonzero(inside), at[inside]), np.maximum(at - count + 1, 0)


def _demand(chunk: Parameters, known: ObservedWeeks, later: IndexArray, fresh: Array) -> Array:
    rho, state = chunk["demand_rho"][:, None], chunk["demand"]
    demand = np.zeros_like(fresh)
    demand[:, known[0]] = state[:, known[1]]
    previous = state[:, -1:]
    for i in np.flatnonzero(later):
        previous = rho * previous + np.sqrt(1.0 - rho**2) * fresh[:, i : i + 1]
        demand[:, i : i + 1] = previous
    return demand


def _walk_ahead(model: FittedModel, sd: Array, world: Variables, rng: np.random.Generator) -> Array:
    """(draw, week) how far the random walk of the baseline has gone on since the data ended."""
    scales = model.scales
    since = np.array([(week - scales.origin).days / 7.0 for week in world.weeks])
    ahead = np.maximum(since - (scales.walk_weeks - 1), 0.0)
    steps = np.sqrt(np.maximum(np.diff(ahead, prepend=0.0), 0.0) / max(scales.span_weeks - 1, 1))
    moves = sd[:, None] * steps * rng.standard_normal((len(sd), len(ahead)))
    return np.asarray(np.cumsum(moves, axis=1))


def _innovations(chunk: Parameters, history: Inputs, s: Structure, states: Array) -> Array:
    """(draw, mediator, week, geo) innovations of the observed weeks."""
    innovations = np.zeros_like(states)

    def mediator_value(mediator: int, mean: Array) -> Array:
        innovations[:, mediator] = states[:, mediator] - mean
        return np.asarray(states[:, mediator])

    equations.nonlinear_terms(chunk, history, s, np, mediator_value)
    return innovations


def _residual(
    model: FittedModel, p: Mapping[str, Array], known: ObservedWeeks, history: Inputs
) -> Array:
    """(draw, week, geo) KPI less its structural mean in the observed weeks, on the scale of the
    predictor."""
    s, past = model.structure, {k: v for k, v in p.items() if k not in NOT_OF_THE_PAST}
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


def _autoregressive_noise(
    rho: Array, residual: Array, known: ObservedWeeks, later: IndexArray, weeks: int
) -> Array:
    """(draw, week, geo) expected noise given the past: rho times that of the week before, decaying
    after the data."""
    noise = np.zeros((len(rho), weeks, residual.shape[-1]))
    inside = known[1] > 0
    before = residual[:, known[1][inside] - 1]
    noise[:, known[0][inside]] = rho[:, None, None] * before
    ahead = later > 0
    decay = rho[:, None] ** later[ahead]
    noise[:, ahead] = decay[:, :, None] * residual[:, -1:]
    return noise
