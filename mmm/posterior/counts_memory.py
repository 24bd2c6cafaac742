"""The memory of counts: a state of its own on the log scale, sampled with the other parameters.

    log mean[t, g] = predictor[t, g] + a[t, g]     a_t = rho a_t-1 + s e_t,  e_t ~ N(0, 1)
    a_0 ~ N(0, s^2 / (1 - rho^2))                  s -> noise_sd   a -> noise_state

The state of an observed week is part of its expectation, as latent demand is; its draws say how far
the data know it. Weeks after the data forget it at the rate of rho, and their expectation has half
the variance that has built up by then: E exp(a) = exp(mean + variance / 2).
"""

from collections.abc import Mapping

import numpy as np

from mmm.types import Array, IndexArray

type ObservedWeeks = tuple[IndexArray, IndexArray]
"""Positions of the observed weeks on a timeline, and in the panel."""


def state_on_weeks(
    chunk: Mapping[str, Array],
    known: ObservedWeeks,
    later: IndexArray,
    rng: np.random.Generator | None,
) -> Array:
    """(draw, week, geo) log of what memory multiplies the mean by, on the weeks of a timeline.

    ``known``: positions of the observed weeks on it and in the panel; ``later``: weeks by which
    each follows the last observed one. With ``rng`` later states are drawn.
    """
    state = chunk["noise_state"]
    found = np.zeros((len(state), len(later), state.shape[-1]))
    found[:, known[0]] = state[:, known[1]]
    ahead = np.flatnonzero(later)
    rho, sd = chunk["noise_rho"][:, None], chunk["noise_sd"][:, None]
    decay = rho ** later[ahead]
    found[:, ahead] = decay[..., None] * state[:, -1:]
    if rng is None:
        found[:, ahead] += (0.5 * sd**2 * (1.0 - decay**2) / (1.0 - rho**2))[..., None]
        return found
    grown = np.zeros((len(state), state.shape[-1]))
    for week in ahead:
        grown = rho * grown + sd * rng.standard_normal(grown.shape)
        found[:, week] += grown
    return found


def log_variance(p: Mapping[str, Array]) -> Array:
    """(draw,) variance of the state of a week of which nothing is known."""
    return np.asarray(p["noise_sd"] ** 2 / (1.0 - p["noise_rho"] ** 2))


def new_paths(p: Mapping[str, Array], shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """States ``shape`` (draw, week, geo) of another history, drawn from their prior."""
    fresh = p["noise_sd"][:, None, None] * rng.standard_normal(shape)
    rho = p["noise_rho"][:, None]
    fresh[:, 0] /= np.sqrt(1.0 - rho**2)
    for week in range(1, shape[1]):
        fresh[:, week] += rho * fresh[:, week - 1]
    return fresh


def week_ahead(
    p: Mapping[str, Array], mean: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Of ``mean (draw, week, geo)``, which has the states of the observed weeks: the expectation
    of every week given the state of the week before, and the same with the state drawn.

    What a draw knows of the week before it knows from later weeks too, so that the checks that use
    this are a little too kind.
    """
    state, rho, sd = (p[name] for name in ("noise_state", "noise_rho", "noise_sd"))
    before = np.zeros_like(state)
    before[:, 1:] = rho[:, None, None] * state[:, :-1]
    spread = sd[:, None, None] * np.ones_like(state)
    spread[:, 0] /= np.sqrt(1.0 - rho[:, None] ** 2)
    given = mean * np.exp(before - state)
    drawn = given * np.exp(spread * rng.standard_normal(state.shape))
    return np.asarray(given * np.exp(0.5 * spread**2)), np.asarray(drawn)
