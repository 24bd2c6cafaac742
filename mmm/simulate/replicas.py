"""Replicated data of a model: series that would have been seen if the noise had fallen otherwise.

For every draw of the parameters the KPI is drawn anew on the observed weeks. Latent states of the
past (shocks, demand, mediators' innovations) stay those of the draw, and autoregressive noise is
drawn from its stationary distribution on, so that the series is that of the whole history and not
week by week given what was seen.
"""

from dataclasses import dataclass

import numpy as np

from mmm.equations import mean as equations
from mmm.posterior.abduction import at_known_states, known_states
from mmm.posterior.counts_memory import log_variance, new_paths
from mmm.posterior.evaluate import with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

BURN_IN = 60
"""Weeks ahead of the data in which autoregressive noise reaches its stationary spread."""


@dataclass(frozen=True)
class Replicas:
    """``kpi (draw, week, geo)`` in units of the KPI; ``expected`` likewise, without the noise.

    ``mediators (draw, week, geo, mediator)`` in natural units; None where the model has none.
    """

    kpi: Array
    expected: Array
    mediators: Array | None = None


def replicas(model: FittedModel, seed: int) -> Replicas:
    """A replica of the data for every draw of ``model``; equal seeds give equal noise.

    Mediators that the panel does not have are those of the draw (``unseen_<name>``).
    """
    p, s, scales = model.posterior.draws, model.structure, model.scales
    states = known_states(model.design, p)
    terms = equations.terms(
        dict(p), model.design.inputs, s, np, at_known_states(states) if s.mediators else None
    )
    shape = (model.posterior.n_draws, len(model.panel.weeks), len(model.panel.geos))
    expected = np.broadcast_to(equations.mean(terms, s, np) * scales.kpi_unit, shape)
    if s.likelihood == "lognormal":
        expected = expected * np.exp(0.5 * _stationary_log_variance(model)[:, None, :])
    if s.counts_remember:
        expected = expected * np.exp(0.5 * log_variance(p))[:, None, None]
    mediators = None
    if s.mediators:
        natural = scales.mediator_mean + scales.mediator_sd * states.transpose(0, 2, 3, 1)
        mediators = np.asarray(natural)
    return Replicas(_drawn(model, expected, seed), expected, mediators)


def _drawn(model: FittedModel, expected: Array, seed: int) -> Array:
    if model.structure.counts_remember:
        return counts_that_remember(model, expected, seed)
    if not model.structure.ar:
        return with_noise(model, expected, seed)
    ahead = np.repeat(expected[:, :1], BURN_IN, axis=1)
    return with_noise(model, np.concatenate([ahead, expected], axis=1), seed)[:, BURN_IN:]


def counts_that_remember(model: FittedModel, expected: Array, seed: int) -> Array:
    """Counts around ``expected (draw, week, geo)``, their memory that of another history."""
    p, rng = model.posterior.draws, np.random.default_rng([seed, 1])
    state = new_paths(p, expected.shape, rng) - 0.5 * log_variance(p)[:, None, None]
    return with_noise(model, expected * np.exp(state), seed)


def _stationary_log_variance(model: FittedModel) -> Array:
    """(draw, geo) variance of the log KPI about its predictor."""
    p = model.posterior.draws
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    kept = 1.0 - p["noise_rho"][:, None] ** 2 if model.structure.ar else np.ones((len(by_geo), 1))
    return np.asarray(by_geo**2 / kept)
