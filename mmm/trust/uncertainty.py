"""Where the uncertainty comes from: of the weeks to come with today's money, and of a plan's gain.

A forecast has noise, states of weeks to come, parameters (states of the past among them), and, over
several models, structure. The gain of a plan compares two worlds that share noise and states, which
cancel: it has parameters and structure alone. Covariances of the noise are exact given a draw:

    normal       sigma^2           AR(1)   sigma^2 rho^|t - u| (1 - rho^(2 min(t, u))) / (1 - rho^2)
    Student-t    sigma^2 nu / (nu - 2)     weeks t, u counted from one after the data
    counts       mean + mean^2 / dispersion            log-normal: as normal, of the log
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from pydantic import Field

from mmm.counterfactual.future import extend_timeline
from mmm.counterfactual.reference import DEFAULT_REFERENCE
from mmm.data.kpi_value import money_unit
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.uncertainty import SplitQuantity, UncertaintySources, VarianceParts
from mmm.posterior.variance import ModelDraws, noise_variance, split_variance
from mmm.spec.sizes import LONGEST_HORIZON
from mmm.summarize import summarize
from mmm.trust.part import Cost, Part, Work
from mmm.trust.standard_plan import QUARTER, gain_of_plan
from mmm.types import Array

REPLICATES = 8
WORDS = {
    "noise": "chance from week to week, which no data take away",
    "states": "shocks and demand of the weeks to come",
    "parameters": "what the data leave open about the effects, which more of them would take away",
    "structure": "which model is right",
}


class UncertaintyOptions(Options):
    """The weeks ahead, and the plan whose gain is split; without it a step in the mix."""

    weeks: int = Field(default=QUARTER, ge=1, le=LONGEST_HORIZON)
    plan: dict[str, float] | None = None
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


@dataclass(frozen=True)
class Mixture:
    """Models of the same weeks with weights; None for equal ones."""

    models: Sequence[FittedModel]
    weights: Sequence[float] | None = None


def uncertainty_sources(
    mixture: Mixture, options: UncertaintyOptions | None = None
) -> UncertaintySources:
    """The splits of the forecast and of the plan's gain, over all models of ``mixture``."""
    options = options or UncertaintyOptions()
    model = mixture.models[0]
    ahead = [forecast_draws(each, options.weeks, options.seed) for each in mixture.models]
    forecast = _quantity(
        f"sales of the next {options.weeks} weeks with today's money",
        model.kpi_unit,
        ahead,
        mixture,
    )
    plans = [gain_of_plan(each, options.plan, options.weeks) for each in mixture.models]
    gains = [
        ModelDraws(plan.gain[:, None], np.zeros(len(plan.gain)))
        for plan in plans
        if plan is not None
    ]
    gain = None
    if len(gains) == len(mixture.models):
        unit = money_unit(model.spec, "profit")
        gain = _quantity("gain of the plan over today's", unit, gains, mixture)
    told = (forecast.sentence, *([gain.sentence] if gain else []))
    return UncertaintySources(
        horizon_weeks=options.weeks,
        models=len(mixture.models),
        forecast=forecast,
        gain=gain,
        sentences=told,
    )


def forecast_draws(model: FittedModel, weeks: int, seed: int) -> ModelDraws:
    """Expected totals over the next ``weeks`` with today's money, given parameters and states, and
    the variance of the noise."""
    end = model.panel.weeks[-1] + timedelta(weeks=weeks)
    world, _ = extend_timeline(model, end, 0, {}, DEFAULT_REFERENCE)

    def later(evaluation: Evaluation) -> Array:
        return expected_kpi(model, evaluation)[:, -weeks:]

    seeds = [seed + i for i in range(REPLICATES)] if _has_states(model) else [None]
    means = [evaluate(model, world, later, each) for each in seeds]
    noise = np.mean([_noise(model, mean) for mean in means], axis=0)
    return ModelDraws(np.stack([mean.sum((1, 2)) for mean in means], axis=1), noise)


def _has_states(model: FittedModel) -> bool:
    """Whether weeks to come have states of their own: shocks, demand, a level that wanders, memory
    of counts, mediators."""
    s = model.structure
    named = {"shock", "demand", "walk_sd"} & {*model.posterior.draws}
    return bool(named) or s.counts_remember or bool(s.mediators)


def _noise(model: FittedModel, mean: Array) -> Array:
    """(draw,) variance of the total of the noise around ``mean (draw, week, geo)``."""
    p, s = model.posterior.draws, model.structure
    weeks = mean.shape[1]
    if s.likelihood == "negative_binomial":
        return np.asarray((mean + mean**2 / p["dispersion"][:, None, None]).sum((1, 2)))
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][:, None]
    variance = np.broadcast_to(by_geo**2, (len(mean), mean.shape[2]))
    if s.likelihood == "student_t":
        nu = p["nu"][:, None]
        variance = variance * nu / (nu - 2.0)
    if s.likelihood != "lognormal":
        variance = variance * model.scales.kpi_unit**2
    steps = np.arange(1, weeks + 1)
    shape = np.broadcast_to(np.eye(weeks), (len(mean), weeks, weeks))
    if s.ar:
        rho = p["noise_rho"][:, None, None]
        apart, first = np.abs(steps[:, None] - steps), np.minimum(steps[:, None], steps)
        shape = rho**apart * (1.0 - rho ** (2 * first)) / (1.0 - rho**2)
    return noise_variance(mean, variance[..., None, None] * shape[:, None], s.likelihood)


def _quantity(
    label: str, unit: str, found: Sequence[ModelDraws], mixture: Mixture
) -> SplitQuantity:
    variance = split_variance(found, mixture.weights)
    draws = np.concatenate([each.expected.ravel() for each in found])
    if mixture.weights is None or len(found) == 1:
        interval = summarize(draws)
    else:
        rng = np.random.default_rng(0)
        share = np.asarray(mixture.weights) / np.sum(mixture.weights)
        sizes = [each.expected.size for each in found]
        each_weight = np.concatenate([np.full(n, w / n) for n, w in zip(sizes, share, strict=True)])
        interval = summarize(rng.choice(draws, 20_000, p=each_weight))
    return SplitQuantity(
        label=label,
        unit=unit,
        interval=interval,
        variance=variance,
        sentence=_sentence(label, variance),
    )


def _sentence(label: str, variance: VarianceParts) -> str:
    told = [*_shares(variance)]
    if not told:
        return f"Nothing about the {label} is uncertain in this model."
    return f"What is uncertain about the {label}: {'; '.join(told)}."


def _shares(variance: VarianceParts) -> Iterator[str]:
    shares = sorted(variance.shares().items(), key=lambda item: -item[1])
    for name, share in shares:
        if share >= 0.005:
            yield f"{share:.0%} {WORDS[name]}"


def _cost(model: FittedModel, options: UncertaintyOptions) -> Cost:
    """No fit; raises QueryError where the given plan cannot be made."""
    if options.plan is not None:
        gain_of_plan(model.thinned(1), options.plan, options.weeks)
    return Cost(fits=0)


def _run(work: Work, options: UncertaintyOptions) -> UncertaintySources:
    return uncertainty_sources(Mixture([work.model]), options)


PART = Part("uncertainty", UncertaintyOptions, _cost, _run)
