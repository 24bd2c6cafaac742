"""The three kinds of question: what stands for a world's outcome, given its expectation.

``interventional``   the expectation itself
``counterfactual``   the realised noise of the observed weeks is kept (abduction, action, answer:
                     Pearl, Causality, 2009, 7.1); m the baseline's expectation, m' the scenario's:
                       additive noise      y' = y + m' - m       (normal, Student-t, their AR(1))
                       log-normal noise    y' = y * m' / m
                       counts              y' = the quantile of m' at the rank u that y has under m,
                                           u uniform between F(y - 1; m) and F(y; m)
``forecast``         latent states beyond the data and the noise are drawn, the same in both worlds

For counts the data say nothing of how the noise of two worlds goes together; equal ranks are an
assumption, and answers are labelled with it. Innovations of mediators, common shocks, demand and
the memory of AR(1) noise are kept in every kind: they are part of the expectation.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import betainc, nbdtrik

from mmm.data.timeline import Variables
from mmm.posterior.evaluate import Evaluation, evaluate, expected, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

type Shown = Callable[[Array], Array]

COUPLED = (
    "counts: the noise is kept by its rank, an assumption about two worlds that no data can test"
)
EDGE = 1e-12


def unchanged(mean: Array) -> Array:
    """The outcome of an interventional question."""
    return mean


def realised(
    model: FittedModel, found: Evaluation, weeks: slice, mean: Array, rng: np.random.Generator
) -> Shown:
    """Turns a world's expectation (draw, week, geo) on ``weeks`` into what would have been.

    ``mean`` is the baseline's on the same weeks; beyond the data an expectation stays one.
    """
    known = min(max(len(model.panel.weeks) - weeks.start, 0), weeks.stop - weeks.start)
    kpi = model.panel.array("kpi")[weeks.start : weeks.start + known]
    base, kind = mean[:, :known], model.structure.likelihood
    keep = _by_rank(found, base, kpi, rng) if kind == "negative_binomial" else unchanged

    def shown(other: Array) -> Array:
        out, given = other.copy(), other[:, :known]
        if kind == "negative_binomial":
            out[:, :known] = keep(given)
        elif kind == "lognormal":
            out[:, :known] = kpi * given / base
        else:
            out[:, :known] = kpi + (given - base)
        return out

    return shown


def predictive(model: FittedModel, world: Variables, weeks: slice, seed: int) -> Array:
    """(draw, week, geo) the kpi with every latent state and noise drawn; equal seeds, equal noise.

    AR(1) noise builds up from the first week after the data, inside or before ``weeks``.
    """
    history = len(model.panel.weeks)
    first = min(weeks.start, history)
    states, inside, later = _seeds(seed, 3)

    def cut(found: Evaluation) -> Array:
        return expected(model, found)[:, first : weeks.stop]

    mean = evaluate(model, world, cut, states)
    known = max(min(history, weeks.stop) - first, 0)
    parts = []
    if known:
        parts.append(with_noise(model, mean[:, :known], inside, memory=False))
    if known < mean.shape[1]:
        parts.append(with_noise(model, mean[:, known:], later))
    return np.concatenate(parts, axis=1)[:, weeks.start - first :]


def _seeds(seed: int, count: int) -> list[int]:
    """Independent seeds, so that no noise repeats the numbers of another."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count)]


def _by_rank(found: Evaluation, mean: Array, kpi: Array, rng: np.random.Generator) -> Shown:
    """Counts of equal rank: F(k) = I_q(n, k + 1), q = n / (n + mean), n the dispersion."""
    size = found.parameters["dispersion"][:, None, None]

    def below(count: Array) -> Array:
        inside = betainc(size, np.maximum(count, 0.0) + 1.0, _rate(mean))
        return np.asarray(np.where(count < 0.0, 0.0, inside), dtype=np.float64)

    def _rate(other: Array) -> Array:
        return np.asarray(size / (size + other))

    def quantile(other: Array) -> Array:
        return np.asarray(np.ceil(np.maximum(nbdtrik(rank, size, _rate(other)), 0.0)))

    low, high = below(kpi - 1.0), below(kpi)
    rank = np.clip(low + (high - low) * rng.random(mean.shape), EDGE, 1.0 - EDGE)
    # Where y lies so far out that its rank is rounded, the difference still starts from y.
    start = quantile(mean)
    return lambda other: kpi + quantile(other) - start
