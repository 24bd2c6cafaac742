"""Evaluates the equations over all posterior draws, for any variables on any weeks.

Only the part of a timeline that the KPI of the weeks in question depends on is evaluated, since no
variable affects the KPI after the longest delay of the model. Latent states follow from the whole
history, whatever the timeline; fading ones need the last observed week on it, or the week before
its first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmm.data.inputs import Inputs
from mmm.data.timeline import Variables, select_weeks
from mmm.equations import mean as equations
from mmm.equations.mean import Terms
from mmm.posterior.abduction import with_latent_states
from mmm.posterior.fitted import FittedModel
from mmm.spec.structure import Structure, longest_delay
from mmm.types import Array


def weeks_that_matter(
    model: FittedModel, world: Variables, weeks: slice
) -> tuple[Variables, slice]:
    """The part of ``world`` that the KPI of ``weeks`` depends on, and the position of ``weeks`` in
    it.

    ``world`` begins with the observed weeks. Expectations on ``weeks`` are the same on the part as
    on the whole; drawn states are not, for fewer are drawn.
    """
    ahead = weeks.start - longest_delay(model.structure) - 1
    first = max(min(ahead, len(model.panel.weeks) - 1), 0)
    return select_weeks(world, first, weeks.stop), slice(weeks.start - first, weeks.stop - first)


@dataclass(frozen=True)
class Evaluation:
    """One chunk of draws on one timeline: its parameters, scaled inputs and terms.

    ``steps (week,)``: weeks since the last week whose noise is known, at least one.
    """

    parameters: dict[str, Array]
    inputs: Inputs
    terms: Terms
    steps: Array


def evaluate(
    model: FittedModel,
    variables: Variables,
    reduce: Callable[[Evaluation], Array],
    seed: int | None = None,
) -> Array:
    """Apply ``reduce`` to every draw's terms on the weeks of ``variables`` and join the results.

    Latent states of the observed weeks are the fitted ones; later they are at their mean, or drawn
    with ``seed`` (equal seeds give equal states). ``reduce`` returns (draw, ...) for the draws it
    is given; chunks bound the memory.
    """
    inputs = model.design.inputs_on(variables)
    past = model.design.inputs if _depends_on_past(model.structure) else inputs
    rng = None if seed is None else np.random.default_rng(seed)
    cells = inputs.exposure.size + inputs.log_price.size * (8 + len(model.structure.mediators))
    last = model.panel.weeks[-1]
    steps = np.array([max((week - last).days / 7.0, 1.0) for week in variables.weeks])
    parts = []
    for chunk in model.posterior.chunks(cells * 4):
        p = with_latent_states(model, chunk, variables, past, rng)
        terms = equations.terms(p, inputs, model.structure, np)
        parts.append(reduce(Evaluation(p, inputs, terms, steps)))
    return np.concatenate(parts)


def expected_kpi(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, week, geo) expected KPI in KPI units, given the past and the parameters."""
    mean = equations.mean(evaluation.terms, model.structure, np) * model.scales.kpi_unit
    if model.structure.likelihood == "lognormal":
        mean = mean * np.exp(0.5 * _log_variance(model.structure, evaluation))
    return np.asarray(mean)


def outcome(model: FittedModel, variables: Variables, seed: int | None = None) -> Array:
    """(draw, week) expected KPI in KPI units, summed over geos."""
    return evaluate(
        model, variables, lambda evaluation: expected_kpi(model, evaluation).sum(-1), seed
    )


def mean_by_geo(model: FittedModel, variables: Variables, seed: int | None = None) -> Array:
    """(draw, week, geo) expected KPI in KPI units."""
    return evaluate(model, variables, lambda evaluation: expected_kpi(model, evaluation), seed)


def kpi_per_media_unit(model: FittedModel, evaluation: Evaluation) -> Array:
    """(draw, week, geo) KPI units per scaled unit of a media term.

    Identity link: the KPI unit, times the price factor where prices act on all. Log link: the
    expected KPI itself, to first order in the term.
    """
    if model.structure.log_link:
        return expected_kpi(model, evaluation)
    acts = model.structure.price_acts_on_all
    factor = evaluation.terms.price_factor if acts else np.ones_like(evaluation.terms.price_factor)
    shape = (len(evaluation.parameters["beta"]), *factor.shape[-2:])
    return np.broadcast_to(factor * model.scales.kpi_unit, shape)


def with_noise(model: FittedModel, mean: Array, seed: int, *, memory: bool = True) -> Array:
    """Draws of the KPI around ``mean (draw, week, geo)``, its expectation; equal seeds give equal
    noise. With ``memory`` autoregressive noise accumulates from the first week on; without it the
    noise of every week is its fresh part alone."""
    rng, p, s = np.random.default_rng(seed), model.posterior.draws, model.structure
    if "dispersion" in p:
        shape = p["dispersion"][:, None, None]
        rate = rng.standard_gamma(shape, mean.shape) / shape
        return rng.poisson(mean * rate).astype(np.float64)
    if "nu" in p:
        standard = rng.standard_t(p["nu"][:, None, None], size=mean.shape)
    else:
        standard = rng.standard_normal(mean.shape)
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    scaled = standard * by_geo[:, None, :]
    if s.ar and memory:
        rho = p["noise_rho"][:, None]
        for week in range(1, mean.shape[1]):
            scaled[:, week] += rho * scaled[:, week - 1]
    if s.likelihood == "lognormal":
        # The mean of exp(noise) is divided out: the expectation stays ``mean``.
        steps = np.arange(mean.shape[1]) + 1 if s.ar and memory else np.ones(mean.shape[1])
        rho2 = p["noise_rho"][:, None] ** 2 if s.ar else np.zeros((len(scaled), 1))
        variance = (1.0 - rho2**steps) / (1.0 - rho2)
        return mean * np.exp(scaled - 0.5 * variance[..., None] * by_geo[:, None, :] ** 2)
    return np.asarray(mean + scaled * model.scales.kpi_unit)


def _log_variance(s: Structure, evaluation: Evaluation) -> Array:
    """(draw, week, geo) variance of the log KPI given the last known noise."""
    p = evaluation.parameters
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    rho2 = p["noise_rho"][:, None] ** 2 if s.ar else np.zeros((len(by_geo), 1))
    grown = (1.0 - rho2**evaluation.steps) / (1.0 - rho2)
    return np.asarray(grown[..., None] * by_geo[:, None, :] ** 2)


def _depends_on_past(s: Structure) -> bool:
    return s.ar or bool(s.mediators)
