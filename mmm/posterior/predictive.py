"""The three kinds of question: how the outcome of a world follows from its expectation.

``interventional``   the expectation itself
``counterfactual``   the realised noise of the observed weeks is kept (abduction, action,
                     prediction: Pearl, Causality, 2009, 7.1); m is the expectation of the
                     baseline, m' that of the scenario:
                       additive noise      y' = y + m' - m       (normal, Student-t, their AR(1))
                       log-normal noise    y' = y * m' / m
                       counts              y' = the quantile of m' at the rank u that y has under m,
                                           u uniform between F(y - 1; m) and F(y; m)
``forecast``         latent states beyond the data and the noise are drawn, the same in both worlds

For counts the data do not identify the joint distribution of the noise of two worlds; equal ranks
are an assumption, with which answers are labelled. Innovations of mediators, common shocks, demand
and the memory of AR(1) noise are kept in every kind: they are part of the expectation.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import betainc, nbdtrik

from mmm.data.timeline import Variables
from mmm.posterior.evaluate import Evaluation, evaluate, expected_kpi, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

type OutcomeFunction = Callable[[Array], Array]
"""Turns the expectation of a world (draw, week, geo) into its outcome, of the same shape."""

RANK_COUPLING_NOTE = (
    "counts: the noise is kept by its rank, an assumption about two worlds that no data can test"
)
EDGE = 1e-12


def expectation(mean: Array) -> Array:
    """The outcome of an interventional question: the expectation itself."""
    return mean


def with_realised_noise(
    model: FittedModel, base: Evaluation, weeks: slice, mean: Array, rng: np.random.Generator
) -> OutcomeFunction:
    """The function that adds the realised noise of ``weeks`` to the expectation of a world.

    ``base`` is the evaluation of the baseline, ``mean (draw, week, geo)`` its expectation on the
    same weeks. After the end of the data the outcome is the expectation.
    """
    known = min(max(len(model.panel.weeks) - weeks.start, 0), weeks.stop - weeks.start)
    kpi = model.panel.array("kpi")[weeks.start : weeks.start + known]
    base_mean, kind = mean[:, :known], model.structure.likelihood
    counts = kind == "negative_binomial"
    of_equal_rank = _by_rank(base, base_mean, kpi, rng) if counts else expectation

    def outcome(other: Array) -> Array:
        out, given = other.copy(), other[:, :known]
        if counts:
            out[:, :known] = of_equal_rank(given)
        elif kind == "lognormal":
            out[:, :known] = kpi * given / base_mean
        else:
            out[:, :known] = kpi + (given - base_mean)
        return out

    return outcome


def predictive_draws(model: FittedModel, world: Variables, weeks: slice, seed: int) -> Array:
    """(draw, week, geo) KPI with all latent states and noise drawn; equal seeds give equal noise.

    AR(1) noise builds up from the first week after the data, which may lie before ``weeks``.
    """
    history = len(model.panel.weeks)
    first = min(weeks.start, history)
    states, inside, later = _seeds(seed, 3)

    def expected_on_weeks(evaluation: Evaluation) -> Array:
        return expected_kpi(model, evaluation)[:, first : weeks.stop]

    mean = evaluate(model, world, expected_on_weeks, states)
    known = max(min(history, weeks.stop) - first, 0)
    parts = []
    if known:
        parts.append(with_noise(model, mean[:, :known], inside, memory=False))
    if known < mean.shape[1]:
        parts.append(with_noise(model, mean[:, known:], later))
    return np.concatenate(parts, axis=1)[:, weeks.start - first :]


def _seeds(seed: int, count: int) -> list[int]:
    """Independent seeds, so that no two noises use the same random numbers."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count)]


def _by_rank(
    base: Evaluation, mean: Array, kpi: Array, rng: np.random.Generator
) -> OutcomeFunction:
    """Counts of equal rank: F(k) = I_q(n, k + 1), q = n / (n + mean), n the dispersion."""
    size = base.parameters["dispersion"][:, None, None]

    def below(count: Array) -> Array:
        inside = betainc(size, np.maximum(count, 0.0) + 1.0, _rate(mean))
        return np.asarray(np.where(count < 0.0, 0.0, inside), dtype=np.float64)

    def _rate(other: Array) -> Array:
        return np.asarray(size / (size + other))

    def quantile(other: Array) -> Array:
        return np.asarray(np.ceil(np.maximum(nbdtrik(rank, size, _rate(other)), 0.0)))

    low, high = below(kpi - 1.0), below(kpi)
    rank = np.clip(low + (high - low) * rng.random(mean.shape), EDGE, 1.0 - EDGE)
    # Where y is so extreme that its rank is rounded, the change is still counted from y.
    start = quantile(mean)
    return lambda other: kpi + quantile(other) - start
